"""
Canned answers in DynamoDB.

core  DEPARTMENT#<department id>  CANNED#<canned id>   title, text
"""

from __future__ import annotations

import msgspec
from pynamodb.attributes import UnicodeAttribute
from pynamodb.models import Model

from chalicelib.tables import CoreTable

PREFIX = "CANNED#"


class Canned(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that a department keeps."""

    canned_id: str
    title: str
    text: str


class _Canned(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    title = UnicodeAttribute()
    text = UnicodeAttribute()


def of(department_id: str) -> list[Canned]:
    """Return a department's answers by title."""
    rows = _Canned.query(_pk(department_id), _Canned.sk.startswith(PREFIX), consistent_read=True)
    return sorted(map(_to_canned, rows), key=lambda each: (each.title, each.canned_id))


def save(department_id: str, canned: Canned) -> None:
    """Write an answer, in place of the one of the same id."""
    sk = PREFIX + canned.canned_id
    _Canned(_pk(department_id), sk, title=canned.title, text=canned.text).save()


def forget(department_id: str, canned_id: str) -> None:
    _Canned(_pk(department_id), PREFIX + canned_id).delete()


def _pk(department_id: str) -> str:
    return f"DEPARTMENT#{department_id}"


def _to_canned(row: _Canned) -> Canned:
    return Canned(canned_id=row.sk.removeprefix(PREFIX), title=row.title, text=row.text)
