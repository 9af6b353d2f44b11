"""Folders and files: made, placed, named, moved."""

from __future__ import annotations

import pytest

from chalicelib.areas import service
from chalicelib.areas.model import ROOT, OnTaken
from chalicelib.kernel.errors import Conflict, Invalid
from tests.areas.scene import admin, in_bin, names, send
from tests.support.world import World


def folder(area: World, name: str, parent_id: str = ROOT) -> str:
    return service.make_folder(admin(area), area.target_id, parent_id, name).node_id


def test_a_file_has_its_place_once_its_upload_is_finished(area: World) -> None:
    (node,) = send(area, {"slides.pdf": b"%PDF-1.7"})
    assert (node.name, node.size_bytes, node.by) == ("slides.pdf", 8, "person-admin")
    assert names(area) == ["slides.pdf"]


def test_folders_of_a_path_are_made_once(area: World) -> None:
    (top,) = send(area, {"a/b/one.txt": b"1", "a/b/two.txt": b"2"})
    (below,) = service.listing(admin(area), area.target_id, top.node_id).nodes
    assert (top.name, below.name) == ("a", "b")
    listed = service.listing(admin(area), area.target_id, below.node_id)
    assert [each.name for each in listed.nodes] == ["one.txt", "two.txt"]
    assert [each.name for each in listed.path] == ["a", "b"]


def test_folders_come_first_and_names_are_in_order(area: World) -> None:
    send(area, {"b.txt": b"1", "A.txt": b"2", "z/c.txt": b"3"})
    assert names(area) == ["z/", "A.txt", "b.txt"]


def test_a_folder_is_listed_in_pages(area: World) -> None:
    for number in range(101):
        folder(area, f"{number:03}")
    first = service.listing(admin(area), area.target_id)
    rest = service.listing(admin(area), area.target_id, cursor=first.cursor)
    assert (len(first.nodes), [each.name for each in rest.nodes]) == (100, ["100"])
    assert rest.cursor is None


def test_a_taken_name_gets_a_number(area: World) -> None:
    send(area, {"a.txt": b"1"})
    send(area, {"A.txt": b"2"})
    assert names(area) == ["A (2).txt", "a.txt"]


def test_the_same_file_sent_twice_is_there_once(area: World) -> None:
    (first,) = send(area, {"a.txt": b"1"})
    (second,) = send(area, {"a.txt": b"1"})
    assert (names(area), first.node_id) == (["a.txt"], second.node_id)


def test_a_replaced_file_lies_in_the_bin_of_an_economy_area(area: World) -> None:
    send(area, {"a.txt": b"1"})
    (node,) = send(area, {"a.txt": b"22"}, on_taken=OnTaken.REPLACE)
    assert (names(area), node.size_bytes, node.versions) == (["a.txt"], 2, 0)
    (binned,) = in_bin(area)
    assert binned.startswith("a (replaced 20")


def test_a_replaced_content_is_a_version_in_a_deluxe_area(deluxe: World) -> None:
    send(deluxe, {"a.txt": b"1"})
    (node,) = send(deluxe, {"a.txt": b"22"}, on_taken=OnTaken.REPLACE)
    (version,) = service.versions(admin(deluxe), deluxe.target_id, node.node_id)
    assert (node.size_bytes, version.size_bytes, in_bin(deluxe)) == (2, 1, [])


def test_an_earlier_version_can_be_the_content_again(deluxe: World) -> None:
    send(deluxe, {"a.txt": b"1"})
    (node,) = send(deluxe, {"a.txt": b"22"}, on_taken=OnTaken.REPLACE)
    back = service.make_current(admin(deluxe), deluxe.target_id, node.node_id, 1)
    assert (back.size_bytes, back.versions) == (1, 2)


def test_a_name_in_use_is_refused_whatever_its_case(area: World) -> None:
    folder(area, "Slides")
    with pytest.raises(Conflict) as refused:
        folder(area, "slides")
    assert refused.value.code == "name-taken"


def test_a_file_can_change_the_case_of_its_own_name(area: World) -> None:
    node_id = folder(area, "slides")
    service.rename(admin(area), area.target_id, node_id, "Slides")
    assert names(area) == ["Slides/"]


@pytest.mark.parametrize("name", ["", ".", "..", " ", "a/b", "a\nb", "é" * 128])
def test_a_name_that_file_systems_would_not_take_is_refused(area: World, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        folder(area, name)
    assert refused.value.code == "bad-name"


def test_a_moved_folder_takes_all_below_it_along(area: World) -> None:
    (top,) = send(area, {"a/b/one.txt": b"1"})
    other = folder(area, "other")
    service.move(admin(area), area.target_id, top.node_id, other)
    (listed,) = service.listing(admin(area), area.target_id, top.node_id).nodes
    below = service.listing(admin(area), area.target_id, listed.node_id)
    assert [each.name for each in below.path] == ["other", "a", "b"]


def test_a_folder_cannot_be_moved_below_itself(area: World) -> None:
    outer = folder(area, "outer")
    inner = folder(area, "inner", outer)
    with pytest.raises(Conflict) as refused:
        service.move(admin(area), area.target_id, outer, inner)
    assert refused.value.code == "into-itself"


def test_folders_go_thirty_two_deep(area: World) -> None:
    (top,) = send(area, {"/".join("d" * 40) + "/a.txt": b"1"})
    depth, node_id = 1, top.node_id
    while (node := service.listing(admin(area), area.target_id, node_id).nodes[0]).is_folder:
        depth, node_id = depth + 1, node.node_id
    assert (depth, node.name) == (32, "d_d_d_d_d_d_d_d_a.txt")
    other = folder(area, "other")
    with pytest.raises(Conflict) as refused:
        service.move(admin(area), area.target_id, top.node_id, other)
    assert refused.value.code == "too-deep"


def test_many_files_need_many_changes_and_have_their_place_all(area: World) -> None:
    send(area, {f"f{number:02}/{number}.txt": bytes([number]) for number in range(97)})
    assert len(names(area)) == 97
