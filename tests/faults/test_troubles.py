"""
AWS answers with trouble at any call: throttled, in conflict, reset, or the answer is lost.

A request is refused as "try again" (503), an event comes again, a schedule runs again: in the end
all is well, and nothing was lost or done twice.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from chalice.test import Client

from tests.faults.crashes import (
    Trouble,
    calls_of,
    conflicting,
    every_trouble,
    reset,
    throttled,
    timed_out,
    troubled,
)
from tests.faults.invariants import check_always, check_at_rest
from tests.faults.stories import STORIES, settle
from tests.support.snapshot import Snapshot, once
from tests.support.world import World, build

CAPACITY = 100 * 2**20
TROUBLES = {each.__name__: each for each in (throttled, conflicting, reset, timed_out)}
QUICK = {"conflicting", "timed_out"}  # one that AWS refuses, one whose answer is lost
ESSENTIAL = (
    "PUT /targets/{target_id}/batches/{batch_id}/chunks/{number}",
    "POST /targets/{target_id}/batches/{batch_id}/finish",
    "POST /facilities/{facility_id}/contracts/{contract_id}/accept",
    "ingest",
)


@pytest.fixture
def world(cognito: None, client: Client) -> World:  # noqa: ARG001
    """A facility with room for a large object, and a user pool that answers."""
    return once("roomy", lambda: build(client, capacity_bytes=CAPACITY)).seen_by(client)


def explore(world: World, handler: str, trouble: Trouble) -> int:
    """Let *trouble* happen at every call of *handler*; return the number of scenarios."""
    act = STORIES[handler](world)
    ready = Snapshot()
    faults = every_trouble(calls_of(act), trouble)
    for fault in faults:
        ready.restore()
        assert is_told(act, fault), fault
        check_always(world)
        act()
        settle(world)
        check_at_rest(world)
    return len(faults)


def is_told(act: Callable[[], Any], fault: Any) -> bool:
    """Whether who called hears of the trouble, or it was overcome; never something else."""
    try:
        with troubled(fault):
            answer = act()
    except Exception:  # noqa: BLE001 - a schedule or command that failed runs again
        return True
    status = getattr(answer, "status_code", None)
    return status is None or status < 500 or status == 503


@pytest.mark.parametrize("trouble", sorted(QUICK))
@pytest.mark.parametrize("handler", ESSENTIAL)
def test_trouble_at_any_call_of_what_matters_most_is_overcome(
    world: World, handler: str, trouble: str, record_property: Callable[[str, object], None]
) -> None:
    record_property("scenarios", explore(world, handler, TROUBLES[trouble]))


@pytest.mark.deep
@pytest.mark.parametrize("trouble", sorted(TROUBLES))
@pytest.mark.parametrize("handler", sorted(STORIES))
def test_trouble_at_any_call_of_any_handler_is_overcome(
    world: World, handler: str, trouble: str, record_property: Callable[[str, object], None]
) -> None:
    record_property("scenarios", explore(world, handler, TROUBLES[trouble]))
