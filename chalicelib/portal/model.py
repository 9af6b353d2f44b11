"""How a target or a facility stands, in one word.  Rules only: nothing is looked up here."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.archive.store.batches import Batch
from chalicelib.archive.store.usage import Usage
from chalicelib.contracts.model import Contract, State, TimingKind, covers
from chalicelib.contracts.store import Target
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict

LATE_AFTER = timedelta(hours=26)  # a night, and time to get it done
NEARLY_FULL = 0.9


class Standing(StrEnum):
    """Of a target: the worst that is true of it, or that all is well."""

    NO_CONTRACT = "no-contract"
    AWAITS_PROVIDER = "awaits-provider"
    STARTS_LATER = "starts-later"
    SUSPENDED = "suspended"
    ENDED = "ended"
    NO_AGENT = "no-agent"
    AWAITS_FIRST = "awaits-first"
    LATE = "late"
    RUNNING = "running"
    PARTIAL = "partial"
    NEARLY_FULL = "nearly-full"
    IN_ORDER = "in-order"


CALM = frozenset({Standing.IN_ORDER, Standing.RUNNING, Standing.STARTS_LATER})


class FacilityStanding(StrEnum):
    """Of a facility, as the provider sees it."""

    AWAITS_YOU = "awaits-you"
    IN_FORCE = "in-force"
    NOT_IN_FORCE = "not-in-force"
    NO_CONTRACT = "no-contract"


@dataclass(frozen=True, slots=True)
class TargetFacts:
    """
    What is known of one target.

    Attributes:
        is_proposed: A contract waits for the provider.
        has_agent: The facility has an agent that could back it up.
        batch: The newest one.
        now: Local to the facility.
    """

    target: Target
    usage: Usage
    batch: Batch | None
    is_proposed: bool
    has_agent: bool
    now: datetime

    @property
    def standing(self) -> Standing:
        return standing(self)

    @property
    def needs_somebody(self) -> bool:
        return self.standing not in CALM

    @property
    def used_bytes(self) -> int:
        """Stored, or held for what is on its way."""
        return self.usage.limit_bytes - self.usage.available_bytes

    @property
    def used_percent(self) -> int:
        """Rounded down, so that 100 means full."""
        return self.used_bytes * 100 // self.usage.limit_bytes if self.usage.limit_bytes else 0

    @property
    def last_at(self) -> datetime | None:
        """When the newest batch ended, or began when it still runs; local."""
        if self.batch is None:
            return None
        written = self.batch.completed_at or self.batch.opened_at
        return clock.parse(written).astimezone(self.now.tzinfo)


def standing(facts: TargetFacts) -> Standing:
    """Return what matters most about a target now."""
    contract = facts.target.contract
    gap = _without_contract(contract, facts.now) if contract else Standing.NO_CONTRACT
    if gap in {Standing.NO_CONTRACT, Standing.ENDED} and facts.is_proposed:
        return Standing.AWAITS_PROVIDER
    return gap or _in_force(facts)


def _without_contract(contract: Contract, now: datetime) -> Standing | None:
    """Return why nothing may be uploaded under *contract*, or None when it may."""
    try:
        covers(contract, now.date())
    except Conflict as reason:
        if reason.code == "contract-ended":
            return Standing.ENDED
        is_suspended = contract.state is State.SUSPENDED
        return Standing.SUSPENDED if is_suspended else Standing.STARTS_LATER
    return None


def _in_force(facts: TargetFacts) -> Standing:
    if facts.batch is None:
        return Standing.AWAITS_FIRST if facts.has_agent else Standing.NO_AGENT
    if _is_late(facts):
        return Standing.LATE
    if not facts.batch.is_finished:
        return Standing.RUNNING
    if facts.batch.state == "partial":
        return Standing.PARTIAL
    is_nearly_full = facts.used_bytes >= NEARLY_FULL * facts.usage.limit_bytes
    return Standing.NEARLY_FULL if is_nearly_full else Standing.IN_ORDER


def _is_late(facts: TargetFacts) -> bool:
    """Whether a nightly backup has been left out."""
    contract, last = facts.target.contract, facts.last_at
    is_nightly = contract is not None and contract.timing.kind is TimingKind.NIGHTLY
    return is_nightly and last is not None and facts.now - last > LATE_AFTER


@dataclass(frozen=True, slots=True)
class FacilityFacts:
    """A facility and its contracts, as the provider sees them."""

    facility_id: str
    name: str
    in_force: int
    proposed: int
    ended: int

    @property
    def standing(self) -> FacilityStanding:
        if self.proposed:
            return FacilityStanding.AWAITS_YOU
        if self.in_force:
            return FacilityStanding.IN_FORCE
        return FacilityStanding.NOT_IN_FORCE if self.ended else FacilityStanding.NO_CONTRACT


def facility_facts(
    facility_id: str, name: str, contracts: Collection[Contract], now: datetime
) -> FacilityFacts:
    """Count a facility's *contracts* by how they stand at *now* (local)."""
    agreed = [each for each in contracts if each.state is not State.PROPOSED]
    ended = sum(_without_contract(each, now) is Standing.ENDED for each in agreed)
    waiting = sum(awaits_provider(each) for each in contracts)
    return FacilityFacts(facility_id, name, len(agreed) - ended, waiting, ended)


def awaits_provider(contract: Contract) -> bool:
    """Whether a contract, or a change of one, waits for the provider."""
    return contract.state is State.PROPOSED or contract.proposed is not None
