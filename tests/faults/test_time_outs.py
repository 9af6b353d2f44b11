"""Lambda's time runs out: at any call a sweep stops in order, and the next one goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from chalice.local import LambdaContext
from chalice.test import Client

from tests.faults.crashes import calls_of, troubled
from tests.faults.invariants import check_always, check_at_rest
from tests.faults.stories import STORIES, in_hours, settle
from tests.jobs.nights import jobs_of
from tests.support.snapshot import Snapshot, once
from tests.support.world import World, build

CAPACITY = 100 * 2**20
PLENTY_MS, NOTHING_MS = 290_000, 0


class Time(LambdaContext):
    """A Lambda's context whose time is used up after so many AWS calls."""

    def __init__(self, calls: list[str], enough_for: int) -> None:
        super().__init__("sweep", memory_size=512, max_runtime_ms=PLENTY_MS)
        self._calls, self._enough_for = calls, enough_for

    def get_remaining_time_in_millis(self) -> int:
        return PLENTY_MS if len(self._calls) < self._enough_for else NOTHING_MS


@pytest.fixture
def world(client: Client) -> World:
    return once("roomy", lambda: build(client, capacity_bytes=CAPACITY)).seen_by(client)


def swept(world: World, at: str, enough_for: int) -> Any:
    """Sweep with time for so many AWS calls."""
    with troubled(None) as calls:
        return world.sweep(at, context=Time(calls, enough_for))


def test_a_sweep_that_runs_out_of_time_stops_in_order_and_the_next_one_goes_on(
    world: World, record_property: Callable[[str, object], None]
) -> None:
    act = STORIES["sweep"](world)
    ready, at = Snapshot(), in_hours(49)
    moments = range(len(calls_of(act)))
    for enough_for in moments:
        ready.restore()
        swept(world, at, enough_for)
        check_always(world)
        settle(world)
        check_at_rest(world)
    record_property("scenarios", len(moments))


def test_a_minute_that_runs_out_of_time_leaves_the_rest_to_the_next(
    world: World, record_property: Callable[[str, object], None]
) -> None:
    act = STORIES["tick"](world)
    ready, at = Snapshot(), in_hours(25)
    moments = range(len(calls_of(act)))
    for enough_for in moments:
        ready.restore()
        with troubled(None) as calls:
            world.tick(at, context=Time(calls, enough_for))
        check_always(world)
        world.tick(at)
        check_always(world)
        assert [job.due_at <= at for job in jobs_of(world)] == [True, True]
    record_property("scenarios", len(moments))


def test_without_time_a_sweep_touches_no_batch(world: World) -> None:
    STORIES["sweep"](world)
    assert swept(world, in_hours(49), enough_for=0) == {"swept": 0}


def test_with_time_for_one_batch_a_sweep_finishes_that_one(world: World) -> None:
    STORIES["sweep"](world)
    assert swept(world, in_hours(49), enough_for=2) == {"swept": 1}
