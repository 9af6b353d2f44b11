"""
Each function may do what it does, on what it does it to, and nothing else.

What the other stories do is seen where they are killed (tests/faults/test_crashes.py).
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from chalice.test import Client

from chalicelib.kernel import clock
from tests.faults.stories import STORIES
from tests.infra.detours import DETOURS
from tests.support.privileges import (
    FUNCTIONS,
    Need,
    function_of,
    granted,
    refused_to,
    watched,
)
from tests.support.snapshot import Snapshot
from tests.support.world import World, build

pytestmark = pytest.mark.xdist_group("privileges")  # one tour serves all

CAPACITY = 100 * 2**20
# Lambda itself uses a role for these, before and after our code runs.
BY_LAMBDA = {"Logs", "ItsQueue", "TellOfFailures"}
# S3 answers 403, not 404, when a range of a missing object is asked for without it; moto never.
FOR_WHAT_IS_LOST = {"ReadOfAMissingObjectIs404Not403"}
UNSEEN = BY_LAMBDA | FOR_WHAT_IS_LOST
WITNESSES = (  # stories that need, with the detours, all that is granted
    "GET /agents",
    "GET /captures",
    "GET /inquiries/{inquiry_id}/files/{file_id}",
    "GET /portal/captures/{capture_id}/file",
    "POST /areas/{target_id}/batches/{batch_id}/multipart/{sha256}/complete",
    "POST /capture/announce",
    "POST /captures/drop",
    "POST /inquiries/{inquiry_id}/replies",
    "POST /inquiry-files",
    "POST /p/charts/{document}/share/{share_id}/end",
    "POST /portal/billing/run",
    "POST /portal/captures/pair",
    "POST /portal/departments/{department_id}/dissolve",
    "POST /portal/disc-orders/{order_id}/discs/{number}/download",
    "POST /portal/people/{person_id}/disable",
    "POST /portal/people/{person_id}/enable",
    "POST /portal/people/{person_id}/new-authenticator",
    "POST /portal/people/{person_id}/new-password",
    "POST /portal/queues/{work}/send-back",
    "derive",
    "export",
    "ingest",
    "operate: check-usage",
    "operate: redrive",
)


@pytest.fixture
def needs(cognito: None, client: Client) -> dict[str, set[Need]]:  # noqa: ARG001
    """What each function asked of AWS in a witness or a detour, each from the same start."""
    world = build(client, capacity_bytes=CAPACITY)
    return TOUR or _toured(world)


TOUR: dict[str, set[Need]] = {}  # taken once a process: it is the same for every test


def _toured(world: World) -> dict[str, set[Need]]:
    start = Snapshot()
    TOUR.update({name: set() for name in FUNCTIONS})
    for handler, prepare in [*((name, STORIES[name]) for name in WITNESSES), *DETOURS]:
        start.restore()
        clock.move(0)  # some stories take days
        act = prepare(replace(world))  # a story may be about another target
        watched(act, TOUR[function_of(handler)])()
    return TOUR


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_may_do_all_it_does(needs: dict[str, set[Need]], function: str) -> None:
    assert refused_to(function, needs[function]) == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_may_do_nothing_it_does_not_do(
    needs: dict[str, set[Need]], function: str
) -> None:
    unused = [
        (one.statement, one.action, one.pattern)
        for one in granted(function)
        if one.statement not in UNSEEN and not any(one.covers(each) for each in needs[function])
    ]
    assert unused == []
