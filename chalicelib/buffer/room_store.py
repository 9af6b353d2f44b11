"""
Room in people's buffers: claimed when a URL is issued, so it cannot be overshot.

core  FACILITY#<id>  BUFFER#<person id>   what is free, how long captures live, when to look

Always: what is free and what the captures in box take make up the cap; both change in one
transaction.  A row that does not exist is an empty buffer.
"""

from __future__ import annotations

from datetime import datetime

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib import due
from chalicelib.buffer.model import (
    CAP_BYTES,
    CAP_CAPTURES,
    USUAL_HOURS,
    Buffer,
    Capture,
    Room,
)
from chalicelib.kernel import clock
from chalicelib.tables import CoreTable, held

PREFIX = "BUFFER#"


class _Room(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    available_bytes = NumberAttribute(null=True)
    available_captures = NumberAttribute(null=True)
    life_hours = NumberAttribute(null=True)
    due_shard = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)


def of(buffer: Buffer) -> Room:
    """Return what is free in a buffer."""
    try:
        row = _Room.get(*_key(buffer), consistent_read=True)
    except _Room.DoesNotExist:
        return Room()
    return Room(
        available_bytes=_number(row.available_bytes, CAP_BYTES),
        available_captures=_number(row.available_captures, CAP_CAPTURES),
        life_hours=_number(row.life_hours, USUAL_HOURS),
    )


def claim_in(write: TransactWrite, capture: Capture) -> None:
    """Claim room for a capture; the transaction fails where there is not enough."""
    free_bytes, free_captures = _Room.available_bytes, _Room.available_captures
    is_empty = free_bytes.does_not_exist()
    has_room = (free_bytes >= capture.size_bytes) & (free_captures >= 1)
    write.update(
        _row(capture.buffer),
        [
            free_bytes.set((free_bytes | CAP_BYTES) - capture.size_bytes),
            free_captures.set((free_captures | CAP_CAPTURES) - 1),
            _Room.due_shard.set(due.shard_of(capture.person_id)),
            _Room.due_at.set(_Room.due_at | capture.expires_at),
        ],
        condition=is_empty | has_room,
    )


def release_in(write: TransactWrite, buffer: Buffer, captures: list[Capture]) -> None:
    """Give the room of *captures* back."""
    freed = sum(each.size_bytes for each in captures)
    write.update(
        _row(buffer),
        [_Room.available_bytes.add(freed), _Room.available_captures.add(len(captures))],
    )


def look_in(write: TransactWrite, buffer: Buffer, at: datetime) -> None:
    """Have the schedule look at a buffer at the moment *at*."""
    actions: list[Action] = [
        _Room.due_shard.set(due.shard_of(buffer.person_id)),
        _Room.due_at.set(clock.text(at)),
    ]
    write.update(_row(buffer), actions)


def look_again(buffer: Buffer, seen: str, at: datetime | None) -> None:
    """
    Have the schedule look again at the moment *at*, or not at all while nothing is there (None).

    Where another time than the one that was *seen* is set by now, or something came into an empty
    buffer, that holds.
    """
    is_seen = _Room.due_at == seen
    if at is not None:
        row = _row(buffer)
        held(lambda: row.update([_Room.due_at.set(clock.text(at))], condition=is_seen))
        return
    nothing: list[Action] = [_Room.due_at.remove(), _Room.due_shard.remove()]
    is_empty = _Room.available_captures == CAP_CAPTURES
    held(lambda: _row(buffer).update(nothing, condition=is_seen & is_empty))


def set_life(buffer: Buffer, hours: int) -> None:
    """Let captures that come from now on live *hours*."""
    _row(buffer).update([_Room.life_hours.set(hours)])


def _key(buffer: Buffer) -> tuple[str, str]:
    return f"FACILITY#{buffer.facility_id}", f"{PREFIX}{buffer.person_id}"


def _row(buffer: Buffer) -> _Room:
    return _Room(*_key(buffer))


def _number(kept: float | None, usual: int) -> int:
    return usual if kept is None else int(kept)
