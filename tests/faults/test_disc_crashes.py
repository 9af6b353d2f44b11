"""What becomes of discs by itself, killed at any call, and two of it at once: one order a month."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from chalice.test import Client

from chalicelib import due
from chalicelib.contracts.timers import DISC
from chalicelib.discs import service
from chalicelib.discs import timers as disc_timers
from chalicelib.discs.model import State
from chalicelib.kernel import clock
from chalicelib.kernel.calendar import start_of_day
from tests.charging.test_run import after
from tests.discs.scene import OPERATOR, admin, deliver, image, messages, now, ordered, originals
from tests.discs.test_months import FILES, due_on, filled, timer
from tests.faults.crashes import calls_of, died, every_death
from tests.faults.interleaving import interrupted
from tests.faults.invariants import check_always
from tests.faults.stories import Act
from tests.support.life import live_until
from tests.support.snapshot import Snapshot, once
from tests.support.world import TOKYO, World

MOST = 30  # orders of two, evenly drawn


@pytest.fixture
def world(client: Client) -> World:
    """A deluxe area whose discs of the first month are due now."""

    def made() -> World:
        world = filled(client, "deluxe")
        live_until(world, after(world, 1))
        return world

    world = once("a deluxe area whose discs are due", made).seen_by(client)
    live_until(world, after(world, 1))  # the clock goes with the process, not with the stores
    return world


def minute(world: World) -> None:
    """Do what the minute's schedule does with discs that are due."""
    for row in due.rows(due.shard_of(world.target_id), clock.text(clock.now())):
        if row.sk.startswith(DISC):
            disc_timers.month(row, clock.now())


def explored(world: World, act: Act, rest: Callable[[], None]) -> None:
    """Let *act* die each death it can, be repeated, and look."""
    ready = Snapshot()
    for death in every_death(calls_of(act)):
        ready.restore()
        died(act, death)
        check_always(world)
        for _ in range(2):
            act()
        rest()


def ordered_once(world: World) -> None:
    """One order for the month that is over, and the next one due a month later."""
    assert due_on(world) == [after(world, 1)]
    assert timer(world) == clock.text(start_of_day(after(world, 2), TOKYO))


def test_a_minute_that_dies_anywhere_orders_a_months_discs_once(world: World) -> None:
    assert timer(world) is not None
    explored(world, lambda: minute(world), lambda: ordered_once(world))


def test_two_minutes_at_once_order_a_months_discs_once(world: World) -> None:
    act = partial(minute, world)
    for _ in interrupted(act, act):
        check_always(world)
        ordered_once(world)


def test_discs_are_handed_over_or_called_off_and_never_both(world: World) -> None:
    order = ordered(world)
    assert deliver(world, order)
    hand_over = partial(service.hand_over, OPERATOR, order.order_id, "Reception")
    for actors in interrupted(hand_over, partial(service.dismiss, admin(world), order.order_id)):
        check_always(world)
        (one,) = [each.result for each in actors if each.refused is None]
        assert now(order) == one


def test_an_area_whose_discs_are_built_by_somebody_who_dies_is_built_once(world: World) -> None:
    order = ordered(world)

    def act() -> None:
        clock.move(int((clock.now() - clock.wall_now()).total_seconds()) + 1_000)  # past the lease
        assert deliver(world, order)

    def rest() -> None:
        assert now(order).state is State.BUILT
        assert originals(image(now(order))) == FILES

    explored(world, act, rest)


def test_a_lost_message_is_sent_again_whoever_dies_of_it(world: World) -> None:
    order = ordered(world)
    later = clock.text(clock.now() + timedelta(minutes=61))
    messages()

    def rest() -> None:
        assert order.order_id in {each["order_id"] for each in messages()}

    explored(world, lambda: world.tick(later), rest)
