"""What dates make of contracts: killed at any AWS call, done by two at once, or overtaken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from chalice.test import Client

from chalicelib.access.model import Caller, Role
from chalicelib.contracts import milestones, pausing, store
from chalicelib.contracts.model import Contract, State, ends_on, term_end_on
from tests.contracts.test_lasting import told
from tests.faults.contract_invariants import check_contract
from tests.faults.crashes import calls_of, died, every_death
from tests.faults.interleaving import interrupted
from tests.faults.time_invariants import check_timers
from tests.support.price_books import dearer_book, published
from tests.support.snapshot import Snapshot
from tests.support.world import World, build

A_WEEK = timedelta(days=7)


@pytest.fixture
def world(client: Client) -> World:
    """A contract that renews itself, and prices that will have changed by then."""
    made = build(client, auto_renew=True)
    published(dearer_book())
    return made


def contract(world: World) -> Contract:
    return store.contract(world.facility_id, world.contract_id)


def looking(world: World, on: date | None) -> Callable[[], object]:
    """Look at the world's contract as the date *on* begins in Japan."""
    assert on is not None
    at = datetime(on.year, on.month, on.day, tzinfo=UTC) - timedelta(hours=9)
    return lambda: milestones.look_ahead(world.facility_id, world.contract_id, at)


def renewing(world: World) -> Callable[[], object]:
    return looking(world, term_end_on(contract(world)))


def reminding(world: World) -> Callable[[], object]:
    end_on = term_end_on(contract(world))
    assert end_on is not None
    return looking(world, end_on - A_WEEK)


def ending(world: World) -> Callable[[], object]:
    path = f"/contracts/{world.contract_id}/cancellation"
    world.admin.post(path, {"policy": "end_of_term"})
    return looking(world, ends_on(contract(world)))


# What each comes to: state, version, term, and how many reminders.
ENDS: dict[Callable[[World], Callable[[], object]], tuple[State, int, int, int]] = {
    renewing: (State.ACTIVE, 2, 2, 0),
    reminding: (State.ACTIVE, 1, 1, 1),
    ending: (State.ENDED, 1, 1, 0),
}


def comes_to_its_end(world: World, prepare: Callable[[World], Callable[[], object]]) -> None:
    found = contract(world)
    assert (found.state, found.version, found.term_no, len(told(world))) == ENDS[prepare]
    check_contract(world)
    check_timers(world)


@pytest.mark.parametrize("prepare", ENDS, ids=lambda each: each.__name__)
def test_it_may_die_at_any_call_and_comes_to_the_same_end(
    world: World, prepare: Callable[[World], Callable[[], object]]
) -> None:
    act = prepare(world)
    ready = Snapshot()
    for death in every_death(calls_of(act)):
        ready.restore()
        assert died(act, death), death
        check_contract(world)
        check_timers(world)
        for _ in range(2):
            act()
        comes_to_its_end(world, prepare)


@pytest.mark.parametrize("prepare", ENDS, ids=lambda each: each.__name__)
def test_two_at_once_come_to_the_same_end(
    world: World, prepare: Callable[[World], Callable[[], object]]
) -> None:
    act = prepare(world)
    for _ in interrupted(act, act):
        comes_to_its_end(world, prepare)


def test_a_change_meanwhile_is_not_overlooked(world: World) -> None:
    act, admin = renewing(world), Caller(Role.FACILITY_ADMIN, "person", world.facility_id)

    def pause() -> object:
        return pausing.pause(admin, world.contract_id)

    for _ in interrupted(act, pause):
        act()
        pause()
        assert (contract(world).term_no, contract(world).paused) == (2, True)
        check_contract(world)
        check_timers(world)
