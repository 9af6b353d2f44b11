"""How objects are seen: what pictures know of them, as pages take it."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from chalicelib.album.model import Shown
from chalicelib.buckets import derived
from chalicelib.pictures import service as pictures
from chalicelib.pictures.model import Rendition


def shown(target_id: str, digests: Collection[str]) -> dict[str, Shown]:
    """Return how each object of *digests* is seen; what nobody has made yet is made."""
    found = pictures.shown(target_id, digests)
    return {sha256: _shown(each) for sha256, each in found.items()}


def _shown(found: pictures.Shown) -> Shown:
    return Shown(
        thumb=found.urls.get(Rendition.THUMB, ""),
        view=found.urls.get(Rendition.VIEW, ""),
        strip=found.urls.get(Rendition.STRIP, ""),
        reason=found.reason.value if found.reason else "",
    )


def covers(target_id: str, digests: Iterable[str]) -> dict[str, str]:
    """
    Return the address of the small picture of each object of *digests*.

    DynamoDB is not asked: a cover is an object that has a picture, and its digest names it.
    """
    return {each: derived.signed_picture(target_id, each, Rendition.THUMB) for each in digests}


def origin() -> str:
    """Return scheme and host that pictures come from, for a page's policy."""
    return derived.origin()
