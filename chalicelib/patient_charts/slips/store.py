"""
Slips in DynamoDB (box: all of it ends, 30 days after the slip does).

FACILITY#<f>           SLIP#<patient key>#<slip id>   a slip, wrong tries, when it was last opened
SLIPLINK#<sha256>      SLIP    which slip a QR code leads to, and the HMAC of link and code
SLIPCODE#<HMAC>        SLIP    which slip a patient's number and code lead to

Neither link nor code stands in a row.  Revoking deletes the ways in.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist, TransactWriteError
from pynamodb.expressions.update import Action
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.access.store import hashed
from chalicelib.kernel import clock
from chalicelib.kernel.errors import NotFound
from chalicelib.patient_charts.slips.model import WRONG_TRIES, Slip, Standing
from chalicelib.tables import BoxTable, condition_failed, held, transaction

KEPT = timedelta(days=30)  # after a slip's end: its facility still sees what became of it


class _Slip(Model):
    class Meta(BoxTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    slip = UnicodeAttribute()
    ends_at = UnicodeAttribute()
    tries = NumberAttribute(default=0)
    opened_at = UnicodeAttribute(null=True)
    revoked_at = UnicodeAttribute(null=True)
    revoked_by = UnicodeAttribute(null=True)
    replaced_by = UnicodeAttribute(null=True)
    link_key = UnicodeAttribute()
    code_key = UnicodeAttribute()
    expires_at = NumberAttribute()


class _Way(Model):
    class Meta(BoxTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="SLIP")
    facility_id = UnicodeAttribute()
    patient_key = UnicodeAttribute()
    slip_id = UnicodeAttribute()
    mac = BinaryAttribute(legacy_encoding=False)
    expires_at = NumberAttribute()


class Way(msgspec.Struct, frozen=True):
    """Which slip something leads to, and the HMAC that proves its holder."""

    facility_id: str
    patient_key: str
    slip_id: str
    mac: bytes


# Where what nobody issued leads to: the same reads and writes are tried there.
NOWHERE = Way("none", "none", "none", b"\0" * 32)


class Macs(msgspec.Struct, frozen=True):
    """
    What proves the holder of a slip.

    Attributes:
        link: The HMAC of link and code.
        code: The HMAC of patient number and code.
    """

    link: bytes
    code: bytes


# --- issuing and revoking ----------------------------------------------------------------------


def add(slip: Slip, link_id: str, macs: Macs, *, replacing: Standing | None = None) -> bool:
    """
    Add a slip with both ways to it, and revoke the one it replaces.

    False where it is there already, or the other one is revoked already: nothing has changed.
    """
    expires_at = int((clock.parse(slip.ends_at) + KEPT).timestamp())
    link_key, code_key = hashed("SLIPLINK", link_id), f"SLIPCODE#{macs.code.hex()}"
    row = _Slip(*_key(slip.facility_id, slip.patient_key, slip.slip_id), slip=_json(slip))
    row.ends_at, row.link_key, row.code_key = slip.ends_at, link_key, code_key
    row.expires_at = expires_at
    try:
        with transaction() as write:
            write.save(row, condition=_Slip.pk.does_not_exist())
            for key, mac in ((link_key, macs.link), (code_key, macs.code)):
                way = _Way(key, facility_id=slip.facility_id, patient_key=slip.patient_key)
                way.slip_id, way.mac, way.expires_at = slip.slip_id, mac, expires_at
                write.save(way, condition=_Way.pk.does_not_exist())
            if replacing:
                _revoke_in(write, replacing, slip.issued_at, slip.issued_by, slip.slip_id)
    except TransactWriteError as error:
        if not condition_failed(error):
            raise
        return False
    return True


def revoke(standing: Standing, at: str, by: str) -> bool:
    """Let a slip open nothing from now on; False where it is revoked already."""
    try:
        with transaction() as write:
            _revoke_in(write, standing, at, by, "")
    except TransactWriteError as error:
        if not condition_failed(error):
            raise
        return False
    return True


def _revoke_in(
    write: TransactWrite, standing: Standing, at: str, by: str, replaced_by: str
) -> None:
    actions: list[Action] = [_Slip.revoked_at.set(at), _Slip.revoked_by.set(by)]
    actions += [_Slip.replaced_by.set(replaced_by)] if replaced_by else []
    is_held = _Slip.pk.exists() & _Slip.revoked_at.does_not_exist()
    write.update(_Slip(*_key_of(standing.slip)), actions, condition=is_held)
    for key in (standing.link_key, standing.code_key):
        write.delete(_Way(key, "SLIP"))


# --- reading -----------------------------------------------------------------------------------


def of_patient(facility_id: str, patient_key: str) -> list[Standing]:
    """Return a patient's slips, newest first."""
    prefix = _Slip.sk.startswith(f"SLIP#{patient_key}#")
    found = [_to_standing(row) for row in _Slip.query(f"FACILITY#{facility_id}", prefix)]
    return sorted(found, key=lambda each: each.slip.issued_at, reverse=True)


def standing(facility_id: str, patient_key: str, slip_id: str) -> Standing:
    """Return one slip, read consistently so that a revocation counts at once; raises NotFound."""
    try:
        row = _Slip.get(*_key(facility_id, patient_key, slip_id), consistent_read=True)
    except DoesNotExist:
        raise NotFound("there is no such slip, or it is not yours") from None
    return _to_standing(row)


def way_by_link(link_id: str) -> Way:
    """Return where a link leads; NOWHERE where nobody issued it, or it was revoked."""
    return _way(hashed("SLIPLINK", link_id))


def way_by_code(mac: bytes) -> Way:
    """Return where a patient number and a code lead, by the HMAC of both."""
    return _way(f"SLIPCODE#{mac.hex()}")


def _way(key: str) -> Way:
    try:
        row = _Way.get(key, "SLIP", consistent_read=True)
    except DoesNotExist:
        return NOWHERE
    return Way(row.facility_id, row.patient_key, row.slip_id, bytes(row.mac))


# --- coming in ---------------------------------------------------------------------------------


def count_try(way: Way, now: datetime) -> Standing | None:
    """
    Count a try at a slip before its code is compared; None where none is left, or it holds no more.

    One conditional update counts: ten tries at once take ten, and the next one gets none.
    """
    row = _Slip(*_key(way.facility_id, way.patient_key, way.slip_id))
    one_left = _is_open(now) & (_Slip.tries < WRONG_TRIES)
    is_counted = held(lambda: row.update([_Slip.tries.add(1)], condition=one_left))
    return _to_standing(row) if is_counted else None


def open_in(write: TransactWrite, slip: Slip, now: datetime, *, give_back: bool) -> None:
    """
    Note that somebody came in by *slip*; the transaction fails where it opens nothing any more.

    Args:
        give_back: A try was counted for it, and was right.
    """
    actions: list[Action] = [_Slip.opened_at.set(clock.text(now))]
    actions += [_Slip.tries.add(-1)] if give_back else []
    write.update(_Slip(*_key_of(slip)), actions, condition=_is_open(now))


def _is_open(now: datetime) -> Any:
    return _Slip.revoked_at.does_not_exist() & (_Slip.ends_at > clock.text(now))


# --- shapes ------------------------------------------------------------------------------------


def _key_of(slip: Slip) -> tuple[str, str]:
    return _key(slip.facility_id, slip.patient_key, slip.slip_id)


def _key(facility_id: str, patient_key: str, slip_id: str) -> tuple[str, str]:
    return f"FACILITY#{facility_id}", f"SLIP#{patient_key}#{slip_id}"


def _json(slip: Slip) -> str:
    return msgspec.json.encode(slip).decode()


def _to_standing(row: _Slip) -> Standing:
    return Standing(
        slip=msgspec.json.decode(row.slip, type=Slip),
        tries=int(row.tries),
        opened_at=row.opened_at or "",
        revoked_at=row.revoked_at or "",
        revoked_by=row.revoked_by or "",
        replaced_by=row.replaced_by or "",
        link_key=row.link_key,
        code_key=row.code_key,
    )
