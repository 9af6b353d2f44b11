"""Targets and contracts as the interface tells of them."""

from __future__ import annotations

from datetime import date
from typing import TypeVar

import msgspec

from chalicelib.archive.store import usage
from chalicelib.contracts import (
    local,
)
from chalicelib.contracts.amending import Change
from chalicelib.contracts.form import Form
from chalicelib.contracts.model import BatchScope, Contract, TargetKind, Timing, in_force_on
from chalicelib.contracts.offer import fee_of, points_of
from chalicelib.contracts.renewal import outlook
from chalicelib.contracts.selection import Selection
from chalicelib.contracts.signing import book_for
from chalicelib.contracts.store import Target


class ShownTarget(msgspec.Struct, frozen=True, kw_only=True):
    target_id: str
    name: str
    kind: TargetKind
    contract_id: str | None


class ContractVersion(Contract, frozen=True, kw_only=True):
    """A version of a contract, with its price."""

    points_per_period: int
    fee_per_period_yen: int


class ShownContract(ContractVersion, frozen=True, kw_only=True):
    """
    A contract, with its price and what lies ahead of it.

    Attributes:
        ends_on: The first date no longer covered; None where it renews itself or is full first.
        renews_on: When another term begins, by itself or as it was signed for.
        reminders: When the facility is told of the one or the other.
        purge_on: From when what is stored may be deleted; it is read-only until then.
    """

    ends_on: date | None
    renews_on: date | None
    reminders: tuple[date, ...]
    purge_on: date | None
    note: str | None


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent is to do for a target, and how much room there is."""

    timing: Timing
    batch_scope: BatchScope
    patients: Selection
    capacity_bytes: int
    available_bytes: int


class PlannedTarget(msgspec.Struct, frozen=True, kw_only=True):
    """
    A target as agents see it.

    Attributes:
        plan: None where nothing is agreed on.
    """

    target_id: str
    name: str
    kind: TargetKind
    plan: Plan | None


def told(contract: Contract) -> ShownContract:
    """Return a contract with its price and what lies ahead of it."""
    today, zone = local.today(contract.facility_id), local.zone_of(contract.facility_id)
    ahead = outlook(in_force_on(contract, today), today, zone)
    facts = msgspec.structs.asdict(priced(contract))
    return ShownContract(**facts, **msgspec.structs.asdict(ahead))


def priced(contract: Contract) -> ContractVersion:
    book = book_for(contract)
    return ContractVersion(
        **msgspec.structs.asdict(contract),
        points_per_period=points_of(contract, book),
        fee_per_period_yen=fee_of(contract, book, contract.unit_price_yen),
    )


def shown_target(target: Target) -> ShownTarget:
    return ShownTarget(
        target_id=target.target_id,
        name=target.name,
        kind=target.kind,
        contract_id=target.contract.contract_id if target.contract else None,
    )


def for_agent(target: Target) -> PlannedTarget:
    """Return a target that stores, as agents see it."""
    plan = None
    contract = target.contract and in_force_on(target.contract, local.today(target.facility_id))
    if contract and contract.timing and contract.batch_scope:
        plan = Plan(
            timing=contract.timing,
            batch_scope=contract.batch_scope,
            patients=contract.patients,
            capacity_bytes=contract.capacity_bytes,
            available_bytes=usage.of(target.facility_id, target.target_id).available_bytes,
        )
    return PlannedTarget(target_id=target.target_id, name=target.name, kind=target.kind, plan=plan)


T = TypeVar("T", Form, Change)


def plain(asked: T, shape: type[T]) -> T:
    """Return what is agreed on in *asked*, without what only goes along with it."""
    return shape(**{name: getattr(asked, name) for name in shape.__struct_fields__})
