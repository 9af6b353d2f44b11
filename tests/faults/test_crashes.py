"""
Every handler, killed before and after every AWS call it makes, and called again.

Handlers are found in app.py: one without a story fails the run.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from chalice.test import Client

from chalicelib.archive import publishing
from tests.faults.crashes import Fault, calls_of, died, every_death, every_fault
from tests.faults.invariants import check_always, check_at_rest
from tests.faults.stories import STORIES, Act, settle
from tests.support.privileges import Need, function_of, refused_to, watched
from tests.support.snapshot import Snapshot, once
from tests.support.world import World, build

CAPACITY = 100 * 2**20
PAIRS = 100  # of two deaths a handler, drawn by chance when there are more
Record = Callable[[str, object], None]


@pytest.fixture
def world(cognito: None, client: Client, monkeypatch: pytest.MonkeyPatch) -> World:  # noqa: ARG001
    """A facility with room for a large object, and a user pool that answers."""
    monkeypatch.setattr(publishing, "NOTED_EVERY", 1)  # as long a night as can be
    return once("roomy", lambda: build(client, capacity_bytes=CAPACITY)).seen_by(client)


def test_every_handler_and_every_command_has_a_story(client: Client) -> None:  # noqa: ARG001
    from app import app
    from chalicelib.operations import COMMANDS

    commands = {f"operate: {name}" for name in COMMANDS}
    asks_nobody = {"GET /health", "GET /openapi.json", "OPTIONS /shl/{link_id}"}
    assert set(STORIES) == set(app.handler_map) - {"operate"} - asks_nobody | commands


def comes_to_rest(world: World, act: Act, times: int) -> None:
    """Whatever happened: it is called again, so many times, and all is well."""
    check_always(world)
    for _ in range(times):
        act()
    settle(world)
    check_at_rest(world)


def explored(
    world: World, handler: str, chosen: Callable[[list[str]], list[Fault]], times: int
) -> int:
    """
    Let *handler* die each of the *chosen* deaths; return how many they were.

    Whatever it does on its way, its function is granted.
    """
    needs: set[Need] = set()
    act = watched(STORIES[handler](world), needs)
    ready = Snapshot()
    first, *deaths = chosen(calls_of(act))
    assert (first.call, first.when) == (0, "before")  # it leaves what is here before any call
    comes_to_rest(world, act, times=1)
    for death in deaths:
        ready.restore()
        assert died(act, death), death
        comes_to_rest(world, act, times)
    assert refused_to(function_of(handler), needs) == []
    return 1 + len(deaths)


@pytest.mark.parametrize("handler", sorted(STORIES))
def test_a_handler_may_die_at_any_call_and_nothing_is_lost(
    world: World, handler: str, record_property: Record
) -> None:
    record_property("scenarios", explored(world, handler, every_death, times=1))


@pytest.mark.deep
@pytest.mark.parametrize("handler", sorted(STORIES))
def test_a_handler_may_die_before_and_after_every_call(
    world: World, handler: str, record_property: Record
) -> None:
    """
    Also where another death left the same: that it does is a thought, and this is the proof.

    And it comes again, and once too often.
    """
    record_property("scenarios", explored(world, handler, every_fault, times=2))


@pytest.mark.deep
@pytest.mark.parametrize("handler", sorted(STORIES))
def test_a_handler_may_die_and_die_again_while_it_is_repeated(
    world: World, handler: str, record_property: Record
) -> None:
    act = STORIES[handler](world)
    ready = Snapshot()
    deaths = every_death(calls_of(act))
    pairs = [(first, second) for first in deaths for second in deaths]
    if len(pairs) > PAIRS:
        pairs = Random(0).sample(pairs, PAIRS)
    for first, second in pairs:
        ready.restore()
        died(act, first)
        died(act, second)  # the repetition may be shorter, and live
        comes_to_rest(world, act, times=2)
    record_property("scenarios", len(pairs))
