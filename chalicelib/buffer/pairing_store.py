"""
Codes and phones in DynamoDB (box).

BUFFER#<facility id>#<person id>   PAIRING#<id>     a phone, or a code that waits for one
CAMERACODE#<hmac>                  CODE             what a one-time code opens; deleted by its use
CAMERAVISIT#<sha256>               CAMERAVISIT      a phone's session, for its pairing's life

The code itself is not kept, nor is a session's id.
"""

from __future__ import annotations

from datetime import datetime

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.access import people_store
from chalicelib.access.store import hashed
from chalicelib.buffer.model import Buffer, Pairing
from chalicelib.kernel import clock
from chalicelib.kernel.errors import NotFound
from chalicelib.tables import BoxTable, expecting, held, transaction

VISIT = "CAMERAVISIT"


class _Pairing(Model):
    class Meta(BoxTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    ends_at = UnicodeAttribute()
    entered_at = UnicodeAttribute(null=True)
    expires_at = NumberAttribute()


class _Code(Model):
    class Meta(BoxTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="CODE")
    facility_id = UnicodeAttribute()
    person_id = UnicodeAttribute()
    pairing_id = UnicodeAttribute()
    expires_at = NumberAttribute()


class _Visit(Model):
    class Meta(BoxTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default=VISIT)
    facility_id = UnicodeAttribute()
    person_id = UnicodeAttribute()
    pairing_id = UnicodeAttribute()
    expires_at = NumberAttribute()


class Waiting(msgspec.Struct, frozen=True):
    """
    What a code opens, past its time or not (the TTL deletes late).

    Attributes:
        pairing_id: Of the phone it lets in; empty where it enrols a device.
        ends_at: Seconds since 1970.
    """

    buffer: Buffer
    pairing_id: str
    ends_at: int


# --- codes -------------------------------------------------------------------------------------


def add_code(mac: bytes, buffer: Buffer, ends_at: datetime, pairing: Pairing | None = None) -> None:
    """Let a code open *buffer*: to the phone of *pairing*, or else to a device."""
    row = _Code(_code_pk(mac), expires_at=_seconds(ends_at))
    row.facility_id, row.person_id = buffer.facility_id, buffer.person_id
    row.pairing_id = pairing.pairing_id if pairing else ""
    with transaction() as write:
        write.save(row)
        if pairing:
            write.save(_to_row(pairing))


def waiting(mac: bytes) -> Waiting | None:
    """Return what a code opens, or None."""
    try:
        row = _Code.get(_code_pk(mac), "CODE", consistent_read=True)
    except _Code.DoesNotExist:
        return None
    return Waiting(Buffer(row.facility_id, row.person_id), row.pairing_id, int(row.expires_at))


def use_in(write: TransactWrite, mac: bytes, at: datetime) -> None:
    """Use up a code; the transaction fails where it was used, or its time is over."""
    write.delete(_Code(_code_pk(mac), "CODE"), condition=_Code.expires_at > _seconds(at))


# --- phones ------------------------------------------------------------------------------------


def enter(mac: bytes, opened: Waiting, session_id: str, at: datetime, ends_at: datetime) -> None:
    """
    Use up a code, and let a phone in until *ends_at*, both or neither.

    Raises Conflict where the code was used or taken back, or its person may not come in any more.
    """
    buffer = opened.buffer
    visit = _Visit(hashed(VISIT, session_id), expires_at=_seconds(ends_at))
    visit.facility_id, visit.person_id = buffer.facility_id, buffer.person_id
    visit.pairing_id = opened.pairing_id
    entered: list[Action] = [
        _Pairing.entered_at.set(clock.text(at)),
        _Pairing.ends_at.set(clock.text(ends_at)),
        _Pairing.expires_at.set(_seconds(ends_at)),
    ]
    row = _Pairing(_pk(buffer), f"PAIRING#{opened.pairing_id}")
    with expecting("this code opens nothing"), transaction() as write:
        use_in(write, mac, at)
        write.update(row, entered, condition=_Pairing.pk.exists())
        write.save(visit)
        people_store.hold_in(
            write, buffer.facility_id, buffer.person_id, visit.pk, _seconds(ends_at)
        )


def of_session(session_id: str) -> Pairing | None:
    """Return the pairing a session is of, over or not; None where either was ended."""
    try:
        visit = _Visit.get(hashed(VISIT, session_id), VISIT, consistent_read=True)
    except _Visit.DoesNotExist:
        return None
    buffer = Buffer(visit.facility_id, visit.person_id)
    try:
        row = _Pairing.get(_pk(buffer), f"PAIRING#{visit.pairing_id}", consistent_read=True)
    except _Pairing.DoesNotExist:
        return None
    return _to_pairing(buffer, row)


def pairings(buffer: Buffer) -> list[Pairing]:
    """Return phones and codes of a buffer, over or not, oldest first."""
    rows = _Pairing.query(_pk(buffer), _Pairing.sk.startswith("PAIRING#"), consistent_read=True)
    return [_to_pairing(buffer, row) for row in rows]


def end(buffer: Buffer, pairing_id: str) -> None:
    """End a pairing: its session is over, and its code opens nothing.  Raises NotFound."""
    row = _Pairing(_pk(buffer), f"PAIRING#{pairing_id}")
    if not held(lambda: row.delete(condition=_Pairing.pk.exists())):
        raise NotFound("there is no such pairing")


# --- shapes ------------------------------------------------------------------------------------


def _pk(buffer: Buffer) -> str:
    return f"BUFFER#{buffer.facility_id}#{buffer.person_id}"


def _code_pk(mac: bytes) -> str:
    return f"CAMERACODE#{mac.hex()}"


def _to_row(pairing: Pairing) -> _Pairing:
    row = _Pairing(_pk(pairing.buffer), f"PAIRING#{pairing.pairing_id}")
    row.ends_at = pairing.expires_at
    row.expires_at = _seconds(clock.parse(pairing.expires_at))
    return row


def _to_pairing(buffer: Buffer, row: _Pairing) -> Pairing:
    return Pairing(
        pairing_id=row.sk.removeprefix("PAIRING#"),
        buffer=buffer,
        expires_at=row.ends_at,
        entered_at=row.entered_at or "",
    )


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
