"""
Audit rows in DynamoDB.

core  pk AUDIT#<facility id>  sk <number, 12 digits>   one event and its hash, never rewritten
box   pk AUDIT#<facility id>  sk HEAD                  the last number and hash of the chain
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import TransactWriteError
from pynamodb.models import Model

from chalicelib.audit.model import GENESIS, AuditEvent, chained
from chalicelib.kernel.errors import Unavailable
from chalicelib.tables import BoxTable, CoreTable, transaction

TRIES = 8


class _Row(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    event = UnicodeAttribute()
    hash = UnicodeAttribute()


class _Head(Model):
    class Meta(BoxTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="HEAD")
    number = NumberAttribute(default=0)
    hash = UnicodeAttribute(default=GENESIS)


def append(event: AuditEvent) -> None:
    """
    Commit *event* at the end of its facility's chain.

    Raises:
        Unavailable: Not committed after TRIES tries, so what it was to permit must not happen.
    """
    for _ in range(TRIES):
        head = _head_of(event.facility_id)
        try:
            _append_after(head, event)
        except TransactWriteError:
            continue  # somebody else appended first; follow them
        return
    raise Unavailable("the audit log is busy; nothing was released, try again")


def of_facility(facility_id: str) -> Iterator[tuple[int, AuditEvent, str]]:
    """Yield (number, event, hash) of the facility's audit rows, oldest first."""
    for row in _Row.query(f"AUDIT#{facility_id}"):
        yield int(row.sk), msgspec.json.decode(row.event, type=AuditEvent), row.hash


def _head_of(facility_id: str) -> _Head:
    pk = f"AUDIT#{facility_id}"
    try:
        return _Head.get(pk, "HEAD", consistent_read=True)
    except _Head.DoesNotExist:
        return _Head(pk)


def _append_after(head: _Head, event: AuditEvent) -> None:
    number = int(head.number) + 1
    written = chained(head.hash, number, event)
    row = _Row(head.pk, f"{number:012}", event=msgspec.json.encode(event).decode(), hash=written)
    unchanged = _Head.number == head.number if number > 1 else _Head.pk.does_not_exist()
    with transaction() as write:
        write.save(row, condition=_Row.pk.does_not_exist())
        write.update(head, [_Head.number.set(number), _Head.hash.set(written)], condition=unchanged)
