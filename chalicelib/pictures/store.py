"""
What is known of pictures, in DynamoDB (catalogue).

TARGET#<target id>  PICTURE#<sha256>   the pictures of one object, or why there are none
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from pynamodb.attributes import UnicodeAttribute
from pynamodb.models import Model

from chalicelib.pictures.model import Picture
from chalicelib.tables import CatalogueTable


class _Picture(Model):
    class Meta(CatalogueTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    picture = UnicodeAttribute()


def of(target_id: str, digests: Iterable[str]) -> dict[str, Picture]:
    """Return what is known of the pictures of *digests*, by SHA-256."""
    keys = [(f"TARGET#{target_id}", f"PICTURE#{each}") for each in dict.fromkeys(digests)]
    found = (msgspec.json.decode(row.picture, type=Picture) for row in _Picture.batch_get(keys))
    return {each.sha256: each for each in found}


def put(target_id: str, picture: Picture) -> None:
    """Keep what is known of an object's pictures, over what was known before."""
    row = _row(target_id, picture.sha256)
    row.picture = msgspec.json.encode(picture).decode()
    row.save()


def forget(target_id: str, sha256: str) -> None:
    """Delete what is known of an object's pictures; nothing happens where nothing is."""
    _row(target_id, sha256).delete()


def _row(target_id: str, sha256: str) -> _Picture:
    return _Picture(f"TARGET#{target_id}", f"PICTURE#{sha256}")
