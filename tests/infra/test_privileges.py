"""Each function may do what it does, on what it does it to, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from chalice.test import Client

from chalicelib.kernel import clock
from infra.provision import MOTO_ACCOUNT
from infra.template import resolver_of
from tests.faults.stories import STORIES
from tests.infra.detours import DETOURS
from tests.support.privileges import Grant, Need, grants, of_urls, recorded
from tests.support.snapshot import Snapshot
from tests.support.world import World, build

pytestmark = pytest.mark.xdist_group("privileges")  # one tour serves all

CAPACITY = 100 * 2**20
FUNCTIONS = ("api", "ingest", "export", "media", "purge", "derive", "sweep", "tick", "operate")
# Lambda itself uses a role for these, before and after our code runs.
BY_LAMBDA = {"Logs", "ItsQueue", "TellOfFailures"}
# S3 answers 403, not 404, when a range of a missing object is asked for without it; moto never.
FOR_WHAT_IS_LOST = {"ReadOfAMissingObjectIs404Not403"}
UNSEEN = BY_LAMBDA | FOR_WHAT_IS_LOST


@pytest.fixture
def needs(cognito: None, client: Client) -> dict[str, set[Need]]:  # noqa: ARG001
    """What each function asked of AWS in every story and every detour, each from the same start."""
    world = build(client, capacity_bytes=CAPACITY)
    return TOUR or _toured(world)


TOUR: dict[str, set[Need]] = {}  # taken once a process: it is the same for every test


def _toured(world: World) -> dict[str, set[Need]]:
    start = Snapshot()
    TOUR.update({name: set() for name in FUNCTIONS})
    for handler, prepare in [*STORIES.items(), *DETOURS]:
        start.restore()
        clock.move(0)  # some stories take days
        act = prepare(replace(world))  # a story may be about another target
        with recorded() as needed:
            answer = act()
        TOUR[function_of(handler)] |= needed | of_urls(answer)
    return TOUR


def function_of(handler: str) -> str:
    """Return the function that runs *handler*."""
    name = handler.partition(":")[0]
    return name if name in FUNCTIONS else "api"


def granted(function: str) -> list[Grant]:
    return grants(function, resolver_of("test", MOTO_ACCOUNT))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_may_do_all_it_does(needs: dict[str, set[Need]], function: str) -> None:
    allowed = granted(function)
    refused = [each for each in needs[function] if not any(one.covers(each) for one in allowed)]
    assert sorted(refused) == []


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
