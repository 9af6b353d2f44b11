"""Every miss is the same: status, headers, body, and the calls to AWS that it takes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from botocore.client import BaseClient

from chalicelib.access.model import Role
from chalicelib.audit.store import of_facility
from chalicelib.contracts import local
from chalicelib.kernel import clock
from chalicelib.kernel.calendar import months_after
from chalicelib.network import cards, matching, merges, sharing
from tests.network.scene import BORN, WORDS, Held, doctor, elsewhere, operator, with_card
from tests.support.people import Staff
from tests.support.snapshot import Snapshot
from tests.support.visitor import Answer, Visitor, signed_in
from tests.support.world import World

OTHER_DAY = "1950-01-02"
Typed = dict[str, str]
Miss = Callable[[World, Held], Typed]
MISSES: dict[str, Miss] = {}
NOT_OURS = {"Hokan-Correlation-Id", "X-Amzn-Trace-Id"}  # of the request, not of the answer


def miss(told: Miss) -> Miss:
    MISSES[told.__name__] = told
    return told


def typed(network_id: str, born: str = BORN) -> Typed:
    return {"network_id": network_id, "birth_date": born}


@miss
def no_such_card(world: World, held: Held) -> Typed:  # noqa: ARG001
    held.agrees()
    return typed(cards.new_network_id())


@miss
def another_birth_date(world: World, held: Held) -> Typed:  # noqa: ARG001
    held.agrees()
    return typed(held.network_id, OTHER_DAY)


@miss
def no_consent(world: World, held: Held) -> Typed:  # noqa: ARG001
    return typed(held.network_id)


@miss
def a_consent_that_was_withdrawn(world: World, held: Held) -> Typed:  # noqa: ARG001
    held.withdraws(held.agrees())
    return typed(held.network_id)


@miss
def a_consent_that_is_over(world: World, held: Held) -> Typed:  # noqa: ARG001
    today = local.today(held.world.facility_id)
    held.agrees(
        given_on=today - timedelta(9), starts_on=today - timedelta(9), last_on=today - timedelta(2)
    )
    return typed(held.network_id)


@miss
def a_consent_that_begins_later(world: World, held: Held) -> Typed:  # noqa: ARG001
    start = local.today(held.world.facility_id) + timedelta(days=9)
    held.agrees(starts_on=start, last_on=months_after(start, 1))
    return typed(held.network_id)


@miss
def a_consent_to_somebody_else(world: World, held: Held) -> Typed:
    third = world.operator.post("/facilities", {"name": "Third"}, status=201)["facility_id"]
    held.agrees(to=third)
    return typed(held.network_id)


@miss
def a_card_that_leads_nowhere(world: World, held: Held) -> Typed:  # noqa: ARG001
    sharing.unlink(doctor(held.world), held.patient_key)
    return typed(held.network_id)


@miss
def only_records_of_ones_own(world: World, held: Held) -> Typed:  # noqa: ARG001
    own = with_card(world)
    own.agrees()
    return typed(own.network_id)


@miss
def a_card_that_was_merged_and_nobody_agreed(world: World, held: Held) -> Typed:
    other = elsewhere(world)
    merges.merge(
        operator(), merges.new_merge_id(), held.network_id, other.network_id, "Both asked for it."
    )
    return typed(other.network_id)


# --- what is compared --------------------------------------------------------------------------


def calls_of(act: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> tuple[Any, list[str]]:
    """Return what *act* answers, and each AWS call with the table it goes to."""
    calls: list[str] = []
    make = BaseClient._make_api_call

    def noted(self: Any, operation: str, parameters: dict[str, Any]) -> Any:
        tables = parameters.get("TableName") or sorted(parameters.get("RequestItems", {}))
        calls.append(f"{operation} {tables}")
        return make(self, operation, parameters)

    with monkeypatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", noted)
        return act(), calls


def by_page(world: World, path: str, fields: Typed) -> tuple[int, dict[str, str], str]:
    visitor = signed_in(Role.DOCTOR, world.facility_id)
    secret_free = visitor.get("/portal/network").text
    assert secret_free
    answer: Answer = visitor.submit(f"/portal/network/{path}", form_id="form-1", **fields)
    return answer.status, ours(answer.headers), without_token(answer.text, visitor)


def without_token(text: str, visitor: Visitor) -> str:
    """Forms carry a token of their session: each test here has a session of its own."""
    return text.replace(visitor.token, "TOKEN")


def ours(headers: Any) -> dict[str, str]:
    return {name: value for name, value in dict(headers).items() if name not in NOT_OURS}


def by_interface(world: World, fields: Typed) -> tuple[int, dict[str, str], str]:
    answer = Staff.call(world.doctor, "POST", "/network/find", fields)
    return answer.status_code, ours(answer.headers), answer.body.decode()


def blanked(answer: tuple[int, dict[str, str], str], fields: Typed) -> tuple[Any, ...]:
    """Return *answer* without what was typed, which a page shows again."""
    status, headers, body = answer
    headers.pop("Content-Length", None)
    for name, value in fields.items():
        body = body.replace(value, name)
    return status, headers, body


GLASS = {"reason": "life", "words": WORDS}
WAYS: dict[str, Callable[[World, Typed], tuple[int, dict[str, str], str]]] = {
    "page": lambda world, fields: by_page(world, "find", fields),
    "interface": by_interface,
}


def prepared(name: str, world: World, held: Held) -> Typed:
    """Return what is typed for a miss, the zone of who searches being known, as it mostly is."""
    fields = MISSES[name](world, held)
    local.zone_of(world.facility_id)
    return fields


BROKEN = (
    "no_such_card",
    "another_birth_date",
    "a_card_that_leads_nowhere",
    "only_records_of_ones_own",
)


def answer_of(way: str, world: World, fields: Typed) -> tuple[Any, ...]:
    return blanked(WAYS[way](world, fields), fields)


@pytest.mark.parametrize("way", WAYS)
def test_every_miss_is_answered_alike_with_the_same_calls(
    world: World, held: Held, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = Snapshot()
    answers, calls = {}, {}
    for name in MISSES:
        start.restore()
        fields = prepared(name, world, held)
        told, calls[name] = calls_of(partial(WAYS[way], world, fields), monkeypatch)
        answers[name] = blanked(told, fields)
    usual = answers["no_such_card"]
    assert usual[0] == 404
    assert {name for name, each in answers.items() if each != usual} == set()
    assert {name for name, each in calls.items() if each != calls["no_such_card"]} == set()


def test_a_glass_that_opens_nothing_is_an_ordinary_miss(
    world: World, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = Snapshot()
    answers, calls = {}, {}
    for name in BROKEN:
        start.restore()
        fields = prepared(name, world, held)
        told, calls[name] = calls_of(partial(by_page, world, "glass", fields | GLASS), monkeypatch)
        answers[name] = blanked(told, fields)
    assert len({repr(each) for each in answers.values()}) == 1
    assert len({repr(each) for each in calls.values()}) == 1
    start.restore()
    fields = prepared("no_such_card", world, held)
    *ordinary, body = blanked(by_page(world, "find", fields | GLASS), fields)
    *broken, broken_body = answers["no_such_card"]
    assert (broken, broken_body.replace("/glass", "/find")) == (
        ordinary,
        body.replace("/glass", "/find"),  # where it was sent stands in it, to come back to
    )


def test_a_hit_is_not_answered_like_a_miss(world: World, held: Held) -> None:
    """The tests above would pass, too, if nobody were ever found."""
    held.agrees()
    for way in WAYS.values():
        assert way(world, typed(held.network_id))[0] in {200, 303}


@pytest.mark.parametrize("way", WAYS)
def test_too_many_misses_are_told_whether_or_not_the_next_would_hit(
    world: World, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = elsewhere(world)
    held.agrees()
    local.zone_of(world.facility_id)
    for _ in range(matching.MISSES):
        matching.count_try(doctor(world))
    told = [
        calls_of(partial(answer_of, way, world, fields), monkeypatch)
        for fields in (typed(held.network_id), typed(cards.new_network_id()))
    ]
    assert told[0] == told[1]
    assert told[0][0][0] == 429


# --- limits ------------------------------------------------------------------------------------


def test_twenty_misses_are_answered_and_no_more_for_a_quarter_of_an_hour(
    world: World, held: Held
) -> None:
    held.agrees()
    statuses = [by_interface(world, typed(cards.new_network_id()))[0] for _ in range(21)]
    assert statuses == [404] * 20 + [429]
    clock.move(15 * 60 + 1)
    assert by_interface(world, typed(held.network_id))[0] == 200


def test_hits_do_not_count_as_misses(
    world: World, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "MISSES", 2)
    held.agrees()
    for _ in range(4):
        assert by_interface(world, typed(held.network_id))[0] == 200


def test_a_colleagues_misses_are_their_own(
    world: World, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "MISSES", 1)
    held.agrees()
    matching.count_try(doctor(world, "person-colleague"))
    assert by_interface(world, typed(held.network_id))[0] == 200


def test_a_typing_error_is_told_by_what_was_typed_alone(
    world: World, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It asks no table about the card, and counts for nothing."""
    symbols = list(held.network_id)
    symbols[0] = "A" if symbols[0] != "A" else "B"
    for network_id, born in (("".join(symbols), BORN), (cards.new_network_id(), "1950-02-30")):
        (status, _, body), calls = calls_of(
            partial(by_interface, world, typed(network_id, born)),
            monkeypatch,
        )
        assert status == 422
        assert "bad-" in body
        assert [each for each in calls if "PutItem" in each or "UpdateItem" in each] == []


def test_a_miss_is_on_record_and_does_not_tell_its_kind(world: World, held: Held) -> None:
    for network_id in (held.network_id, cards.new_network_id()):
        by_interface(world, typed(network_id))
    last = [event for _, event, _ in of_facility(world.facility_id)][-2:]
    assert [(each.action, each.outcome) for each in last] == [("find-elsewhere", "success")] * 2
