"""The bin, what is erased from it, and the capacity that comes back."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest

from chalicelib.archive.store import objects
from chalicelib.areas import binning, service
from chalicelib.areas.model import OnTaken, Right
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict, NotAllowed, NotFound
from tests.areas.scene import (
    a_month_passes,
    admin,
    contents_erased,
    doctor,
    in_bin,
    names,
    overdue,
    send,
    upload,
    used,
)
from tests.faults.area_invariants import check_area
from tests.purges.scene import locks_end
from tests.support.world import World


def binned(area: World, files: dict[str, bytes]) -> str:
    """Send files that have one top, and bin it."""
    (node,) = send(area, files)
    service.bin_node(admin(area), area.target_id, node.node_id)
    return node.node_id


def test_what_is_binned_is_in_the_bin_with_all_below_it(area: World) -> None:
    node_id = binned(area, {"a/b/one.txt": b"1"})
    assert (names(area), in_bin(area)) == ([], ["a"])
    with pytest.raises(NotFound):
        service.listing(admin(area), area.target_id, node_id)


def test_what_is_taken_back_is_where_it_was(area: World) -> None:
    (top,) = send(area, {"a/one.txt": b"1"})
    (file,) = service.listing(admin(area), area.target_id, top.node_id).nodes
    service.bin_node(admin(area), area.target_id, file.node_id)
    back = service.take_back(admin(area), area.target_id, file.node_id)
    assert (back.parent_id, in_bin(area)) == (top.node_id, [])


def test_what_is_taken_back_goes_to_the_root_where_its_folder_is_no_more(area: World) -> None:
    (top,) = send(area, {"a/one.txt": b"1"})
    (file,) = service.listing(admin(area), area.target_id, top.node_id).nodes
    service.bin_node(admin(area), area.target_id, file.node_id)
    service.bin_node(admin(area), area.target_id, top.node_id)
    service.take_back(admin(area), area.target_id, file.node_id)
    assert names(area) == ["one.txt"]


def test_what_is_taken_back_gets_another_name_where_its_own_is_taken(area: World) -> None:
    node_id = binned(area, {"a.txt": b"1"})
    send(area, {"a.txt": b"2"})
    service.take_back(admin(area), area.target_id, node_id)
    assert names(area) == ["a (2).txt", "a.txt"]


def test_the_bin_keeps_it_for_thirty_days(area: World) -> None:
    binned(area, {"a.txt": b"1" * 100})
    locks_end()
    area.tick(clock.text(clock.now() + timedelta(days=29)))
    contents_erased(area)
    assert (in_bin(area), used(area)) == (["a.txt"], 100)


def test_after_thirty_days_its_bytes_are_gone_and_its_capacity_is_back(area: World) -> None:
    binned(area, {"a/one.txt": b"1" * 100, "a/b/two.txt": b"2" * 50})
    a_month_passes(area)
    contents_erased(area)
    assert (in_bin(area), used(area)) == ([], 0)
    digest = hashlib.sha256(b"1" * 100).hexdigest()
    assert objects.row(area.target_id, digest) is None
    assert area.admin.get(f"/targets/{area.target_id}/usage")["available_bytes"] == 10_000_000


def test_a_content_that_another_file_has_stays(area: World) -> None:
    node_id = binned(area, {"a.txt": b"1" * 100})
    send(area, {"b.txt": b"1" * 100})
    locks_end()
    service.erase_now(admin(area), area.target_id, node_id)
    contents_erased(area)
    assert (names(area), used(area)) == (["b.txt"], 100)
    check_area(area)


def test_a_content_that_s3_locks_waits_and_then_goes(area: World) -> None:
    node_id = binned(area, {"a.txt": b"1" * 100})
    service.erase_now(admin(area), area.target_id, node_id)
    contents_erased(area)
    assert (in_bin(area), used(area)) == ([], 100)
    a_month_passes(area)
    contents_erased(area)
    assert used(area) == 0


def test_a_content_that_waits_to_be_erased_can_be_a_file_again(area: World) -> None:
    node_id = binned(area, {"a.txt": b"1" * 100})
    service.erase_now(admin(area), area.target_id, node_id)
    contents_erased(area)
    send(area, {"b.txt": b"1" * 100})
    a_month_passes(area)
    contents_erased(area)
    assert (names(area), used(area)) == (["b.txt"], 100)


def test_a_content_that_a_batch_counts_on_is_not_erased(area: World) -> None:
    node_id = binned(area, {"a.txt": b"1" * 100})
    batch_id = upload(area, {"b.txt": b"1" * 100})
    locks_end()
    service.erase_now(admin(area), area.target_id, node_id)
    contents_erased(area)
    finished = service.finish_upload(admin(area), area.target_id, batch_id)
    assert ([each.name for each in finished.nodes], used(area)) == (["b.txt"], 100)


def test_what_was_erased_can_be_sent_again(area: World) -> None:
    node_id = binned(area, {"a.txt": b"1" * 100})
    a_month_passes(area)
    service.erase_now(admin(area), area.target_id, node_id)
    contents_erased(area)
    send(area, {"a.txt": b"1" * 100})
    contents_erased(area)
    assert (names(area), used(area)) == (["a.txt"], 100)


def test_versions_go_with_their_file(deluxe: World) -> None:
    send(deluxe, {"a.txt": b"1" * 100})
    (node,) = send(deluxe, {"a.txt": b"22"}, on_taken=OnTaken.REPLACE)
    service.bin_node(admin(deluxe), deluxe.target_id, node.node_id)
    a_month_passes(deluxe)
    contents_erased(deluxe)
    assert used(deluxe) == 0


@pytest.mark.parametrize(
    ("files", "rows"), [(25, 20), pytest.param(97, binning.ROWS, marks=pytest.mark.deep)]
)
def test_a_large_folder_is_erased_in_many_changes(
    area: World, monkeypatch: pytest.MonkeyPatch, files: int, rows: int
) -> None:
    monkeypatch.setattr(binning, "ROWS", rows)
    node_id = binned(area, {f"a/{number}.txt": bytes([number]) * 2 for number in range(files)})
    a_month_passes(area)
    service.erase_now(admin(area), area.target_id, node_id)
    contents_erased(area)
    assert (in_bin(area), used(area)) == ([], 0)


def test_only_what_is_in_the_bin_is_erased(area: World) -> None:
    (node,) = send(area, {"a.txt": b"1"})
    with pytest.raises(Conflict) as refused:
        service.erase_now(admin(area), area.target_id, node.node_id)
    assert refused.value.code == "not-binned"


def test_only_an_administrator_erases_at_once(area: World) -> None:
    node_id = binned(area, {"a.txt": b"1"})
    with pytest.raises(NotAllowed):
        service.erase_now(doctor(area, Right.WRITE), area.target_id, node_id)


def test_an_agent_restores_what_is_left_of_a_batch(area: World) -> None:
    send(area, {"kept.txt": b"kept"})
    overdue(area, {"gone.txt": b"gone"})
    contents_erased(area)
    grant = {"target_id": area.target_id, "scope": "target", "agent_id": area.agent.agent_id}
    restore_id = area.admin.post("/restores", grant, status=201)["restore_id"]
    (file,) = area.agent.post(f"/restores/{restore_id}/files", {"cursor": None})["items"]
    assert file["path"] == "kept.txt"
    area.agent.post(f"/restores/{restore_id}/urls", {"sha256": [file["sha256"]]})
