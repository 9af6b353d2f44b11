"""
Inquiries in DynamoDB, and the one transaction that changes them.

box   INQUIRY#<inquiry id>   HEAD               the inquiry and its version
                             MESSAGE#<number>   what was said, in order; never changed
core  FACILITY#<id>          INQUIRY#<id>       when the schedule looks at it next

Whatever follows from an inquiry (listings, counters, the schedule's row, a facility's room) is
written with it, all or nothing: see rows.py.  Nothing here ever expires.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import TransactWriteError
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib import due
from chalicelib.access.model import DEFAULT_ZONE
from chalicelib.due import DueRow
from chalicelib.inquiries import room_store, rows
from chalicelib.inquiries.model import Inquiry, Message
from chalicelib.inquiries.room_store import Room
from chalicelib.kernel import clock
from chalicelib.kernel.errors import NotFound
from chalicelib.tables import BoxTable, CoreTable, condition_failed, expecting, transaction
from chalicelib.web import cursors

PREFIX = "INQUIRY#"
HEAD = "HEAD"
CHANGED = "the inquiry changed in the meantime; look again", "inquiry-changed"
ZONE = ZoneInfo(DEFAULT_ZONE)  # the provider's months


class Page(msgspec.Struct, frozen=True):
    """Inquiries of a listing, and where it goes on."""

    inquiries: list[Inquiry]
    cursor: str | None


class _Head(Model):
    class Meta(BoxTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    inquiry = UnicodeAttribute()
    version = NumberAttribute()


class _Message(Model):
    class Meta(BoxTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    message = UnicodeAttribute()


class Listed(Model):
    """A key and nothing else: what is listed there is in its HEAD."""

    class Meta(BoxTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class Counted(Model):
    class Meta(BoxTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    number = NumberAttribute()


class _Due(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    due_shard = UnicodeAttribute()
    due_at = UnicodeAttribute()


# --- written -----------------------------------------------------------------------------------


def add(inquiry: Inquiry, first: Message, seen: Room, now: datetime) -> bool:
    """
    File an inquiry and take its facility's room.

    Returns:
        False where that changed since it was *seen*, or the inquiry is there already.
    """
    try:
        with transaction() as write:
            write.save(_to_head(inquiry), condition=_Head.pk.does_not_exist())
            write.save(_to_message(inquiry.inquiry_id, first))
            room_store.take_in(write, inquiry.facility_id, seen, now)
            _follow(write, None, inquiry, now)
    except TransactWriteError as error:
        if not condition_failed(error):
            raise
        return False
    return True


def change(before: Inquiry, after: Inquiry, now: datetime, message: Message | None = None) -> None:
    """
    Write the next version of an inquiry, with a message that goes with it.

    Raises:
        Conflict: ``inquiry-changed``: it is not as it was read.
    """
    with expecting(*CHANGED), transaction() as write:
        change_in(write, before, after, now, message)


def change_in(
    write: TransactWrite,
    before: Inquiry,
    after: Inquiry,
    now: datetime,
    message: Message | None = None,
) -> None:
    """Do what :func:`change` does with whatever else *write* writes."""
    write.save(_to_head(after), condition=_Head.version == before.version)
    if message is not None:
        write.save(_to_message(after.inquiry_id, message))
    if before.is_open and not after.is_open:
        room_store.give_in(write, after.facility_id)
    _follow(write, before, after, now)


# --- read --------------------------------------------------------------------------------------


def inquiry(inquiry_id: str) -> Inquiry:
    """Return an inquiry, read consistently; raises NotFound.  Whoever asks checks whose it is."""
    try:
        return _to_inquiry(_Head.get(rows.inquiry(inquiry_id), HEAD, consistent_read=True))
    except _Head.DoesNotExist:
        raise NotFound("there is no such inquiry") from None


def messages(inquiry_id: str) -> list[Message]:
    """Return what was said, in order."""
    within = _Message.sk.startswith("MESSAGE#")
    found = _Message.query(rows.inquiry(inquiry_id), within, consistent_read=True)
    return [msgspec.json.decode(row.message, type=Message) for row in found]


def message(inquiry_id: str, number: int) -> Message:
    """Return one message that was said."""
    row = _Message.get(rows.inquiry(inquiry_id), _message_sk(number), consistent_read=True)
    return msgspec.json.decode(row.message, type=Message)


def of_asker(facility_id: str, person_id: str, cursor: str | None) -> Page:
    """Return somebody's own inquiries, newest first; two requests a page."""
    return page(rows.asker(facility_id, person_id), cursor, newest_first=True)


def of_department(department_id: str, cursor: str | None) -> Page:
    """Return what a department has to do, the most urgent first; two requests a page."""
    return page(rows.inbox(department_id), cursor, newest_first=False)


def to_show(facility_id: str, cursor: str | None) -> Page:
    """Return what a facility's terminals are to give notice of; two requests a page."""
    return page(rows.answers(facility_id), cursor, newest_first=False)


def page(pk: str, cursor: str | None, *, newest_first: bool) -> Page:
    """Return a page of what is listed in a partition."""
    found = Listed.query(
        pk,
        scan_index_forward=not newest_first,
        limit=cursors.PAGE_ROWS,
        last_evaluated_key=cursors.read(cursor, partition=pk),
        consistent_read=True,
    )
    ids = [row.sk.rpartition("#")[2] for row in found]
    return Page(heads(ids), cursors.written(found.last_evaluated_key))


def heads(inquiry_ids: Iterable[str]) -> list[Inquiry]:
    """Return inquiries in the order of their ids; one request for a hundred."""
    keys = [(rows.inquiry(each), HEAD) for each in inquiry_ids]
    found = {row.pk: _to_inquiry(row) for row in _Head.batch_get(keys, consistent_read=True)}
    return [found[pk] for pk, _ in keys if pk in found]


def from_due(row: DueRow) -> str:
    """Return the id of the inquiry that a due row is about."""
    return row.sk.removeprefix(PREFIX)


# --- pieces ------------------------------------------------------------------------------------


def _follow(write: TransactWrite, before: Inquiry | None, after: Inquiry, now: datetime) -> None:
    """Write what follows from the next version of an inquiry."""
    was, listed = rows.listed(before), rows.listed(after)
    for pk, sk in sorted(listed - was):
        write.save(Listed(pk, sk))
    for pk, sk in sorted(was - listed):
        write.delete(Listed(pk, sk))
    for pk, sk in rows.counted(before, after, month_of(after), _minutes(after, now)):
        write.update(Counted(pk, sk), [Counted.number.add(1)])
    _look(write, before, after)


def _look(write: TransactWrite, before: Inquiry | None, after: Inquiry) -> None:
    if before is not None and before.look_at == after.look_at:
        return
    key = f"FACILITY#{after.facility_id}", PREFIX + after.inquiry_id
    if after.look_at:
        shard = due.shard_of(after.inquiry_id)
        write.save(_Due(*key, due_shard=shard, due_at=after.look_at))
    else:
        write.delete(_Due(*key))


def month_of(inquiry: Inquiry) -> str:
    """Return the month by the provider's calendar in which it was filed."""
    return clock.parse(inquiry.filed_at).astimezone(ZONE).strftime("%Y-%m")


def _minutes(inquiry: Inquiry, now: datetime) -> int:
    return rows.minutes_between(inquiry.filed_at, clock.text(now))


def _to_head(inquiry: Inquiry) -> _Head:
    row = _Head(rows.inquiry(inquiry.inquiry_id), HEAD, version=inquiry.version)
    row.inquiry = msgspec.json.encode(inquiry).decode()
    return row


def _message_sk(number: int) -> str:
    return f"MESSAGE#{number:04}"


def _to_message(inquiry_id: str, message: Message) -> _Message:
    row = _Message(rows.inquiry(inquiry_id), _message_sk(message.number))
    row.message = msgspec.json.encode(message).decode()
    return row


def _to_inquiry(row: _Head) -> Inquiry:
    return msgspec.json.decode(row.inquiry, type=Inquiry)
