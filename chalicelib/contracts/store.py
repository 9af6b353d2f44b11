"""
Targets and contracts in DynamoDB (core).

FACILITY#<id>  TARGET#<target id>      name, kind, and the contract whose plan is in force
FACILITY#<id>  CONTRACT#<contract id>  the contract as JSON, and its state and revision
FACILITY#<id>  VERSION#<contract id>#<version, 6 digits>  as both sides accepted it; never rewritten
FACILITY#<id>  USAGE#<target id>       limit and free bytes (see archive/store/usage.py)
FACILITY#<id>  BILL#<contract id>      how far it is billed (see billed_store.py)
WAITING        CONTRACT#<contract id>  whose contract, or change of one, waits for the provider
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

import msgspec
from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.archive.store import cases, usage
from chalicelib.contracts import billed_store, local, purge_store, timers
from chalicelib.contracts.capacity import limit_of
from chalicelib.contracts.kinds import GOODS, goods_of
from chalicelib.contracts.model import Contract, State, TargetKind, awaits_provider
from chalicelib.contracts.purge_store import Phase, Purge
from chalicelib.contracts.regions import room
from chalicelib.contracts.regions import store as regions
from chalicelib.contracts.renewal import outlook
from chalicelib.kernel import clock
from chalicelib.kernel.calendar import start_of_day
from chalicelib.kernel.errors import Conflict, NotFound
from chalicelib.notices import store as notices
from chalicelib.notices.model import Kind
from chalicelib.tables import CoreTable, expecting, transaction
from chalicelib.web import cursors

WAITING = "WAITING"
OVERTAKEN = "somebody changed it in the meantime, or more is stored than it allows: look again"


class Target(msgspec.Struct, frozen=True):
    """
    What is backed up, controlled and billed on its own.

    Attributes:
        contract: The one in force; None before the provider accepted any.
    """

    target_id: str
    facility_id: str
    name: str
    kind: TargetKind
    contract: Contract | None


class _Target(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    target_name = UnicodeAttribute()
    kind = UnicodeAttribute()
    contract = UnicodeAttribute(null=True)
    running = BooleanAttribute(default=False)


class _Contract(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    contract = UnicodeAttribute()
    state = UnicodeAttribute()
    revision = NumberAttribute(null=True)


class _Version(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    contract = UnicodeAttribute()


class _Waiting(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True, default=WAITING)
    sk = UnicodeAttribute(range_key=True)
    facility_id = UnicodeAttribute()


def add_target(target: Target) -> None:
    pk, sk = _pk(target.facility_id), f"TARGET#{target.target_id}"
    row = _Target(pk, sk, target_name=target.name, kind=target.kind.value)
    row.save(_Target.pk.does_not_exist())


def target(facility_id: str, target_id: str) -> Target:
    """Return a target of *facility_id*; another facility's is not found."""
    try:
        return _to_target(_Target.get(_pk(facility_id), f"TARGET#{target_id}"))
    except _Target.DoesNotExist:
        raise NotFound("there is no such target, or it is not yours") from None


def targets_of(facility_id: str) -> Iterator[Target]:
    """Yield the facility's targets, oldest first."""
    for row in _Target.query(_pk(facility_id), _Target.sk.startswith("TARGET#")):
        yield _to_target(row)


def target_names(keys: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the names of some targets of (facility id, target id), a hundred with one call."""
    wanted = [(_pk(facility_id), f"TARGET#{target_id}") for facility_id, target_id in keys]
    return {row.sk.removeprefix("TARGET#"): row.target_name for row in _Target.batch_get(wanted)}


def storing_targets_of(facility_id: str) -> Iterator[Target]:
    """Yield those of the facility's targets that something can be stored in."""
    return (each for each in targets_of(facility_id) if GOODS[each.kind].stores)


def propose(contract: Contract, *, told: Kind | None = None) -> None:
    """
    Write *contract*, signed by the facility alone, or its next revision; no plan is touched.

    Args:
        told: What the facility is told of it.
    """
    with expecting(OVERTAKEN), transaction() as write:
        _put(write, contract)
        _tell(write, contract, told)


def contract(facility_id: str, contract_id: str) -> Contract:
    """Return a contract of *facility_id*; another facility's is not found."""
    try:
        row = _Contract.get(_pk(facility_id), f"CONTRACT#{contract_id}", consistent_read=True)
    except _Contract.DoesNotExist:
        raise NotFound("there is no such contract, or it is not yours") from None
    return _to_contract(row)


def contracts_of(facility_id: str) -> Iterator[Contract]:
    """Yield the facility's contracts, oldest first."""
    for row in _Contract.query(_pk(facility_id), _Contract.sk.startswith("CONTRACT#")):
        yield _to_contract(row)


def versions_of(found: Contract) -> Iterator[Contract]:
    """Yield every version of *found* that both sides accepted, oldest first."""
    prefix = f"VERSION#{found.contract_id}#"
    for row in _Version.query(_pk(found.facility_id), _Version.sk.startswith(prefix)):
        yield msgspec.json.decode(row.contract, type=Contract)


def waiting_page(cursor: str | None, rows: int) -> tuple[list[tuple[str, str]], str | None]:
    """Return (facility id, contract id) of what waits for the provider, and the next cursor."""
    page = _Waiting.query(
        WAITING, limit=rows, last_evaluated_key=cursors.read(cursor, partition=WAITING)
    )
    found = [(row.facility_id, row.sk.removeprefix("CONTRACT#")) for row in page]
    return found, cursors.written(page.last_evaluated_key)


def put_in_force(
    agreed: Contract, over: Contract | None = None, *, told: Kind | None = None
) -> None:
    """
    Put *agreed* in force with plan and capacity, all or nothing.

    Args:
        agreed: New, or the next revision of one that was proposed.
        over: The contract that still stands on the target though its time has passed, as ended.
        told: What the facility is told of it.

    Raises:
        Conflict: Somebody was faster, another runs there, more is stored than it allows, or its
            region is full.
    """
    with _agreeing(agreed) as write:
        _put(write, agreed)
        _keep_version(write, agreed)
        if over is not None:
            _put(write, over)
        _set_plan(write, agreed, condition=_Target.running == (over is not None))
        _set_limit_in(write, agreed)
        regions.follow_in(write, agreed)
        timers.follow_in(write, agreed)
        _bill(write, agreed)
        if goods_of(agreed).stores:
            purge_store.call_off_in(write, agreed.facility_id, agreed.target_id)
        _tell(write, agreed, told)


def change(
    changed: Contract,
    *,
    agreed: Iterable[Contract] = (),
    resizes: bool = False,
    may_exceed: bool = False,
    told: Kind | None = None,
) -> None:
    """
    Write the next revision of the contract on a target, and its plan, all or nothing.

    Args:
        agreed: Versions that both sides have accepted now, to be kept.
        resizes: The limit becomes another one.
        may_exceed: Also when more than that is stored or claimed.
        told: What the facility is told of it.

    Raises:
        Conflict: Somebody was faster, more is stored than the limit, or its region is full.
    """
    with _agreeing(changed) as write:
        _put(write, changed)
        for each in agreed:
            _keep_version(write, each)
        _set_plan(write, changed)
        timers.follow_in(write, changed)
        regions.follow_in(write, changed, may_exceed=may_exceed)
        _bill(write, changed)
        if changed.state is State.ENDED:
            _wind_up_in(write, changed)
        _tell(write, changed, told)
        if resizes:
            _set_limit_in(write, changed, may_exceed=may_exceed)


def count_in_region(contract: Contract) -> None:
    """
    Let the regions know of an area that was under contract before they were counted.

    Whoever changed the contract in the meantime has told them.
    """
    with suppress(Conflict), expecting(OVERTAKEN), transaction() as write:
        row = _row(contract)
        write.condition_check(_Contract, row.pk, row.sk, condition=_is_revision(contract.revision))
        regions.follow_in(write, contract, may_exceed=True)


@contextmanager
def _agreeing(contract: Contract) -> Iterator[TransactWrite]:
    """Write all or nothing; where somebody rented the last of a region, say so."""
    try:
        with expecting(OVERTAKEN), transaction() as write:
            yield write
    except Conflict:
        room.check_holds(contract)
        raise


def _bill(write: TransactWrite, changed: Contract) -> None:
    """Let billing look at what *changed* means."""
    name = target(changed.facility_id, changed.target_id).name
    zone = local.zone_of(changed.facility_id).key
    billed_store.look_in(write, changed.facility_id, changed.contract_id, name, zone)


def _set_limit_in(write: TransactWrite, contract: Contract, *, may_exceed: bool = False) -> None:
    """Let the limit be that of *contract*: it stands beside what is taken of it."""
    here, target_id, limit = contract.facility_id, contract.target_id, limit_of(contract)
    if goods_of(contract).stores:
        before = usage.of(here, target_id)
        usage.set_limit_in(write, before, limit, may_exceed=may_exceed)
    else:
        cases.set_limit_in(write, here, target_id, limit, may_exceed=may_exceed)


def _wind_up_in(write: TransactWrite, ended: Contract) -> None:
    """Let what *ended* leaves be deleted in time; a display tool leaves nothing."""
    if goods_of(ended).stores:
        purge_store.expect_in(write, _purge_after(ended))
    else:
        cases.retire_in(write, ended.facility_id, ended.target_id)


def _purge_after(ended: Contract) -> Purge:
    """Return when what *ended* leaves may be deleted."""
    zone = local.zone_of(ended.facility_id)
    ahead = outlook(ended, local.today(ended.facility_id), zone)
    if ahead.ends_on is None or ahead.purge_on is None:
        raise ValueError("a contract that ended has no end")
    return Purge(
        facility_id=ended.facility_id,
        target_id=ended.target_id,
        contract_id=ended.contract_id,
        ended_on=ahead.ends_on.isoformat(),
        purge_on=ahead.purge_on.isoformat(),
        phase=Phase.WAITING,
        due_at=clock.text(start_of_day(ahead.purge_on, zone)),
    )


def _target_key(contract: Contract) -> _Target:
    return _Target(_pk(contract.facility_id), f"TARGET#{contract.target_id}")


def _set_plan(write: TransactWrite, contract: Contract, condition: Condition | None = None) -> None:
    is_running = contract.state is not State.ENDED
    actions: list[Action] = [
        _Target.contract.set(_json(contract)),
        _Target.running.set(is_running),
    ]
    write.update(_target_key(contract), actions, condition=condition)


def _put(write: TransactWrite, contract: Contract) -> None:
    """Write *contract* over the revision before it."""
    write.save(_row(contract), condition=_is_revision(contract.revision - 1))
    _note_waiting(write, contract)


def _is_revision(revision: int) -> Condition:
    return _Contract.revision == revision if revision else _Contract.revision.does_not_exist()


def _note_waiting(write: TransactWrite, contract: Contract) -> None:
    """Keep in the provider's list what waits for it, and nothing else."""
    row = _Waiting(WAITING, f"CONTRACT#{contract.contract_id}", facility_id=contract.facility_id)
    if awaits_provider(contract):
        write.save(row)
    else:
        write.delete(row)


def _tell(write: TransactWrite, contract: Contract, told: Kind | None) -> None:
    """Put a notice with the revision it tells of."""
    if told is None:
        return
    facts = {"target_name": target(contract.facility_id, contract.target_id).name}
    key = f"{told}-{contract.contract_id}-{contract.revision}"
    notices.put_in(write, contract.facility_id, told, key, facts)


def _keep_version(write: TransactWrite, agreed: Contract) -> None:
    row = _Version(
        _pk(agreed.facility_id),
        f"VERSION#{agreed.contract_id}#{agreed.version:06}",
        contract=_json(agreed),
    )
    write.save(row, condition=_Version.pk.does_not_exist())


def _pk(facility_id: str) -> str:
    return f"FACILITY#{facility_id}"


def _row(contract: Contract) -> _Contract:
    pk, sk = _pk(contract.facility_id), f"CONTRACT#{contract.contract_id}"
    text, state = _json(contract), contract.state.value
    return _Contract(pk, sk, contract=text, state=state, revision=contract.revision)


def _json(contract: Contract) -> str:
    return msgspec.json.encode(contract).decode()


def _to_contract(row: _Contract) -> Contract:
    return msgspec.json.decode(row.contract, type=Contract)


def _to_target(row: _Target) -> Target:
    return Target(
        target_id=row.sk.removeprefix("TARGET#"),
        facility_id=row.pk.removeprefix("FACILITY#"),
        name=row.target_name,
        kind=TargetKind(row.kind),
        contract=msgspec.json.decode(row.contract, type=Contract) if row.contract else None,
    )
