"""Whatever anybody does with an inquiry, all that is listed and counted follows from it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.inquiries import moving, store
from chalicelib.inquiries.model import (
    Delivery,
    Inquiry,
)
from chalicelib.inquiries.moving import Changed, Said
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict
from tests.faults.inquiry_invariants import check_inquiries
from tests.inquiries.desk_scene import filed
from tests.support.snapshot import Snapshot

HOUR = timedelta(hours=1)
DESKS = ("department-a", "department-b", "department-c")
FACILITIES = ("facility-1", "facility-2")
Move = Callable[[Inquiry, str], Inquiry | Changed]


def said(desk: str = "") -> Said:
    return Said(by="person-1", text="So it is", department_id=desk)


def now() -> Any:
    return clock.now()


MOVES: dict[str, Move] = {
    "withdraw": lambda it, _: moving.withdrawn(it, now()),
    "reply": lambda it, _: moving.replied(it, said(), now() + HOUR, now()),
    "pick up": lambda it, _: moving.picked_up(it, now()),
    "close": lambda it, _: moving.closed(it, now()),
    "collect": lambda it, _: moving.collected(it, now() + HOUR, now()),
    "route": lambda it, desk: moving.routed(it, desk, now() + HOUR, now()),
    "unroute": lambda it, _: moving.unrouted(it, now() + HOUR, now()),
    "note": lambda it, _: moving.noted(it, said(), now()),
    "end": lambda it, _: moving.ended(it, said(), now()),
    "take": lambda it, _: moving.taken(it, "person-2"),
    "ask back": lambda it, _: moving.asked_back(it, said(it.department_id), now()),
    "pass": lambda it, desk: moving.passed(it, said(it.department_id), desk, now() + HOUR, now()),
    "share": lambda it, desk: moving.shared(it, desk, now()),
    "part": lambda it, desk: moving.parted(it, said(desk), now()),
    "answer": lambda it, _: moving.answered(it, said(it.department_id), now()),
    "show": lambda it, _: moving.shown(it, now()),
    "deliver": lambda it, _: moving.delivered(it, now()),
    "late": lambda it, _: moving.overdue(it),
    "look later": lambda it, _: moving.looked_at_later(it, now() + HOUR),
}
# Whose it is first, then what is done, each with one of those there and a department.
HISTORIES = st.lists(
    st.tuples(st.sampled_from(sorted(MOVES)), st.integers(0, 1), st.sampled_from(DESKS)),
    max_size=25,
)


def moved(inquiry: Inquiry, move: str, desk: str) -> Inquiry:
    """Do something to an inquiry and write it; where that is not possible, it is as it was."""
    try:
        found = MOVES[move](inquiry, desk)
    except Conflict:
        return inquiry
    after, message = (found.inquiry, found.message) if isinstance(found, Changed) else (found, None)
    store.change(inquiry, after, now(), message)
    return after


@pytest.fixture
def nothing(aws: dict[str, str]) -> Snapshot:  # noqa: ARG001
    return Snapshot()


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=HISTORIES)
def test_lists_counters_and_rooms_follow_from_what_inquiries_are(
    nothing: Snapshot, history: list[tuple[str, int, str]]
) -> None:
    nothing.restore()
    each = [
        filed(facility_id=facility, delivery=way)
        for facility, way in zip(FACILITIES, Delivery, strict=True)
    ]
    for start in ("collect", "route"):
        each[0] = moved(each[0], start, DESKS[0])
    for move, number, desk in history:
        each[number] = moved(each[number], move, desk)
    check_inquiries()
    assert [store.inquiry(one.inquiry_id) for one in each] == each
