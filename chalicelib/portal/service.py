"""What the first page shows, gathered from the capabilities.  No patient's data is read for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.access import store as access
from chalicelib.access.model import Caller
from chalicelib.archive.store import batches, objects, usage
from chalicelib.contracts import store as contracts
from chalicelib.contracts.model import State, in_force_on
from chalicelib.contracts.service import ZONE
from chalicelib.contracts.store import Target
from chalicelib.kernel import clock
from chalicelib.portal.model import FacilityFacts, TargetFacts, facility_facts

FACILITIES_A_PAGE = 25


@dataclass(frozen=True, slots=True)
class FacilityHome:
    """A facility's own first page."""

    name: str
    targets: list[TargetFacts]

    @property
    def waiting(self) -> int:
        """How many targets need somebody."""
        return sum(each.needs_somebody for each in self.targets)


@dataclass(frozen=True, slots=True)
class ProviderHome:
    """
    The provider's first page.

    Attributes:
        cursor: Of the next facilities; None after the last.
        quarantined: Objects set aside; at most a page of them is counted.
        are_more_quarantined: There are more than that.
    """

    facilities: list[FacilityFacts]
    cursor: str | None
    quarantined: int
    are_more_quarantined: bool

    @property
    def proposed(self) -> int:
        """How many contracts of these facilities wait for the provider."""
        return sum(each.proposed for each in self.facilities)


def home_of_facility(caller: Caller) -> FacilityHome:
    """Return how each target of the caller's facility stands."""
    here = caller.facility_id
    proposed = {
        each.target_id for each in contracts.contracts_of(here) if each.state is State.PROPOSED
    }
    has_agent = any(each.state == "enrolled" for each in access.agents_of(here))
    now = local_now()
    targets = [
        TargetFacts(
            target=_in_effect(each, now),
            usage=usage.of(here, each.target_id),
            batch=batches.newest(each.target_id),
            is_proposed=each.target_id in proposed,
            has_agent=has_agent,
            now=now,
        )
        for each in contracts.targets_of(here)
    ]
    return FacilityHome(access.facility_name(here), targets)


def home_of_provider(cursor: str | None) -> ProviderHome:
    """Return how the facilities stand, a page of them, and what waits for the provider."""
    found, following = access.facilities_page(cursor, FACILITIES_A_PAGE)
    now = local_now()
    facilities = [
        facility_facts(facility_id, name, list(contracts.contracts_of(facility_id)), now)
        for facility_id, name in found
    ]
    quarantined, more = objects.quarantined(None)
    return ProviderHome(facilities, following, len(quarantined), more is not None)


def _in_effect(target: Target, now: datetime) -> Target:
    """Return *target* with the version of its contract that holds today."""
    if target.contract is None:
        return target
    return replace(target, contract=in_force_on(target.contract, now.date()))


def local_now() -> datetime:
    """The service's time, where the facilities are."""
    return clock.now().astimezone(ZONE)
