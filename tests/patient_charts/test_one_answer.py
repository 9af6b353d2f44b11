"""Every failure on the way in is the same: status, bytes, headers, and the calls it takes."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from chalicelib.kernel import clock
from chalicelib.kernel.symbols import at_random
from chalicelib.patient_charts.slips import codes, limits
from chalicelib.patient_charts.slips import service as slips
from chalicelib.patient_charts.slips import store as slip_store
from tests.network.test_identical import calls_of
from tests.patient_charts.slip_scene import WRONG, Handed, at_door, handed, staff
from tests.support.canary import CANARY_ID
from tests.support.snapshot import Snapshot
from tests.support.visitor import Visitor
from tests.support.world import World

OF_THE_REQUEST = {"Hokan-Correlation-Id", "X-Amzn-Trace-Id"}
Failure = Callable[[Handed], dict[str, str]]
FAILURES: dict[str, Failure] = {}
Told = tuple[int, dict[str, str], list[str], str]


def failure(told: Failure) -> Failure:
    FAILURES[told.__name__] = told
    return told


def right(held: Handed) -> dict[str, str]:
    return {"link": held.link, "patient_id": CANARY_ID, "code": held.code}


@failure
def what_nobody_issued(held: Handed) -> dict[str, str]:
    link = f"/p/{codes.new_link_id()}"
    return right(held) | {"link": link, "patient_id": "NOBODY", "code": WRONG}


@failure
def an_unknown_number(held: Handed) -> dict[str, str]:
    return right(held) | {"link": f"/p/{codes.new_link_id()}", "patient_id": "NOBODY"}


@failure
def a_wrong_code(held: Handed) -> dict[str, str]:
    return right(held) | {"code": WRONG}


@failure
def no_code(held: Handed) -> dict[str, str]:
    return right(held) | {"code": ""}


@failure
def a_slip_that_expired(held: Handed) -> dict[str, str]:
    end = clock.parse(held.issued.slip.ends_at) - clock.now()
    clock.move(int(end.total_seconds()) + 1)
    return right(held)


@failure
def a_slip_that_was_revoked(held: Handed) -> dict[str, str]:
    slips.revoke(staff(held.world), held.place, held.issued.slip.slip_id)
    return right(held)


@failure
def a_slip_that_was_replaced(held: Handed) -> dict[str, str]:
    slips.reissue(staff(held.world), held.place, held.issued.slip.slip_id, "form-2")
    return right(held)


@failure
def a_slip_that_is_used_up(held: Handed) -> dict[str, str]:
    way = slip_store.way_by_link(held.issued.link_id)
    for _ in range(10):
        assert slip_store.count_try(way, clock.now())
    return right(held)


def told_by(visitor: Visitor, path: str, fields: dict[str, str]) -> Told:
    """Return all that comes back, but for the address that was asked for."""
    answer = visitor.post(path, {"csrf": visitor.token} | fields)
    own = {name: it for name, it in answer.headers.items() if name not in OF_THE_REQUEST}
    return answer.status, own, answer.set_cookies, answer.text.replace(path, "HERE")


def by_link(visitor: Visitor, typed: dict[str, str]) -> Told:
    return told_by(visitor, typed["link"], {"code": typed["code"]})


def by_number(visitor: Visitor, typed: dict[str, str]) -> Told:
    return told_by(visitor, "/p", {name: typed[name] for name in ("patient_id", "code")})


WAYS: dict[str, Callable[[Visitor, dict[str, str]], Told]] = {
    "link": by_link,
    "number": by_number,
}


@pytest.mark.parametrize("way", WAYS)
def test_every_failure_is_answered_alike_with_the_same_calls(
    world: World, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, visitor = handed(world), at_door()
    start = Snapshot()
    answers, calls = {}, {}
    for name, prepare in FAILURES.items():
        start.restore()
        typed = prepare(held)
        told, calls[name] = calls_of(partial(WAYS[way], visitor, typed), monkeypatch)
        answers[name] = told
        clock.move(0)
    usual = answers["what_nobody_issued"]
    assert usual[0] == 404
    assert {name for name, each in answers.items() if each != usual} == set()
    assert {name for name, each in calls.items() if each != calls["what_nobody_issued"]} == set()


@pytest.mark.parametrize("way", WAYS)
def test_what_is_right_is_not_answered_like_a_failure(world: World, way: str) -> None:
    """The test above would pass, too, if nobody ever came in."""
    held = handed(world)
    assert WAYS[way](at_door(), right(held))[0] == 303


def test_whoever_tried_too_often_is_told_the_same_right_or_wrong(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, visitor = handed(world), at_door()
    first = by_number(visitor, what_nobody_issued(held))
    for _ in range(limits.OF_A_NUMBER):
        limits.count(codes.read(CANARY_ID), "198.51.100.1", clock.now())
    told = [
        calls_of(partial(by_number, visitor, typed), monkeypatch)
        for typed in (right(held), a_wrong_code(held), what_nobody_issued(held))
    ]
    assert [each for each, _ in told] == [first] * 3
    assert told[0][1] == told[1][1]


def test_a_failure_shows_nothing_of_what_was_typed(world: World) -> None:
    held, visitor = handed(world), at_door()
    *_, page = by_number(visitor, right(held) | {"code": WRONG, "patient_id": "00123"})
    assert not {WRONG, "00123", WRONG.replace("-", "")} & set(page.replace('"', " ").split())


def test_a_page_about_a_way_in_is_kept_nowhere_and_told_to_nobody(world: World) -> None:
    held, visitor = handed(world), at_door()
    _, headers, _, _ = by_link(visitor, a_wrong_code(held))
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert headers["Content-Security-Policy"].startswith("default-src 'none';")


def test_opening_a_link_tells_nothing_of_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    held, visitor = handed(world), at_door()
    told = []
    for link in (held.link, f"/p/{codes.new_link_id()}"):
        answer, calls = calls_of(partial(visitor.get, link), monkeypatch)
        told.append((answer.status, answer.text.replace(link, "HERE"), calls))
    assert told[0] == told[1]
    assert not any("BatchGet" in each or "-box" in each for each in told[0][2])


# --- guessing ----------------------------------------------------------------------------------


def of_length(told: Told) -> tuple[Any, ...]:
    status, headers, set_cookies, page = told
    return status, headers, set_cookies, len(page)


def guesses(tries: int) -> list[dict[str, str]]:
    """Return invented numbers with one code, and one number with invented codes."""
    code, number = at_random(12), CANARY_ID
    numbers = [{"patient_id": secrets.token_hex(4), "code": code} for _ in range(tries)]
    return numbers + [{"patient_id": number, "code": at_random(12)} for _ in range(tries)]


def check_guesses(held: Handed, tries: int) -> None:
    visitor = at_door()
    usual = of_length(by_number(visitor, what_nobody_issued(held)))
    told = {repr(of_length(by_number(visitor, right(held) | each))) for each in guesses(tries)}
    assert told == {repr(usual)}


def test_a_hundred_guesses_are_answered_alike(world: World) -> None:
    check_guesses(handed(world), 50)


@pytest.mark.deep
@pytest.mark.parametrize("part", range(20))
def test_ten_thousand_invented_numbers_and_codes_are_answered_alike(
    world: World,
    part: int,  # noqa: ARG001 - ten thousand of each in all, in parts that run side by side
) -> None:
    check_guesses(handed(world), 500)
