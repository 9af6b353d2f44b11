"""The schedule may die at any call while it sends a notice: the next one sends it."""

from __future__ import annotations

from contextlib import suppress

import pytest

from chalicelib.notices import store
from chalicelib.notices.model import Kind, State
from tests.faults.crashes import calls_of, died, every_death, every_trouble, throttled
from tests.faults.stories import in_hours
from tests.support import mailbox
from tests.support.snapshot import Snapshot
from tests.support.world import World

FACTS = {"target_name": "X-ray", "due_at": "2026-04-01T02:00:00+09:00"}


@pytest.fixture
def waiting(world: World) -> World:
    """A facility with a notice that waits, in a stage that sends mails."""
    mailbox.switch_on(HOKAN_OPERATOR_MAIL=mailbox.PROVIDER)
    store.put(world.facility_id, Kind.JOB_MISSED, "k", FACTS)
    return world


def state(world: World) -> State:
    found = store.notice(world.facility_id, "k")
    assert found is not None
    return found.state


def test_a_notice_is_sent_whatever_the_schedule_dies_of(waiting: World) -> None:
    at, later = in_hours(0.01), in_hours(0.1)
    ready = Snapshot()
    made = calls_of(lambda: waiting.tick(at))
    for death in every_death(made):
        ready.restore()
        mailbox.switch_on()
        assert died(lambda: waiting.tick(at), death), death
        waiting.tick(later)
        waiting.tick(in_hours(1))
        assert state(waiting) is not State.WAITING, death
        twice = (made[death.call], death.when) == ("SendEmail", "after")
        unnoted = (made[death.call], death.when) == ("UpdateItem", "before")
        assert len(mailbox.sent()) <= (2 if twice or unnoted else 1), death
        assert mailbox.sent(), death


def test_a_busy_service_keeps_no_notice_for_ever(waiting: World) -> None:
    at = in_hours(0.01)
    ready = Snapshot()
    for trouble in every_trouble(calls_of(lambda: waiting.tick(at)), throttled):
        ready.restore()
        mailbox.switch_on()
        with suppress(Exception):  # the schedule may fail; the next one may not
            died(lambda: waiting.tick(at), trouble)
        waiting.tick(in_hours(0.1))
        assert state(waiting) is not State.WAITING, trouble
