"""
What has been billed of each contract, in DynamoDB (core), on the index of what falls due.

FACILITY#<id>  BILL#<contract id>  periods, versions and months billed, and when more is due

The row is looked at whenever its contract changes, and when its next period begins: it is written
in the contract's own transaction, so that no change goes unbilled.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib import due
from chalicelib.contracts.model import Billed
from chalicelib.due import DueRow, shard_of
from chalicelib.kernel import clock
from chalicelib.tables import CoreTable, condition_failed

PREFIX = "BILL#"


class _Billed(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    target_name = UnicodeAttribute()
    zone = UnicodeAttribute()
    periods = NumberAttribute()
    version = NumberAttribute()
    refund_yen = NumberAttribute()
    metered_on = UnicodeAttribute(null=True)
    due_shard = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)


def look_in(
    write: TransactWrite, facility_id: str, contract_id: str, target_name: str, zone: str
) -> None:
    """Let the next minute look at what is to be billed of a contract that changes now."""
    actions: list[Action] = [
        _Billed.target_name.set(target_name),
        _Billed.zone.set(zone),
        _Billed.periods.set(_Billed.periods | 0),
        _Billed.version.set(_Billed.version | 0),
        _Billed.refund_yen.set(_Billed.refund_yen | 0),
        *_due(contract_id, clock.text(clock.now())),
    ]
    write.update(_row(facility_id, contract_id), actions)


def from_due(row: DueRow) -> Billed:
    """Return what a due row tells; the index may be a moment behind, as writes will notice."""
    contract_id = row.sk.removeprefix(PREFIX)
    return _to_billed(row.facility_id, contract_id, row.attributes, row.due_at)


def billed(facility_id: str, contract_id: str) -> Billed | None:
    """Return how far a contract has been billed; None for one that was never in force."""
    try:
        row = _Billed.get(f"FACILITY#{facility_id}", PREFIX + contract_id, consistent_read=True)
    except _Billed.DoesNotExist:
        return None
    return _to_billed(facility_id, contract_id, row.attribute_values, row.due_at)


def due_until(until: str) -> Iterator[Billed]:
    """Yield the contracts of which something is to be billed by the moment *until*."""
    for shard in due.SHARDS:
        for row in due.every_row(shard, until):
            if row.sk.startswith(PREFIX):
                yield from_due(row)


def advance_in(write: TransactWrite, before: Billed, after: Billed) -> None:
    """Write *after*; the transaction is cancelled when it is not as *before* any more."""
    row = _row(before.facility_id, before.contract_id)
    write.update(row, _moved(after), condition=_is(before))


def advance(before: Billed, after: Billed) -> None:
    """Write *after*, unless somebody was faster: what follows is seen next minute."""
    row = _row(before.facility_id, before.contract_id)
    try:
        row.update(_moved(after), condition=_is(before))
    except UpdateError as error:
        if not condition_failed(error):
            raise


def _to_billed(
    facility_id: str, contract_id: str, facts: Mapping[str, Any], due_at: str | None
) -> Billed:
    metered_on = facts.get("metered_on")
    return Billed(
        facility_id=facility_id,
        contract_id=contract_id,
        target_name=facts["target_name"],
        zone=facts["zone"],
        periods=int(facts["periods"]),
        version=int(facts["version"]),
        refund_yen=int(facts["refund_yen"]),
        metered_on=date.fromisoformat(metered_on) if metered_on else None,
        due_at=due_at,
    )


def _is(before: Billed) -> Condition:
    unchanged: Condition = (
        (_Billed.periods == before.periods)
        & (_Billed.version == before.version)
        & (_Billed.refund_yen == before.refund_yen)
        & (_Billed.due_at == before.due_at)
        & _metered(before)
    )
    return unchanged


def _metered(before: Billed) -> Condition:
    if before.metered_on is None:
        return _Billed.metered_on.does_not_exist()
    return _Billed.metered_on == str(before.metered_on)


def _moved(after: Billed) -> list[Action]:
    return [
        _Billed.periods.set(after.periods),
        _Billed.version.set(after.version),
        _Billed.refund_yen.set(after.refund_yen),
        *([_Billed.metered_on.set(str(after.metered_on))] if after.metered_on else []),
        *_due(after.contract_id, after.due_at),
    ]


def _due(contract_id: str, at: str | None) -> list[Action]:
    if at is None:
        return [_Billed.due_shard.remove(), _Billed.due_at.remove()]
    return [_Billed.due_shard.set(shard_of(contract_id)), _Billed.due_at.set(at)]


def _row(facility_id: str, contract_id: str) -> _Billed:
    return _Billed(f"FACILITY#{facility_id}", PREFIX + contract_id)
