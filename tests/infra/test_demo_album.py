"""The demo's last scene, as far as it goes without the packaged stack: what it asks is taken."""

from __future__ import annotations

import json
from typing import Any, cast

from chalicelib.access.model import Role
from infra import demo_album
from infra.local.people import Person
from tests.album.scene import with_tool
from tests.support.people import Anonymous
from tests.support.visitor import signed_in
from tests.support.world import World

STILLS = {f"E-1/IMG{number:04}.JPG": f"still {number}".encode() for number in range(1, 5)}
PORTAL = "/portal"


class OverMoto:
    """Somebody who calls as infra's Person does, whatever status a success has."""

    def __init__(self, caller: Anonymous) -> None:
        self._caller = caller

    def get(self, path: str) -> Any:
        return self._call("GET", path)

    def put(self, path: str, body: dict[str, Any]) -> Any:
        return self._call("PUT", path, body)

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        return self._call("POST", path, body or {})

    def all_of(self, path: str) -> Any:
        return self.get(path)["items"]

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._caller.call(method, path, body)
        assert answer.status_code < 300, answer.body
        return json.loads(answer.body)


def looked(world: World) -> dict[str, Any]:
    """Play the scene; return the examination that is open."""
    world.back_up(STILLS, examined_at="2026-04-01T09:00:00")
    doctor = cast("Person", OverMoto(world.doctor))
    catalogue = f"/targets/{world.target_id}"
    examination = demo_album.open_newest(doctor, catalogue)
    demo_album.sign_chart(doctor, catalogue, examination)
    return examination


def test_the_display_tool_is_signed_for(world: World) -> None:
    contract = demo_album.sign_for_tool(cast("Person", OverMoto(world.admin)))
    assert (contract["state"], contract["case_units"]) == ("active", 0)
    assert world.doctor.get("/cases")["limit"] == 100


def test_a_stranger_finds_the_album_the_case_and_the_chart_where_it_says(world: World) -> None:
    with_tool(world)
    examination = looked(world)
    visitor = signed_in(Role.DOCTOR, world.facility_id)
    visitor.language = "ja"
    pages = demo_album.places(PORTAL, examination)
    told = {name: visitor.get(address) for name, address in pages.items()}
    assert {name: page.status for name, page in told.items()} == dict.fromkeys(pages, 200)
    assert "胃底腺ポリープ" in told["signed chart"].text
    assert "胃体部" in told["signed chart"].text


def test_its_chart_has_one_marked_picture(world: World) -> None:
    with_tool(world)
    examination = looked(world)
    path = f"/targets/{world.target_id}/examinations/{examination['examination_id']}/chart"
    chart = world.doctor.get(path)
    assert chart["state"] == "signed"
    (image,) = chart["current"]["chart"]["images"]
    assert [mark["number"] for mark in image["marks"]] == [1]
