"""
Captures in DynamoDB (box), and the transactions that hold their room.

BUFFER#<facility id>#<person id>   CAPTURE#<capture id>       one that takes room
                                   DONE#<capture id>          one that was kept, dropped, or expired
                                   SENT#<sender>#<digest>     a sender's own name of one

Each change of a capture holds to the row as it was read.  Rows outlive what they tell of, so that
room is given back before DynamoDB forgets why: whoever shows captures asks for the time.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any

import msgspec
from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import TransactWriteError
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.buffer import room_store
from chalicelib.buffer.model import Buffer, Camera, Capture, Sent
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import NotFound
from chalicelib.tables import BoxTable, expecting, transaction

LINGERS = timedelta(days=30)  # what is still to be dealt with
DONE_LIFE = timedelta(days=14)
SENT_LIFE = timedelta(days=30)

CHANGED = "a capture changed in the meantime; look again", "capture-changed"
_FAILED = "ConditionalCheckFailed"
_EXPECTED = {"None", _FAILED, "TransactionConflict"}


class Claimed(Enum):
    """How a claim ended."""

    DONE = auto()
    NO_ROOM = auto()
    OVERTAKEN = auto()  # the same was announced at the same time: look again


class _Capture(Model):
    """One that takes room, or one that does no more."""

    class Meta(BoxTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    capture = UnicodeAttribute()
    expires_at = NumberAttribute()


class _Sent(Model):
    class Meta(BoxTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    client_id = UnicodeAttribute()
    capture_id = UnicodeAttribute()
    sha256 = UnicodeAttribute()
    came = BooleanAttribute()
    expires_at = NumberAttribute()


# --- announced, and come -----------------------------------------------------------------------


def sent(camera: Camera, client_id: str) -> Sent | None:
    """Return what a sender's own name stands for, or None."""
    key = pk_of(camera.buffer), _sent_sk(camera.sender, client_id)
    try:
        return _to_sent(_Sent.get(*key, consistent_read=True))
    except _Sent.DoesNotExist:
        return None


def all_sent(camera: Camera) -> list[Sent]:
    """Return all that a sender announced within a month."""
    prefix = f"SENT#{camera.sender}#"
    rows = _Sent.query(pk_of(camera.buffer), _Sent.sk.startswith(prefix), consistent_read=True)
    return [_to_sent(row) for row in rows]


def claim(capture: Capture, before: Sent | None) -> Claimed:
    """
    Claim room for a capture and keep its sender's name of it, all or nothing.

    Args:
        before: What that name stood for: something that never came.
    """
    unused = _Sent.pk.does_not_exist()
    same = unused if before is None else _is_unsent(before)
    try:
        with transaction() as write:
            write.save(_to_row("CAPTURE", capture), condition=_Capture.pk.does_not_exist())
            write.save(_sent_row(capture), condition=same)
            room_store.claim_in(write, capture)
    except TransactWriteError as error:
        # Reasons come in the order puts, updates: room last.
        reasons = [reason.code if reason else "None" for reason in error.cancellation_reasons]
        if not reasons or set(reasons) - _EXPECTED:
            raise
        is_full = reasons[-1] == _FAILED and _FAILED not in reasons[:-1]
        return Claimed.NO_ROOM if is_full else Claimed.OVERTAKEN
    return Claimed.DONE


def come(before: Capture, after: Capture) -> None:
    """Note that a capture came; raises Conflict where it changed in the meantime."""
    row = _sent_row(after)
    with expecting(*CHANGED), transaction() as write:
        change_in(write, before, after)
        write.update(_Sent(row.pk, row.sk), [_Sent.came.set(True)], condition=_Sent.pk.exists())


# --- looked at ---------------------------------------------------------------------------------


def capture(buffer: Buffer, capture_id: str) -> Capture:
    """Return a capture that takes room, over or not; raises NotFound."""
    return _captured(buffer, f"CAPTURE#{capture_id}")


def done(buffer: Buffer, capture_id: str) -> Capture | None:
    """Return a capture that was kept, dropped, or expired."""
    try:
        return _captured(buffer, f"DONE#{capture_id}")
    except NotFound:
        return None


def captures(buffer: Buffer) -> list[Capture]:
    """Return the captures that take room, over or not, oldest first."""
    within = _Capture.sk.startswith("CAPTURE#")
    return [_to_capture(row) for row in _Capture.query(pk_of(buffer), within, consistent_read=True)]


# --- ended -------------------------------------------------------------------------------------


def end(before: list[Capture], after: list[Capture]) -> None:
    """Let captures take no room any more, all or none; raises Conflict where one changed."""
    with expecting(*CHANGED), transaction() as write:
        end_in(write, before, after)


def change_in(write: TransactWrite, before: Capture, after: Capture) -> None:
    """Change a capture that takes room; the transaction fails where it is not as *before*."""
    write.save(_to_row("CAPTURE", after), condition=_is(before))


def end_in(write: TransactWrite, before: list[Capture], after: list[Capture]) -> None:
    """Let captures take no room any more; the transaction fails where one is not as *before*."""
    for each in before:
        write.delete(_to_row("CAPTURE", each), condition=_is(each))
    for each in after:
        write.save(_to_row("DONE", each))
    room_store.release_in(write, before[0].buffer, before)


# --- shapes ------------------------------------------------------------------------------------


def pk_of(buffer: Buffer) -> str:
    """Return the partition of all that is in a buffer."""
    return f"BUFFER#{buffer.facility_id}#{buffer.person_id}"


def _sent_sk(sender: str, client_id: str) -> str:
    return f"SENT#{sender}#{ids.derived_id('sent', client_id)}"


def _is(known: Capture) -> Any:
    return _Capture.capture == msgspec.json.encode(known).decode()


def _is_unsent(known: Sent) -> Any:
    return (_Sent.capture_id == known.capture_id) & (_Sent.came == False)  # noqa: E712 - DynamoDB's


def _captured(buffer: Buffer, sk: str) -> Capture:
    try:
        return _to_capture(_Capture.get(pk_of(buffer), sk, consistent_read=True))
    except _Capture.DoesNotExist:
        raise NotFound("there is no such capture") from None


def _to_capture(row: _Capture) -> Capture:
    return msgspec.json.decode(row.capture, type=Capture)


def _to_row(kind: str, capture: Capture) -> _Capture:
    lasts = LINGERS if kind == "CAPTURE" else DONE_LIFE
    since = capture.expires_at if kind == "CAPTURE" else capture.ended_at
    row = _Capture(pk_of(capture.buffer), f"{kind}#{capture.capture_id}")
    row.capture = msgspec.json.encode(capture).decode()
    row.expires_at = _seconds(clock.parse(since) + lasts)
    return row


def _sent_row(capture: Capture) -> _Sent:
    row = _Sent(pk_of(capture.buffer), _sent_sk(capture.sender, capture.client_id), came=False)
    row.client_id, row.capture_id = capture.client_id, capture.capture_id
    row.sha256 = capture.sha256
    row.expires_at = _seconds(clock.parse(capture.announced_at) + SENT_LIFE)
    return row


def _to_sent(row: _Sent) -> Sent:
    return Sent(
        client_id=row.client_id, capture_id=row.capture_id, sha256=row.sha256, came=row.came
    )


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
