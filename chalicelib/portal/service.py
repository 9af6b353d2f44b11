"""What the first page shows, gathered from the capabilities.  No patient's data is read for it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from chalicelib.access import store as access
from chalicelib.access.model import Caller
from chalicelib.archive.store import batches, cases, objects, usage
from chalicelib.billing import publishing
from chalicelib.contracts import store as contracts
from chalicelib.contracts.local import zone_of
from chalicelib.contracts.model import State, TargetKind, in_force_on
from chalicelib.contracts.renewal import next_bill_on
from chalicelib.contracts.shown import bill_of
from chalicelib.contracts.store import Target
from chalicelib.contracts.waiting import MOST_COUNTED, count_waiting
from chalicelib.jobs import service as jobs
from chalicelib.kernel import clock
from chalicelib.portal import backlog
from chalicelib.portal.model import ORDER, Bill, FacilityFacts, TargetFacts, facility_facts

FACILITIES_A_PAGE = 25


class FacilityHome(msgspec.Struct, frozen=True):
    """A facility's own first page."""

    name: str
    targets: list[TargetFacts]

    @property
    def worst_first(self) -> list[TargetFacts]:
        """The targets in the order in which somebody should look at them."""
        return sorted(self.targets, key=lambda each: ORDER.index(each.standing))

    @property
    def waiting(self) -> int:
        """How many targets need somebody."""
        return sum(each.needs_somebody for each in self.targets)


class ProviderHome(msgspec.Struct, frozen=True):
    """
    The provider's first page.

    Attributes:
        cursor: Of the next facilities; None after the last.
        waiting: Contracts and changes that wait for the provider; at most 100 are counted.
        quarantined: Objects set aside; at most a page of them is counted.
        are_more_quarantined: There are more than that.
        missed, are_more_missed: Missed backups, counted likewise.
        dead_letters: Messages that could not be handled.
        book_to_answer: The version of a price book that somebody else proposes, or nothing.
    """

    facilities: list[FacilityFacts]
    cursor: str | None
    waiting: int
    quarantined: int
    are_more_quarantined: bool
    missed: int
    are_more_missed: bool
    dead_letters: int
    book_to_answer: str

    @property
    def are_more_waiting(self) -> bool:
        return self.waiting == MOST_COUNTED


def home_of_facility(caller: Caller) -> FacilityHome:
    """Return how each target of the caller's facility stands."""
    here = caller.facility_id
    proposed = {
        each.target_id for each in contracts.contracts_of(here) if each.state is State.PROPOSED
    }
    has_agent = any(each.state == "enrolled" for each in access.agents_of(here))
    now = local_now(zone_of(here))
    targets = [
        TargetFacts(
            target=_in_effect(each, now),
            usage=usage.of(here, each.target_id),
            batch=batches.newest(each.target_id),
            is_proposed=each.target_id in proposed,
            has_agent=has_agent,
            now=now,
            job=jobs.newest(here, each.target_id),
            bill=_bill(each, now),
            cases=cases.count_of(here) if each.kind is TargetKind.DISPLAY else None,
        )
        for each in contracts.targets_of(here)
    ]
    return FacilityHome(access.facility_name(here), targets)


def home_of_provider(caller: Caller, cursor: str | None) -> ProviderHome:
    """Return how the facilities stand, a page of them, and what waits for the provider."""
    found, following = facilities(cursor)
    quarantined, more_quarantined = objects.quarantined(None)
    missed, more_missed = jobs.missed(None)
    return ProviderHome(
        facilities=found,
        cursor=following,
        waiting=count_waiting(),
        quarantined=len(quarantined),
        are_more_quarantined=more_quarantined is not None,
        missed=len(missed),
        are_more_missed=more_missed is not None,
        dead_letters=backlog.dead_letters(),
        book_to_answer=publishing.to_answer(caller),
    )


def facilities(cursor: str | None) -> tuple[list[FacilityFacts], str | None]:
    """Return how the facilities stand, a page of them, and the cursor of the next."""
    found, following = access.facilities_page(cursor, FACILITIES_A_PAGE)
    facts = [
        facility_facts(
            each.facility_id,
            each.name,
            list(contracts.contracts_of(each.facility_id)),
            local_now(ZoneInfo(each.zone)),
        )
        for each in found
    ]
    return facts, following


def _in_effect(target: Target, now: datetime) -> Target:
    """Return *target* with the version of its contract that holds today."""
    if target.contract is None:
        return target
    return msgspec.structs.replace(target, contract=in_force_on(target.contract, now.date()))


def _bill(target: Target, now: datetime) -> Bill | None:
    """Return the next bill of *target*, by the version of its contract that holds then."""
    today = now.date()
    if target.contract is None:
        return None
    on = next_bill_on(in_force_on(target.contract, today), today)
    if on is None:
        return None
    return Bill(on, bill_of(target.contract, on).total_yen)


def local_now(zone: ZoneInfo) -> datetime:
    """The service's time, as a facility's clock on the wall shows it."""
    return clock.now().astimezone(zone)
