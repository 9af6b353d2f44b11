"""What restores and ZIPs of an area hold: its tree, at a moment; and what they only name."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest

from chalicelib.access.model import Role
from chalicelib.album.tool import tool_of
from chalicelib.archive import selecting, trees
from chalicelib.archive.model import Found, Selection
from chalicelib.areas import service
from chalicelib.areas.model import Node, OnTaken, Right
from chalicelib.exports import building
from chalicelib.exports import service as exports
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict, Invalid, NotFound, Unavailable
from tests.areas.scene import (
    DOCTOR,
    a_month_passes,
    admin,
    batches_end,
    contents_erased,
    doctor,
    overdue,
    send,
)
from tests.exports.scene import deliver, in_bucket, unzipped
from tests.purges.scene import locks_end
from tests.support.visitor import signed_in
from tests.support.world import World

ADMIN = "person-admin"
NO_ALBUM = building.Beside(is_ready=lambda *_: True, files=lambda *_: iter(()))


def selection(area: World, as_of: str = "", **changes: Any) -> Selection:
    usual: dict[str, Any] = {"target_id": area.target_id, "scope": "target", "subject": None}
    return Selection(**usual | changes, as_of=as_of or now())


def now() -> str:
    return clock.text(clock.now())


def paths(area: World, as_of: str = "", **changes: Any) -> list[str]:
    return [each.path for each in selecting.files(selection(area, as_of, **changes))]


def named(area: World, as_of: str = "", **changes: Any) -> list[tuple[str, str, str]]:
    """Return what is only named: its path, why, and who wanted it so."""
    found: Found = selecting.whole(selection(area, as_of, **changes))
    return [(each.path, each.reason, each.by) for each in found.left_out]


def child(area: World, folder: Node, name: str) -> Node:
    listed = service.listing(admin(area), area.target_id, folder.node_id).nodes
    return next(each for each in listed if each.name == name)


def granted(area: World, **asked: Any) -> str:
    grant = {"target_id": area.target_id, "scope": "target", "agent_id": area.agent.agent_id}
    return str(area.admin.post("/restores", grant | asked, status=201)["restore_id"])


def test_what_was_erased_is_named_and_all_else_is_given(area: World) -> None:
    send(area, {"a/kept.txt": b"kept"})
    overdue(area, {"b/gone.txt": b"gone"})
    contents_erased(area)
    assert paths(area) == ["a/kept.txt"]
    assert named(area) == [("b/gone.txt", "erased", ADMIN)]


def test_what_lies_in_the_bin_is_named(area: World) -> None:
    (top,) = send(area, {"a/b/binned.txt": b"1", "a/kept.txt": b"2"})
    service.bin_node(admin(area), area.target_id, child(area, top, "b").node_id)
    assert paths(area) == ["a/kept.txt"]
    assert named(area) == [("a/b/binned.txt", "binned", ADMIN)]


def test_files_are_where_the_tree_has_them(area: World) -> None:
    (top,) = send(area, {"a/one.txt": b"1", "a/two.txt": b"2"})
    folder = service.make_folder(admin(area), area.target_id, "root", "b")
    service.move(admin(area), area.target_id, child(area, top, "one.txt").node_id, folder.node_id)
    service.rename(admin(area), area.target_id, top.node_id, "c")
    assert paths(area) == ["b/one.txt", "c/two.txt"]


def test_files_of_a_batch_are_where_the_tree_has_them(area: World) -> None:
    send(area, {"other.txt": b"2"})
    (node,) = send(area, {"one.txt": b"1"})
    service.rename(admin(area), area.target_id, node.node_id, "uno.txt")
    batches = area.admin.get(f"/targets/{area.target_id}/batches")["items"]
    assert paths(area, scope="batch", subject=batches[0]["batch_id"]) == ["uno.txt"]


def test_a_folder_names_what_of_it_lies_in_the_bin(area: World) -> None:
    (top,) = send(area, {"a/b/binned.txt": b"1", "a/b/kept.txt": b"2"})
    folder = child(area, top, "b")
    service.bin_node(admin(area), area.target_id, child(area, folder, "binned.txt").node_id)
    of_folder = {"scope": "folder", "subject": folder.node_id}
    assert paths(area, **of_folder) == ["b/kept.txt"]
    assert named(area, **of_folder) == [("b/binned.txt", "binned", ADMIN)]


def test_two_files_of_one_content_are_two_files(area: World) -> None:
    send(area, {"a.txt": b"1", "b.txt": b"1"})
    assert paths(area) == ["a.txt", "b.txt"]


def test_a_moment_has_the_names_and_places_of_then(area: World) -> None:
    (top,) = send(area, {"a/one.txt": b"1"})
    moment = now()
    service.rename(admin(area), area.target_id, top.node_id, "c")
    service.rename(admin(area), area.target_id, child(area, top, "one.txt").node_id, "uno.txt")
    send(area, {"later.txt": b"3"})
    assert paths(area, moment) == ["a/one.txt"]


def test_a_moment_has_what_was_binned_since(area: World) -> None:
    (top,) = send(area, {"a/one.txt": b"1"})
    moment = now()
    service.bin_node(admin(area), area.target_id, top.node_id)
    assert paths(area, moment) == ["a/one.txt"]
    assert (paths(area), named(area, moment)) == ([], [])


@pytest.mark.parametrize("kind", ["area", "deluxe"])
def test_a_moment_has_the_content_of_then(kind: str, request: pytest.FixtureRequest) -> None:
    area: World = request.getfixturevalue(kind)
    send(area, {"a.txt": b"old"})
    moment = now()
    send(area, {"a.txt": b"newer"}, on_taken=OnTaken.REPLACE)
    (then,) = selecting.files(selection(area, moment))
    assert (then.path, then.size) == ("a.txt", 3)


def test_a_moment_names_what_was_erased_since_as_it_was_called(area: World) -> None:
    send(area, {"kept.txt": b"kept"})
    (node,) = send(area, {"a.txt": b"gone"})
    moment = now()
    service.rename(admin(area), area.target_id, node.node_id, "b.txt")
    service.bin_node(admin(area), area.target_id, node.node_id)
    a_month_passes(area)
    contents_erased(area)
    assert paths(area, moment) == ["kept.txt"]
    assert named(area, moment) == [("a.txt", "erased", ADMIN)]
    assert named(area) == [("b.txt", "erased", ADMIN)]


def test_what_was_erased_and_sent_again_is_given(area: World) -> None:
    overdue(area, {"gone.txt": b"gone"})
    contents_erased(area)
    send(area, {"back.txt": b"gone"})
    assert paths(area) == ["back.txt"]
    assert [path for path, *_ in named(area)] == ["gone.txt"]


def test_a_percent_sign_comes_back_as_it_went(area: World) -> None:
    (node,) = send(area, {"100%25.txt": b"1"})
    assert (node.name, paths(area)) == ("100%.txt", ["100%25.txt"])


def test_a_page_holds_a_thousand_and_goes_on(area: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "PAGE", 2)
    send(area, {f"a/{number}.txt": bytes([number]) for number in range(5)})
    overdue(area, {f"gone-{number}.txt": bytes([100 + number]) for number in range(3)})
    contents_erased(area)
    assert len(paths(area)) == 5
    assert len(named(area)) == 3


def test_a_cursor_that_is_none_of_ours_is_refused(area: World) -> None:
    send(area, {"a.txt": b"1"})
    with pytest.raises(Invalid):
        trees.page(area.target_id, now(), "node-~")


def test_too_far_back_is_said(area: World, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = now()
    send(area, {"a.txt": b"1"})
    send(area, {"b.txt": b"2"})
    monkeypatch.setattr(trees, "MOST_CHANGES", 1)
    with pytest.raises(Conflict) as refused:
        paths(area, moment)
    assert refused.value.code == "restore-too-old"


# --- by which way -------------------------------------------------------------------------------


def test_an_agent_is_told_what_was_erased(area: World) -> None:
    send(area, {"kept.txt": b"kept"})
    overdue(area, {"gone.txt": b"gone"})
    contents_erased(area)
    restore_id = granted(area)
    first = area.agent.post(f"/restores/{restore_id}/files", {"cursor": None})
    second = area.agent.post(f"/restores/{restore_id}/files", {"cursor": first["cursor"]})
    assert [each["path"] for each in first["items"]] == ["kept.txt"]
    (gone,) = second["left_out"]
    assert (gone["path"], gone["reason"], gone["by"]) == ("gone.txt", "erased", ADMIN)
    area.agent.post(f"/restores/{restore_id}/urls", {"sha256": [first["items"][0]["sha256"]]})


def test_an_agent_is_told_what_was_erased_since_it_was_listed(area: World) -> None:
    (kept, gone) = send(area, {"kept.txt": b"kept", "lost.txt": b"lost"})
    restore_id = granted(area)
    listed = area.agent.post(f"/restores/{restore_id}/files", {"cursor": None})["items"]
    service.bin_node(admin(area), area.target_id, gone.node_id)
    a_month_passes(area)
    batches_end(area)
    service.erase_now(admin(area), area.target_id, gone.node_id)
    contents_erased(area)
    clock.move(-31 * 86_400)  # within the life of the grant
    told = area.agent.post(
        f"/restores/{restore_id}/urls", {"sha256": [each["sha256"] for each in listed]}
    )
    assert [each["sha256"] for each in told["urls"]] == [kept.sha256]
    assert [each["sha256"] for each in told["erased"]] == [gone.sha256]


def test_a_zip_begins_anew_when_a_file_is_erased_while_it_is_made(area: World) -> None:
    send(area, {"a-kept.txt": b"kept"})
    (gone,) = send(area, {"b-lost.txt": b"lost"})
    asked = exports.ask(admin(area), exports.new_id(), selection(area))
    locks_end()
    batches_end(area)

    def erases_meanwhile() -> bool:
        with suppress(NotFound):  # it is there the first time only
            service.bin_node(admin(area), area.target_id, gone.node_id)
            service.erase_now(admin(area), area.target_id, gone.node_id)
            contents_erased(area)
        return True

    message = exports.Message(area.facility_id, asked.export_id)
    with pytest.raises(Unavailable):
        building.build(message, erases_meanwhile, NO_ALBUM)
    assert deliver(area, asked)
    told = json.loads(unzipped(in_bucket(asked))["hokan-restore.json"])
    assert [each["path"] for each in told["entries"]] == ["a-kept.txt"]
    assert [each["path"] for each in told["left_out"]] == ["b-lost.txt"]


def test_a_zip_holds_the_tree_and_names_what_was_erased(area: World) -> None:
    (node,) = send(area, {"100%25.txt": b"kept"})
    service.rename(admin(area), area.target_id, node.node_id, "99%.txt")
    overdue(area, {"gone.txt": b"gone"})
    contents_erased(area)
    asked = exports.ask(admin(area), exports.new_id(), selection(area))
    assert deliver(area, asked)
    held = unzipped(in_bucket(asked))
    assert held["files/99%.txt"] == b"kept"
    told = json.loads(held["hokan-restore.json"])
    (gone,) = told["left_out"]
    assert (gone["path"], gone["by"], told["files"]) == ("gone.txt", ADMIN, 1)


def test_what_would_come_back_tells_how_much_is_only_named(area: World) -> None:
    send(area, {"kept.txt": b"kept"})
    overdue(area, {"gone.txt": b"gone"})
    contents_erased(area)
    extent = exports.extent(admin(area), selection(area))
    assert (extent.files, extent.size_bytes, extent.left_out) == (1, 4, 1)


def test_the_page_says_how_much_is_only_named(area: World) -> None:
    send(area, {"kept.txt": b"kept"})
    overdue(area, {"gone.txt": b"gone"})
    contents_erased(area)
    visitor = signed_in(Role.FACILITY_ADMIN, area.facility_id)
    visitor.language = "en"
    query = "scope=target&when=now&by=zip"
    page = visitor.get(f"/portal/restores/new/{area.target_id}/check?{query}")
    assert "1 file that was erased or lies in the bin." in page.text


def test_who_has_no_right_to_an_area_restores_nothing_of_it(area: World) -> None:
    send(area, {"a.txt": b"1"})
    with pytest.raises(NotFound):
        exports.extent(doctor(area), selection(area))
    grant = {"target_id": area.target_id, "scope": "target", "agent_id": area.agent.agent_id}
    area.doctor.post("/restores", grant, status=404)


def test_who_may_read_an_area_restores_it(area: World) -> None:
    send(area, {"a.txt": b"1"})
    reader = doctor(area, Right.READ, DOCTOR)
    assert exports.extent(reader, selection(area)).files == 1


def test_the_catalogue_of_an_area_is_for_who_may_read_it(area: World) -> None:
    area.back_up({"E-1/a": b"one"}, patient={"id": "P-1"})
    send(area, {"a.txt": b"1"})
    (examination,) = [
        each["examination_id"]
        for each in area.admin.get(f"/targets/{area.target_id}/examinations")["items"]
        if each["patient_key"]
    ]
    (patient,) = area.admin.get(f"/targets/{area.target_id}/patients")["items"]
    for path in (
        "patients",
        "examinations",
        f"examinations/{examination}",
        f"patients/{patient['patient_key']}/examinations",
    ):
        area.doctor.expect(404, "GET", f"/targets/{area.target_id}/{path}")
    reader = {"right": "read"}
    area.admin.put(f"/areas/{area.target_id}/people/{area.doctor.get('/me')['id']}", reader)
    assert area.doctor.get(f"/targets/{area.target_id}/patients")["items"]


def test_the_album_shows_an_area_to_who_may_read_it(area: World) -> None:
    send(area, {"a.txt": b"1"})

    def shown() -> list[str]:
        return [each.target_id for each in tool_of(doctor(area)).targets]

    assert area.target_id not in shown()
    doctor(area, Right.READ)
    assert area.target_id in shown()
