"""
Targets and contracts in DynamoDB (core).

FACILITY#<id>  TARGET#<target id>      name, kind, and the contract whose plan is in force
FACILITY#<id>  CONTRACT#<contract id>  the contract as JSON, and its state
FACILITY#<id>  USAGE#<target id>       limit and free bytes (see archive/store/usage.py)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
from pynamodb.attributes import BooleanAttribute, UnicodeAttribute
from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.update import Action
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.archive.store import usage
from chalicelib.contracts.model import Contract, State, TargetKind
from chalicelib.kernel.errors import Conflict, NotFound
from chalicelib.tables import CoreTable, transaction


@dataclass(frozen=True, slots=True)
class Target:
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


def add(contract: Contract) -> None:
    _row(contract).save(_Contract.pk.does_not_exist())


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


def put_in_force(accepted: Contract) -> None:
    """
    Move *accepted* from proposed to active, with plan and capacity, all or nothing.

    Raises:
        Conflict: It is no longer proposed, or another contract runs on the target.
    """
    before = usage.of(accepted.facility_id, accepted.target_id)
    reason = "the contract is not proposed, its target has one, or more is stored than it allows"
    with _expecting(reason), transaction() as write:
        _move(write, accepted, State.PROPOSED)
        write.update(
            _target_key(accepted),
            [_Target.contract.set(_json(accepted)), _Target.running.set(True)],
            condition=_Target.running == False,  # noqa: E712 - a condition, not a comparison
        )
        usage.set_limit_in(write, before, accepted.capacity_bytes)


def end(ended: Contract) -> None:
    """Move *ended* from active to ended: no uploads from now on; raises Conflict if it cannot."""
    with _expecting("only an active contract can be ended"), transaction() as write:
        _move(write, ended, State.ACTIVE)
        actions: list[Action] = [_Target.contract.set(_json(ended)), _Target.running.set(False)]
        write.update(_target_key(ended), actions)


class _expecting:  # noqa: N801 - reads as a sentence where it is used
    """Turn a cancelled transaction into a Conflict with *reason*."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, TransactWriteError):
            raise Conflict(self._reason) from error


def _target_key(contract: Contract) -> _Target:
    return _Target(_pk(contract.facility_id), f"TARGET#{contract.target_id}")


def _move(write: TransactWrite, contract: Contract, before: State) -> None:
    write.update(
        _row(contract),
        [_Contract.contract.set(_json(contract)), _Contract.state.set(contract.state.value)],
        condition=_Contract.state == before.value,
    )


def _pk(facility_id: str) -> str:
    return f"FACILITY#{facility_id}"


def _row(contract: Contract) -> _Contract:
    pk, sk = _pk(contract.facility_id), f"CONTRACT#{contract.contract_id}"
    return _Contract(pk, sk, contract=_json(contract), state=contract.state.value)


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
