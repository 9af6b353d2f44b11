"""Who did what, in a chain that shows when a link is missing or was changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from chalice.test import Client

from chalicelib.audit.model import AuditEvent, chained, first_break
from chalicelib.audit.store import of_facility
from tests.support.canary import CANARY_ID
from tests.support.world import World, build

Rows = list[tuple[int, AuditEvent, str]]


def rows_of(world: World) -> Rows:
    return list(of_facility(world.facility_id))


def actions(world: World) -> list[str]:
    return [event.action for _, event, _ in rows_of(world)]


def test_a_facilitys_chain_holds_together(world: World) -> None:
    world.back_up({"a": b"one"})
    assert first_break(rows_of(world)) is None


def without_second(rows: Rows) -> Rows:
    return rows[:1] + rows[2:]


def second_changed(rows: Rows) -> Rows:
    number, event, written = rows[1]
    return [rows[0], (number, msgspec.structs.replace(event, actor_id="other"), written), *rows[2:]]


def second_and_hash_changed(rows: Rows) -> Rows:
    number, event, _ = rows[1]
    changed = msgspec.structs.replace(event, subject="other")
    return [rows[0], (number, changed, chained(rows[0][2], number, changed)), *rows[2:]]


def swapped(rows: Rows) -> Rows:
    return [rows[0], rows[2], rows[1], *rows[3:]]


@pytest.mark.parametrize("tamper", [without_second, swapped])
def test_a_row_missing_or_moved_shows(world: World, tamper: Callable[[Rows], Rows]) -> None:
    assert first_break(tamper(rows_of(world))) == 2


def test_a_changed_row_shows(world: World) -> None:
    assert first_break(second_changed(rows_of(world))) == 2


def test_a_changed_row_with_a_fitting_hash_shows_in_the_next_one(world: World) -> None:
    assert first_break(second_and_hash_changed(rows_of(world))) == 3


def test_setting_a_facility_up_is_all_on_record(world: World) -> None:
    assert actions(world) == [
        "add-target",
        "issue-agent-code",
        "enrol-agent",
        "sign-contract",
    ]


def test_special_terms_are_on_record_with_who_accepted_them(client: Client) -> None:
    world = build(client, unit_price_yen=900)
    assert actions(world)[-2:] == ["sign-contract", "accept-contract"]


@pytest.mark.parametrize(
    ("path", "action"),
    [
        ("/targets/{target}/patients", "list-patients"),
        ("/targets/{target}/examinations", "list-examinations"),
        ("/targets/{target}/examinations/{examination}", "read-examination"),
        ("/targets/{target}/patients/{patient}/examinations", "list-examinations"),
    ],
)
def test_every_reading_of_patient_data_is_on_record(world: World, path: str, action: str) -> None:
    world.back_up({"a": b"one"})
    listed = world.doctor.get(f"/targets/{world.target_id}/examinations")["items"][0]
    before = len(actions(world))
    asked = path.format(
        target=world.target_id,
        examination=listed["examination_id"],
        patient=listed["patient_key"],
    )
    world.doctor.get(asked)
    assert actions(world)[before:] == [action]


def test_what_cannot_be_put_on_record_is_not_released(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.back_up({"a": b"one"})
    monkeypatch.setattr("chalicelib.audit.store.TRIES", 0)
    path = f"/targets/{world.target_id}/patients"
    assert world.doctor.refused("GET", path) == (503, "unavailable")


def test_a_refusal_is_on_record(world: World) -> None:
    world.doctor.refused("POST", "/agent-codes", {})
    _, event, _ = rows_of(world)[-1]
    assert (event.outcome, event.actor_role) == ("denied", "doctor")


def test_no_patient_stands_in_the_record(world: World) -> None:
    world.back_up({"a": b"one"})
    for path in ("patients", "examinations"):
        world.doctor.get(f"/targets/{world.target_id}/{path}")
    written: Any = [msgspec.json.encode(event).decode() for _, event, _ in rows_of(world)]
    assert CANARY_ID not in json.dumps(written)
