"""
How objects are seen: the one place where pictures come from.

The pictures are made at ingest by another capability; until it is there, each object is one whose
picture is being made.  Plug in: ``pictures.service.shown`` for :func:`shown`, its signed thumbnails
(no request to DynamoDB: a cover is named by its digest) for :func:`covers`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from chalicelib import buckets
from chalicelib.album.model import Shown


def shown(target_id: str, digests: Collection[str]) -> dict[str, Shown]:  # noqa: ARG001
    """Return how each object of *digests* is seen."""
    return {each: Shown() for each in digests}


def covers(target_id: str, digests: Iterable[str]) -> dict[str, str]:  # noqa: ARG001
    """Return the address of the small picture of each object of *digests* that has one."""
    return {}


def origin() -> str:
    """Return scheme and host that pictures come from, for a page's policy."""
    return buckets.derived_origin()
