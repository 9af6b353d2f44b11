"""The small pictures of examinations, and where pictures come from."""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.buckets import derived
from chalicelib.pictures.model import Rendition


def covers(target_id: str, digests: Iterable[str]) -> dict[str, str]:
    """
    Return the address of the small picture of each object of *digests*.

    DynamoDB is not asked: a cover is an object that has a picture, and its digest names it.
    """
    return {each: derived.signed_picture(target_id, each, Rendition.THUMB) for each in digests}


def origin() -> str:
    """Return scheme and host that pictures come from, for a page's policy."""
    return derived.origin()
