"""What is longer than anything of ours is refused before a database breaks off at it."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.access.model import Role
from chalicelib.kernel import ids
from tests.faults.crashes import calls_of
from tests.support.people import answered
from tests.support.visitor import signed_in
from tests.support.world import World, a_form

LONG = "x" * (ids.LONGEST + 1)


def test_no_database_is_asked_for_an_id_longer_than_any(world: World) -> None:
    asked = calls_of(lambda: world.admin.expect(404, "GET", "/contracts/unknown"))
    spared = calls_of(lambda: world.admin.expect(404, "GET", f"/contracts/{LONG}"))
    assert len(spared) == len(asked) - 1


def test_no_database_is_asked_for_a_page_of_an_id_longer_than_any(world: World) -> None:
    visitor = signed_in(Role.FACILITY_ADMIN, world.facility_id)
    asked = calls_of(lambda: visitor.get("/portal/contracts/unknown"))
    spared = calls_of(lambda: visitor.get(f"/portal/contracts/{LONG}"))
    assert len(spared) == len(asked) - 1


@pytest.mark.parametrize("name", ["target_id", "agent_id", "patient_key", "batch_id"])
def test_an_id_in_a_body_longer_than_any_is_refused_by_name(world: World, name: str) -> None:
    grant: dict[str, Any] = {"target_id": "t", "agent_id": "a", "scope": "target"}
    response = world.doctor.expect(422, "POST", "/restores", grant | {name: LONG})
    assert f"$.{name}" in answered(response)["detail"]


def test_a_form_names_a_target_by_an_id_that_can_be_one(world: World) -> None:
    response = world.admin.expect(422, "POST", "/quotes", a_form(LONG))
    assert "$.target_id" in answered(response)["detail"]


@pytest.mark.parametrize("name", ["", "  ", "x" * 101])
def test_a_facility_has_a_name_of_1_to_100_characters(world: World, name: str) -> None:
    assert world.operator.refused("POST", "/facilities", {"name": name}) == (422, "no-name")


def test_the_first_hours_a_date_can_have_are_no_time_to_restore(world: World) -> None:
    grant = {"target_id": world.target_id, "agent_id": world.agent.agent_id, "scope": "target"}
    as_of = "0001-01-01T00:00:00+09:00"  # the year before it, in UTC
    assert world.doctor.refused("POST", "/restores", {**grant, "as_of": as_of})[0] == 422
