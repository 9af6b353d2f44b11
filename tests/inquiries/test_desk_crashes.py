"""The schedule, killed at any AWS call while it collects, routes, reminds and hands on."""

from __future__ import annotations

from collections import Counter

import pytest

from chalicelib.inquiries.departments import service as departments
from chalicelib.inquiries.model import InquiryState
from tests.faults.crashes import Fault, calls_of, died, every_death
from tests.faults.inquiry_invariants import check_inquiries, heads
from tests.faults.stored import rows_of_facilities
from tests.faults.stories import in_hours
from tests.faults.stories.desks import of_a_minute
from tests.support.snapshot import Snapshot
from tests.support.world import World

SOME = 8  # of some dozens of deaths


def survived(world: World, at: str, deaths: list[Fault]) -> None:
    """Play the minute, dying each of *deaths*; whatever it was, later ones do the rest."""
    ready = Snapshot()
    for death in deaths:
        ready.restore()
        assert died(lambda: world.tick(at), death), death
        check_inquiries()
        for hours in (2.3, 2.6):  # each past another collection
            world.tick(in_hours(hours))
        check_done(death)


def check_done(death: Fault) -> None:
    """All was collected once, lies with a department that is there, and was told of once."""
    check_inquiries()
    found = heads().values()
    living = {each.department_id for each in departments.every()}
    assert {each.department_id for each in found} <= living, death
    assert all(set(each.awaited) <= living for each in found), death
    states = [Counter(step.state for step in each.steps) for each in found]
    assert {each[InquiryState.COLLECTED] for each in states} == {1}, death
    told = [sk for sk, _ in rows_of_facilities() if sk.startswith("NOTICE#overdue-")]
    assert len(told) == len(set(told)) == sum(each.is_late for each in found) == 1, death


def begun(world: World) -> tuple[str, list[Fault]]:
    """Make all kinds of things due; return when, and the deaths there are."""
    at = of_a_minute(world)
    ready = Snapshot()
    deaths = every_death(calls_of(lambda: world.tick(at)))
    ready.restore()
    return at, deaths


def test_whatever_the_schedule_dies_of_a_later_one_does_the_rest(world: World) -> None:
    at, deaths = begun(world)
    survived(world, at, deaths[:: -(-len(deaths) // SOME)])


@pytest.mark.deep
def test_the_schedule_may_die_at_any_call(world: World) -> None:
    at, deaths = begun(world)
    assert len(deaths) > SOME
    survived(world, at, deaths)
