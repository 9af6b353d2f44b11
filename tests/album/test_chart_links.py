"""From a case of the album to the chart of its examination."""

from __future__ import annotations

import pytest

from chalicelib.access.model import Role
from tests.album.scene import open_as_case, with_tool
from tests.charts.scene import examined, signed
from tests.charts.test_pages import page_of, said, somebody
from tests.support.world import World


@pytest.mark.parametrize("rest", ["", "/pictures/1"])
def test_a_case_leads_to_the_chart_of_its_examination(world: World, rest: str) -> None:
    examination = examined(world)
    signed(world, examination)
    with_tool(world)
    page = somebody(world).get(open_as_case(world) + rest)
    assert f'href="{page_of(world, examination)}"' in page.text
    assert "Signed" in said(page)


@pytest.mark.parametrize(("role", "writes"), [(Role.DOCTOR, True), (Role.FACILITY_ADMIN, False)])
def test_where_there_is_no_chart_a_doctor_is_led_to_writing_one(
    world: World, role: Role, *, writes: bool
) -> None:
    found = examined(world)
    with_tool(world)
    page = somebody(world, role).get(open_as_case(world))
    assert "No chart yet" in said(page)
    assert (f'href="{page_of(world, found, "/edit")}"' in page.text) is writes
