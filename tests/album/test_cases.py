"""A case is one examination open in the display tool; the contract says how many may be."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib.access.model import Role
from chalicelib.album import service
from chalicelib.archive.store import cases
from chalicelib.archive.store.cases import CaseCount
from chalicelib.audit.store import of_facility
from chalicelib.contracts import changing
from chalicelib.contracts.model import State
from chalicelib.kernel.errors import Conflict, NotFound
from tests.album.scene import (
    an_examination,
    caller,
    id_of,
    open_as_case,
    path_of,
    use_up,
    with_tool,
)
from tests.contracts.test_contract_pages import held
from tests.portal.test_home import said
from tests.support.visitor import Visitor, signed_in
from tests.support.world import World, build, today

VECTORS = Path(__file__).parents[1] / "data" / "vectors" / "billing" / "units.json"


@pytest.fixture
def tool(world: World) -> str:
    """The contract of a display tool, where an examination is stored."""
    contract_id = with_tool(world)
    an_examination(world)
    return contract_id


def counted(world: World) -> CaseCount:
    return cases.count_of(world.facility_id)


def actions(world: World) -> list[str]:
    return [event.action for _, event, _ in of_facility(world.facility_id)]


def visitor(world: World, role: Role = Role.DOCTOR) -> Visitor:
    found = signed_in(role, world.facility_id)
    found.get("/portal")
    return found


def refusal(world: World) -> Conflict:
    with pytest.raises(Conflict) as refused:
        open_as_case(world)
    return refused.value


# --- opening and closing -------------------------------------------------------------------------


@pytest.mark.usefixtures("tool")
def test_an_open_case_is_counted_and_on_record(world: World) -> None:
    open_as_case(world)
    assert counted(world) == CaseCount(limit=100, open=1)
    assert actions(world).count("open-case") == 1


@pytest.mark.usefixtures("tool")
def test_what_is_open_is_opened_again_without_counting(world: World) -> None:
    for _ in range(2):
        open_as_case(world)
    assert counted(world).open == 1


@pytest.mark.usefixtures("tool")
def test_closing_makes_room_and_closing_again_changes_nothing(world: World) -> None:
    open_as_case(world)
    for _ in range(2):
        here = caller(world)
        service.close_case(here, service.of(here), world.target_id, id_of(world))
    assert counted(world).open == 0
    assert actions(world).count("close-case") == 2


@pytest.mark.usefixtures("tool")
def test_the_hundredth_case_is_opened_and_the_next_is_refused(world: World) -> None:
    use_up(world, 99)
    open_as_case(world)
    an_examination(world, 2)
    with pytest.raises(Conflict) as refused:
        open_as_case(world, "E-2")
    assert refused.value.code == "cases-used-up"
    assert refused.value.facts == {"open_cases": 100, "cases": 100}
    assert counted(world).open == 100


def displayed() -> list[dict[str, Any]]:
    found = json.loads(VECTORS.read_text())["vectors"]
    wanted = [each for each in found if each["input"]["kind"] == "display_cases"]
    return [each for each in wanted if each["expect"]["allowed_cases"] <= 200]


@pytest.mark.parametrize("vector", displayed(), ids=lambda each: each["id"])
def test_as_many_cases_open_as_the_units_allow_and_not_one_more(
    world: World, vector: dict[str, Any]
) -> None:
    with_tool(world, case_units=vector["expect"]["extra_units"])
    an_examination(world)
    use_up(world, vector["expect"]["allowed_cases"])
    assert refusal(world).code == "cases-used-up"


def test_without_a_display_tool_no_case_is_opened(world: World) -> None:
    an_examination(world)
    assert refusal(world).code == "no-display-tool"


def test_a_tool_that_begins_tomorrow_opens_no_case_today(world: World) -> None:
    with_tool(world, starts_on=(today() + timedelta(days=1)).isoformat())
    an_examination(world)
    assert refusal(world).code == "no-display-tool"


def test_a_suspended_tool_shows_what_is_open_and_opens_no_more(world: World, tool: str) -> None:
    path = open_as_case(world)
    an_examination(world, 2)
    for state in (State.GRACE, State.SUSPENDED):
        changing.move(caller(world), world.facility_id, tool, state)
    doctor = visitor(world)
    assert doctor.get(path).status == 200
    refused = doctor.submit(f"{path_of(world, 'E-2')}/open")
    assert refused.status == 409
    assert "does not allow it as it stands now" in said(refused.text)


def test_once_the_tool_has_ended_nothing_is_looked_at(world: World, tool: str) -> None:
    path = open_as_case(world)
    world.admin.post(f"/contracts/{tool}/end")
    answer = visitor(world).get(path)
    assert answer.status == 409
    assert "Your facility has no display tool." in said(answer.text)


@pytest.mark.usefixtures("tool")
def test_anothers_examination_is_no_case_of_ours(world: World) -> None:
    other = build(world.client)
    with_tool(other)
    here = caller(other)
    with pytest.raises(NotFound):
        service.open_case(here, service.of(here), world.target_id, id_of(world))
    assert cases.count_of(other.facility_id).open == 0


# --- pages ---------------------------------------------------------------------------------------


def test_the_page_that_refuses_leads_to_fifty_more_in_two_clicks(world: World, tool: str) -> None:
    use_up(world, 100)
    admin = visitor(world, Role.FACILITY_ADMIN)
    refused = admin.submit(f"{path_of(world)}/open")
    assert refused.status == 409
    assert "100 of 100 cases are open." in said(refused.text)
    offer = f"/portal/contracts/{tool}/cases"
    assert offer in refused.text
    shown = held(admin.get(offer), "terms_sha256")
    admin.submit(offer, blocks="1", terms_sha256=shown)
    assert admin.send(f"{path_of(world)}/open").status == 200
    assert counted(world) == CaseCount(limit=150, open=101)


@pytest.mark.usefixtures("tool")
def test_a_doctor_is_told_who_can_add_cases(world: World) -> None:
    use_up(world, 100)
    refused = visitor(world).submit(f"{path_of(world)}/open")
    assert "administrator can add 50 cases" in said(refused.text)


@pytest.mark.usefixtures("tool")
def test_a_case_that_is_closed_is_offered_to_be_opened(world: World) -> None:
    doctor = visitor(world)
    answer = doctor.get(path_of(world))
    assert answer.status == 409
    assert "The case is closed" in said(answer.text)
    assert "金糸雀" not in answer.text
    assert doctor.send(f"{path_of(world)}/open").status == 200


@pytest.mark.usefixtures("tool")
def test_open_cases_are_listed_and_closed_there(world: World) -> None:
    path, doctor = open_as_case(world), visitor(world)
    assert f"{path}/close" in doctor.get("/portal/album/cases").text
    assert "The case is closed." in said(doctor.send(f"{path}/close").text)
    assert counted(world).open == 0


@pytest.mark.usefixtures("tool")
def test_a_case_whose_examination_is_gone_can_still_be_closed(world: World) -> None:
    use_up(world, 1)
    assert "It is not stored any more" in said(visitor(world).get("/portal/album/cases").text)


@pytest.mark.usefixtures("tool")
def test_looking_opens_nothing(world: World) -> None:
    doctor = visitor(world)
    for path in ("/portal/album", "/portal/album/cases", path_of(world)):
        doctor.get(path)
    assert counted(world).open == 0
