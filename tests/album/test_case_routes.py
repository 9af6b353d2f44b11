"""Programs open, list and close cases as people do on pages."""

from __future__ import annotations

import pytest

from chalicelib.archive.store import cases
from chalicelib.audit.store import of_facility
from tests.album.scene import an_examination, id_of, use_up, with_tool
from tests.support.people import answered
from tests.support.world import World


@pytest.fixture
def case(world: World) -> str:
    """The route of an examination's case, where there is a display tool."""
    with_tool(world)
    an_examination(world)
    return f"/targets/{world.target_id}/examinations/{id_of(world)}/case"


def test_a_case_is_opened_and_listed_with_its_examination(world: World, case: str) -> None:
    opened = world.doctor.post(case, status=201)
    listed = world.doctor.get("/cases")
    assert (listed["open"], listed["limit"], listed["cursor"]) == (1, 100, None)
    (item,) = listed["items"]
    examination = item.pop("examination")
    assert item == opened
    assert (examination["examination_id"], examination["kind"]) == (id_of(world), "EGD")


def test_opening_again_answers_the_case_as_it_was_opened(world: World, case: str) -> None:
    opened = world.doctor.post(case, status=201)
    assert world.admin.post(case, status=201) == opened
    assert world.doctor.get("/cases")["open"] == 1


def test_closing_makes_room_and_closing_again_answers_the_same(world: World, case: str) -> None:
    world.doctor.post(case, status=201)
    for _ in range(2):
        assert world.doctor.call("DELETE", case).status_code == 204
    assert world.doctor.get("/cases") == {"items": [], "cursor": None, "open": 0, "limit": 100}


def test_what_a_program_does_is_on_record(world: World, case: str) -> None:
    world.doctor.post(case, status=201)
    world.doctor.get("/cases")
    world.doctor.call("DELETE", case)
    actions = [event.action for _, event, _ in of_facility(world.facility_id)]
    assert actions[-3:] == ["open-case", "list-cases", "close-case"]


def test_one_case_too_many_is_refused_with_the_count(world: World, case: str) -> None:
    use_up(world, 100)
    problem = answered(world.doctor.expect(409, "POST", case))
    assert problem["type"].endswith("/cases-used-up")
    assert (problem["open_cases"], problem["cases"]) == (100, 100)


def test_without_a_display_tool_no_case_is_opened_and_none_is_listed(world: World) -> None:
    an_examination(world)
    path = f"/targets/{world.target_id}/examinations/{id_of(world)}/case"
    assert world.doctor.refused("POST", path) == (409, "no-display-tool")
    assert world.doctor.get("/cases")["limit"] == 0


def test_an_examination_that_is_not_there_is_no_case(world: World, case: str) -> None:
    wanted = case.replace(id_of(world), "exam-none")
    assert world.doctor.refused("POST", wanted) == (404, "not-found")
    assert cases.count_of(world.facility_id).open == 0
