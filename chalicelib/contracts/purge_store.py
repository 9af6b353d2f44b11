"""
What is to be deleted after a contract, in DynamoDB (core).

FACILITY#<id>  PURGE#<target id>           when what a contract left is deleted, and how far it is;
                                           on the index of what is due (see chalicelib/due.py)
FACILITY#<id>  HOLD#<target id>            why the provider lets nothing of it be deleted
FACILITY#<id>  CERTIFICATE#<contract id>   what was deleted; kept for good

A purge that has begun and a contract in force exclude each other: each is written on condition
that the other is not there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum

import msgspec
from pynamodb.attributes import BooleanAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist, TransactWriteError, UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.archive.store import erasing, usage
from chalicelib.archive.store.erasing import AnyRow
from chalicelib.due import shard_of
from chalicelib.kernel import clock
from chalicelib.kernel.errors import NotFound
from chalicelib.notices import store as notices
from chalicelib.notices.model import Fact, Kind
from chalicelib.tables import CoreTable, condition_failed, transaction

PREFIX = "PURGE#"


class Phase(StrEnum):
    """How far a purge is; each phase is over before the next one begins."""

    WAITING = "waiting"  # for its date; nothing is touched
    COUNTING = "counting"  # what the certificate will say
    OBJECTS = "objects"
    MANIFESTS = "manifests"
    CHARTS = "charts"
    PATIENT_CHARTS = "patient-charts"
    AREAS = "areas"
    CATALOGUE = "catalogue"
    DERIVED = "derived"  # last: what is made while the catalogue goes is gone with it
    CERTIFYING = "certifying"


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """
    What has been counted so far, in order of digest.

    Attributes:
        digest: Hex SHA-256 of the digest before it and one more line, ``<sha256> <size>`` and a
            line feed, for every object in order; before the first, it is empty.
        after: The digest of the last object counted.
    """

    objects: int = 0
    size_bytes: int = 0
    digest: str = ""
    first_stored_at: str | None = None
    last_stored_at: str | None = None
    after: str = ""


class Purge(msgspec.Struct, frozen=True, kw_only=True):
    """
    Attributes:
        purge_on: The first local date on which anything may be deleted.
        asked_by: Who said that the facility keeps its records elsewhere.
        begun_at: When it began.
    """

    facility_id: str
    target_id: str
    contract_id: str
    ended_on: str
    purge_on: str
    phase: Phase
    due_at: str
    asked_by: str | None = None
    asked_at: str | None = None
    begun_at: str | None = None
    tally: Tally = Tally()


class Hold(msgspec.Struct, frozen=True):
    """The provider's word that nothing may be deleted, and why."""

    at: str
    by: str
    reason: str


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """
    What was deleted, and when.

    Attributes:
        digest: Over the digests and sizes of all objects (see :class:`Tally`).
        asked_by: None where it was deleted as the time for keeping records had passed.
    """

    facility_id: str
    target_id: str
    target_name: str
    contract_id: str
    ended_on: str
    objects: int
    size_bytes: int
    digest: str
    first_stored_at: str | None
    last_stored_at: str | None
    begun_at: str
    finished_at: str
    asked_by: str | None
    asked_at: str | None


class _Purge(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    contract_id = UnicodeAttribute()
    ended_on = UnicodeAttribute()
    purge_on = UnicodeAttribute()
    phase = UnicodeAttribute()
    asked_by = UnicodeAttribute(null=True)
    asked_at = UnicodeAttribute(null=True)
    begun_at = UnicodeAttribute(null=True)
    tally = UnicodeAttribute(null=True)
    due_shard = UnicodeAttribute()
    due_at = UnicodeAttribute()


class _Hold(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    hold = UnicodeAttribute()


class _Certificate(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    certificate = UnicodeAttribute()


class _Target(Model):
    """As far as a purge looks at it (see contracts/store.py)."""

    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    running = BooleanAttribute(null=True)


# --- with a contract -----------------------------------------------------------------------------


def expect_in(write: TransactWrite, purge: Purge) -> None:
    """Note with the end of a contract when what it left is deleted; a note that is there stays."""
    first: list[tuple[UnicodeAttribute, str]] = [
        (_Purge.contract_id, purge.contract_id),
        (_Purge.ended_on, purge.ended_on),
        (_Purge.purge_on, purge.purge_on),
        (_Purge.phase, purge.phase.value),
        (_Purge.due_shard, shard_of(purge.target_id)),
        (_Purge.due_at, purge.due_at),
    ]
    actions: list[Action] = [each.set(each | value) for each, value in first]
    write.update(_row(purge.facility_id, purge.target_id), actions)


def call_off_in(write: TransactWrite, facility_id: str, target_id: str) -> None:
    """Delete nothing any more, for a contract is put in force; fails once deleting has begun."""
    not_begun = _Purge.pk.does_not_exist() | (_Purge.phase == Phase.WAITING.value)
    write.delete(_row(facility_id, target_id), condition=not_begun)


# --- reading -------------------------------------------------------------------------------------


def purge(facility_id: str, target_id: str) -> Purge | None:
    """Return what is to be deleted of a target, read consistently; None where nothing is."""
    try:
        row = _Purge.get(f"FACILITY#{facility_id}", PREFIX + target_id, consistent_read=True)
    except DoesNotExist:
        return None
    return Purge(
        facility_id=facility_id,
        target_id=target_id,
        contract_id=row.contract_id,
        ended_on=row.ended_on,
        purge_on=row.purge_on,
        phase=Phase(row.phase),
        due_at=row.due_at,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        begun_at=row.begun_at,
        tally=msgspec.json.decode(row.tally, type=Tally) if row.tally else Tally(),
    )


def hold(facility_id: str, target_id: str) -> Hold | None:
    """Return the provider's hold on a target, read consistently; None where there is none."""
    try:
        row = _Hold.get(f"FACILITY#{facility_id}", f"HOLD#{target_id}", consistent_read=True)
    except DoesNotExist:
        return None
    return msgspec.json.decode(row.hold, type=Hold)


def is_in_force(facility_id: str, target_id: str) -> bool:
    """Return whether a contract is in force on a target, read consistently."""
    row = _Target.get(f"FACILITY#{facility_id}", f"TARGET#{target_id}", consistent_read=True)
    return bool(row.running)


def find_certificate(facility_id: str, contract_id: str) -> Certificate | None:
    """Return what was deleted after a contract, or None where nothing was."""
    pk, sk = f"FACILITY#{facility_id}", f"CERTIFICATE#{contract_id}"
    try:
        return msgspec.json.decode(_Certificate.get(pk, sk).certificate, type=Certificate)
    except DoesNotExist:
        return None


def certificate(facility_id: str, contract_id: str) -> Certificate:
    """Return what was deleted after a contract; raises NotFound."""
    found = find_certificate(facility_id, contract_id)
    if found is None:
        raise NotFound("there is no such certificate, or it is not yours")
    return found


# --- what people decide --------------------------------------------------------------------------


def put_hold(facility_id: str, target_id: str, hold: Hold) -> None:
    """Let nothing of the target be deleted; a hold that is there is replaced."""
    text = msgspec.json.encode(hold).decode()
    _Hold(f"FACILITY#{facility_id}", f"HOLD#{target_id}", hold=text).save()


def lift_hold(facility_id: str, target_id: str) -> None:
    """Take the hold away; nothing happens where there is none."""
    _Hold(f"FACILITY#{facility_id}", f"HOLD#{target_id}").delete()


def ask(found: Purge, by: str, at: str, due_at: str, told: Mapping[str, Fact]) -> bool:
    """Note that the facility wants it at the date, and tell; False when it was called off."""
    actions: list[Action] = [
        _Purge.asked_by.set(by),
        _Purge.asked_at.set(at),
        _Purge.due_at.set(due_at),
    ]
    key = f"{Kind.PURGE_ASKED}-{found.contract_id}"
    with _losing() as lost, transaction() as write:
        write.update(_row_of(found), actions, condition=_is_at(found, Phase.WAITING))
        notices.put_in(write, found.facility_id, Kind.PURGE_ASKED, key, told)
    return not lost


# --- going on ------------------------------------------------------------------------------------


def look_again(found: Purge, at: datetime) -> None:
    """Look at it again then, unless somebody moved it meanwhile."""
    unmoved = _is_at(found, found.phase) & (_Purge.due_at == found.due_at)
    try:
        _row_of(found).update([_Purge.due_at.set(clock.text(at))], condition=unmoved)
    except UpdateError as error:
        if not condition_failed(error):
            raise


def begin(found: Purge, at: datetime) -> bool:
    """Begin; False when a contract, a hold or somebody else was faster."""
    begun: list[Action] = [
        _Purge.phase.set(Phase.COUNTING.value),
        _Purge.begun_at.set(clock.text(at)),
    ]
    return _go_on(found, begun)


def note_counted(found: Purge, tally: Tally) -> bool:
    """Keep what has been counted, once; False when somebody else was faster."""
    text = msgspec.json.encode(tally).decode()
    before = msgspec.json.encode(found.tally).decode()
    unmoved = _Purge.tally == before if found.tally.after else _Purge.tally.does_not_exist()
    return _go_on(found, [_Purge.tally.set(text)], unmoved)


def enter(found: Purge, phase: Phase) -> bool:
    """Begin the next phase; False when somebody else was faster."""
    return _go_on(found, [_Purge.phase.set(phase.value)])


def erase_rows(found: Purge, rows: list[AnyRow]) -> bool:
    """
    Delete *rows* of the catalogue while the purge is at it; False when it is not any more.

    In one transaction: who was held up meanwhile must not delete what a new contract has stored.
    """
    row = _row_of(found)
    with _losing() as lost, transaction() as write:
        _nothing_in_the_way_in(write, found)
        write.condition_check(_Purge, row.pk, row.sk, condition=_is_at(found, found.phase))
        erasing.erase_in(write, rows)
    return not lost


def certify(found: Purge, written: Certificate, told: Mapping[str, Fact]) -> bool:
    """Close the purge with its certificate, all or nothing; False when it was done."""
    pk, sk = f"FACILITY#{found.facility_id}", f"CERTIFICATE#{found.contract_id}"
    row = _Certificate(pk, sk, certificate=msgspec.json.encode(written).decode())
    key = f"{Kind.PURGE_CERTIFICATE}-{found.contract_id}"
    with _losing() as lost, transaction() as write:
        write.delete(_row_of(found), condition=_is_at(found, found.phase))
        write.save(row, condition=_Certificate.pk.does_not_exist())
        usage.forget_in(write, found.facility_id, found.target_id)
        notices.put_in(write, found.facility_id, Kind.PURGE_CERTIFICATE, key, told)
    return not lost


def _go_on(found: Purge, actions: list[Action], unmoved: Condition | None = None) -> bool:
    """Move *found* on while nothing stands in the way; False when something does."""
    is_unmoved = _is_at(found, found.phase)
    if unmoved is not None:
        is_unmoved &= unmoved
    with _losing() as lost, transaction() as write:
        _nothing_in_the_way_in(write, found)
        write.update(_row_of(found), actions, condition=is_unmoved)
    return not lost


def _nothing_in_the_way_in(write: TransactWrite, found: Purge) -> None:
    pk = f"FACILITY#{found.facility_id}"
    write.condition_check(
        _Target,
        pk,
        f"TARGET#{found.target_id}",
        condition=_Target.running == False,  # noqa: E712
    )
    write.condition_check(_Hold, pk, f"HOLD#{found.target_id}", condition=_Hold.pk.does_not_exist())


@contextmanager
def _losing() -> Iterator[list[bool]]:
    """Yield a list that is not empty once a condition of the transaction did not hold."""
    lost: list[bool] = []
    try:
        yield lost
    except TransactWriteError as error:
        if not condition_failed(error):
            raise
        lost.append(True)


def _is_at(found: Purge, phase: Phase) -> Condition:
    condition: Condition = _Purge.phase == phase.value
    condition &= _Purge.contract_id == found.contract_id
    return condition


def _row_of(found: Purge) -> _Purge:
    return _row(found.facility_id, found.target_id)


def _row(facility_id: str, target_id: str) -> _Purge:
    return _Purge(f"FACILITY#{facility_id}", PREFIX + target_id)
