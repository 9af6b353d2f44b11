"""The pages of a facility's agents."""

from __future__ import annotations

import re

import pytest

from chalicelib.access.model import Role
from tests.support.people import Anonymous, Device
from tests.support.visitor import HOST, Visitor, signed_in
from tests.support.world import World, build

WHOLE = '<span class="whole">{}</span>'  # never broken at a hyphen: it is typed as it is seen
COMMAND = f"hokan-agent enrol {WHOLE} {WHOLE} ([^<]+)<".format("([0-9a-z-]+)", "--service")


@pytest.fixture
def admin(world: World) -> Visitor:
    """An administrator at the page of the facility's agents."""
    found = signed_in(Role.FACILITY_ADMIN, world.facility_id)
    found.prefix = "/api"
    found.get("/portal/agents")
    return found


def command(admin: Visitor) -> tuple[str, str]:
    """Ask for a code; return the service's address and the code of the command that is shown."""
    page = admin.submit("/portal/agents/code")
    found = re.search(COMMAND, page.text)
    assert found, page.text
    return found[2], found[1]


def test_the_facilitys_agents_are_listed(admin: Visitor) -> None:
    page = admin.get("/portal/agents").text
    assert "PC 1" in page
    assert "Enrolled" in page


def test_another_facilitys_agents_are_not(admin: Visitor, world: World) -> None:
    other = build(world.client)
    assert other.agent.agent_id not in admin.get("/portal/agents").text


def test_the_code_that_is_shown_enrols_an_agent(admin: Visitor, world: World) -> None:
    _, code = command(admin)
    body = {"code": code, "name": "PC 7", "public_key": Device(world.client).public_key()}
    Anonymous(world.client).post("/agents", body, status=201)
    assert "PC 7" in admin.get("/portal/agents").text


def test_the_command_names_the_service_where_the_browser_found_it(admin: Visitor) -> None:
    assert command(admin)[0] == f"https://{HOST}/api"


def test_a_code_is_shown_once(admin: Visitor) -> None:
    _, code = command(admin)
    assert code not in admin.get("/portal/agents").text


def test_revoking_asks_first(admin: Visitor, world: World) -> None:
    page = admin.get(f"/portal/agents/{world.agent.agent_id}/revoke")
    assert (page.status, page.title) == (200, "Revoke an agent | Hokan")
    world.agent.get("/agent")


def test_a_revoked_agent_is_refused_and_stays_listed(admin: Visitor, world: World) -> None:
    path = f"/portal/agents/{world.agent.agent_id}/revoke"
    admin.get(path)
    page = admin.send(path)
    assert "Revoked" in page.text
    assert world.agent.refused("GET", "/agent") == (401, "agent-revoked")


def test_another_facilitys_agent_cannot_be_revoked(admin: Visitor, world: World) -> None:
    other = build(world.client)
    assert admin.submit(f"/portal/agents/{other.agent.agent_id}/revoke").status == 404
    other.agent.get("/agent")
