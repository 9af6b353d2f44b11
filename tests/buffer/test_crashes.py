"""The schedule, killed at any AWS call while it ends what broke off, and called again."""

from __future__ import annotations

import pytest
from chalice.test import Client

from chalicelib.buffer import sweeping
from chalicelib.buffer.model import buffer_of
from tests.buffer.scene import doctor
from tests.faults.crashes import calls_of, died, every_death
from tests.faults.stories.captures import broken_off
from tests.faults.test_crashes import comes_to_rest
from tests.support.snapshot import Snapshot
from tests.support.world import build


@pytest.mark.deep  # a story has the same keeping, asked for again by its owner
def test_the_schedule_may_die_at_any_call_while_it_ends_what_broke_off(client: Client) -> None:
    world = build(client)
    at, buffer = broken_off(world), buffer_of(doctor(world))

    def act() -> None:
        sweeping.look(buffer, "seen", at)

    ready = Snapshot()
    deaths = every_death(calls_of(act))
    for death in deaths:
        ready.restore()
        assert died(act, death), death
        comes_to_rest(world, act, times=2)
    assert len(deaths) > 5
