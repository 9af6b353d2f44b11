"""A folder of a rented area comes as one ZIP, to who may read the area."""

from __future__ import annotations

import pytest
from chalice.test import Client

from chalicelib.access.model import Role
from chalicelib.areas import service as areas
from chalicelib.areas.model import OnTaken, Right
from chalicelib.exports import service
from chalicelib.exports.model import Export
from chalicelib.kernel.errors import NotFound
from tests.areas.scene import admin, doctor, rent, send
from tests.exports.scene import deliver, files_of, in_bucket, selection
from tests.exports.test_pages import hidden
from tests.support.snapshot import once
from tests.support.visitor import signed_in
from tests.support.world import World, build

FILES = {"講義/2026/胃.jpg": b"one", "講義/2026/100 %.txt": b"two", "講義/old.txt": b"three"}


@pytest.fixture
def area(client: Client) -> World:
    return once("area: a lecture", lambda: _with_a_lecture(client)).seen_by(client)


def _with_a_lecture(client: Client) -> World:
    world = rent(build(client))
    send(world, {name.replace("%", "%25"): body for name, body in FILES.items()})
    send(world, {"other.txt": b"other"})
    return world


def node_of(area: World, *path: str) -> str:
    """Return the id of what lies at *path*."""
    node_id = "root"
    for name in path:
        listed = areas.listing(admin(area), area.target_id, node_id).nodes
        [node_id] = [each.node_id for each in listed if each.name == name]
    return node_id


def asked(area: World, folder_id: str) -> Export:
    wanted = selection(area, scope="folder", subject=folder_id)
    return service.ask(admin(area), service.new_id(), wanted)


def unpacked(area: World, export: Export) -> dict[str, bytes]:
    assert deliver(area, export)
    return files_of(in_bucket(export))


def test_a_folder_holds_what_is_in_it_by_paths_that_begin_with_its_name(area: World) -> None:
    assert unpacked(area, asked(area, node_of(area, "講義"))) == FILES


def test_a_folder_in_a_folder_tells_nothing_of_what_is_above_it(area: World) -> None:
    found = unpacked(area, asked(area, node_of(area, "講義", "2026")))
    assert found == {"2026/胃.jpg": b"one", "2026/100 %.txt": b"two"}


def test_what_lies_in_the_bin_is_not_in_its_folder_any_more(area: World) -> None:
    areas.bin_node(admin(area), area.target_id, node_of(area, "講義", "2026"))
    assert unpacked(area, asked(area, node_of(area, "講義"))) == {"講義/old.txt": b"three"}


def test_a_folder_is_as_it_was_when_it_was_asked_for(area: World) -> None:
    folder = node_of(area, "講義")
    export = asked(area, folder)
    send(area, {"old.txt": b"newer"}, folder, OnTaken.REPLACE)
    assert unpacked(area, export) == FILES


@pytest.mark.parametrize("what", ["nothing", "a file", "in the bin"])
def test_what_is_no_folder_is_not_found(area: World, what: str) -> None:
    node_id = node_of(area, "講義", "old.txt") if what == "a file" else node_of(area, "講義")
    if what == "in the bin":
        areas.bin_node(admin(area), area.target_id, node_id)
    with pytest.raises(NotFound):
        asked(area, "node-0" if what == "nothing" else node_id)


def test_who_may_not_read_the_area_neither_asks_for_its_zip_nor_sees_one(area: World) -> None:
    export = asked(area, node_of(area, "講義"))
    stranger = doctor(area)
    with pytest.raises(NotFound):
        service.ask(stranger, service.new_id(), export.selection)
    with pytest.raises(NotFound):
        service.export(stranger, export.export_id)
    assert service.newest(stranger) == []


def test_who_may_read_the_area_sees_its_zips(area: World) -> None:
    export = asked(area, node_of(area, "講義"))
    reader = doctor(area, Right.READ)
    assert service.newest(reader) == [service.export(reader, export.export_id)]


def test_a_folder_is_asked_for_on_its_page(area: World) -> None:
    visitor = signed_in(Role.FACILITY_ADMIN, area.facility_id)
    folder = node_of(area, "講義")
    page = visitor.get(f"/portal/areas/{area.target_id}/folders/{folder}").text
    path = f"/portal/restores/new/{area.target_id}/check?scope=folder"
    assert f'{path}&amp;subject={folder}"' in page
    check = visitor.get(f"{path}&subject={folder}")
    assert "3 files" in check.text
    assert "講義" in check.text
    made = visitor.follow(visitor.post("/portal/restores", hidden(check)))
    assert "One folder" in made.text
