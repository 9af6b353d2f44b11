"""What wakes headers and pictures up: a message for a batch that has ended, or for some objects."""

from __future__ import annotations

from typing import Any

from chalicelib.dicomweb import indexing
from chalicelib.pictures import events as pictures


def derived_wanted(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Let viewers find a part of a batch, and make its pictures; return messages that failed."""
    return pictures.pictures_wanted(event, context, first=indexing.index)
