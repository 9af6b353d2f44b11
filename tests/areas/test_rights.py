"""Who sees, changes and shares what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from chalicelib.access.model import Caller, Role
from chalicelib.areas import service
from chalicelib.areas.model import Right
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Invalid, NotAllowed, NotFound
from chalicelib.uploads.model import ChunkIn
from tests.areas.scene import DOCTOR, admin, doctor, names, send
from tests.support.world import World, fresh_id

Act = Callable[[Caller, World, str], object]

READS: list[Act] = [
    lambda who, area, _: service.area(who, area.target_id),
    lambda who, area, _: service.listing(who, area.target_id),
    lambda who, area, _: service.binned(who, area.target_id),
    lambda who, area, node: service.node(who, area.target_id, node),
    lambda who, area, node: service.path(who, area.target_id, node),
    lambda who, area, node: service.versions(who, area.target_id, node),
    lambda who, area, node: service.download(who, area.target_id, node),
    lambda who, area, node: service.preview(who, area.target_id, node),
    lambda who, area, node: service.shares(who, area.target_id, node),
]
WRITES: list[Act] = [
    lambda who, area, _: service.make_folder(who, area.target_id, "root", "f"),
    lambda who, area, _: service.unshare(who, area.target_id, "share-1"),
    lambda who, area, _: service.open_upload(who, area.target_id),
    lambda who, area, node: service.rename(who, area.target_id, node, "b.txt"),
    lambda who, area, node: service.move(who, area.target_id, node, "root"),
    lambda who, area, node: service.bin_node(who, area.target_id, node),
    lambda who, area, node: service.take_back(who, area.target_id, node),
    lambda who, area, node: service.make_current(who, area.target_id, node, 1),
    lambda who, area, node: service.share(who, area.target_id, node, None, in_days(1)),
    lambda who, area, _: service.put_chunk(who, area.target_id, "batch-1", 0, ChunkIn(entries=[])),
    lambda who, area, _: service.fresh_urls(who, area.target_id, "batch-1", []),
    lambda who, area, _: service.start_multipart(who, area.target_id, "batch-1", ""),
    lambda who, area, _: service.sign_parts(who, area.target_id, "batch-1", "", []),
    lambda who, area, _: service.complete_multipart(who, area.target_id, "batch-1", ""),
    lambda who, area, _: service.finish_upload(who, area.target_id, "batch-1"),
]
ADMINS: list[Act] = [
    lambda who, area, _: service.people(who, area.target_id),
    lambda who, area, _: service.give(who, area.target_id, DOCTOR, Right.WRITE),
    lambda who, area, node: service.erase_now(who, area.target_id, node),
]


def in_days(days: int) -> str:
    return clock.text(clock.now() + timedelta(days=days))


def stranger() -> Caller:
    return Caller(Role.FACILITY_ADMIN, "person-elsewhere", fresh_id("facility"))


def test_an_area_is_not_found_by_who_has_no_right(area: World) -> None:
    (node,) = send(area, {"a.txt": b"1"})
    for who in (doctor(area), stranger()):
        for act in READS + WRITES + ADMINS:
            with pytest.raises(NotFound):
                act(who, area, node.node_id)


def test_who_may_read_reads_and_changes_nothing(area: World) -> None:
    (node,) = send(area, {"a.txt": b"1"})
    who = doctor(area, Right.READ)
    for read in READS:
        read(who, area, node.node_id)
    for act in WRITES + ADMINS:
        with pytest.raises(NotAllowed):
            act(who, area, node.node_id)


def test_who_may_write_administers_nothing(area: World) -> None:
    (node,) = send(area, {"a.txt": b"1"})
    for act in ADMINS:
        with pytest.raises(NotAllowed):
            act(doctor(area, Right.WRITE), area, node.node_id)


def test_who_may_write_sends_files(area: World) -> None:
    (node,) = send(area, {"a.txt": b"1"}, caller=doctor(area, Right.WRITE))
    assert node.by == DOCTOR


def test_a_right_that_was_taken_is_gone(area: World) -> None:
    who = doctor(area, Right.WRITE)
    assert [each.right for each in service.areas(who)] == [Right.WRITE]
    service.give(admin(area), area.target_id, who.id, None)
    assert service.areas(who) == []


def test_nobody_of_another_facility_is_given_a_right(area: World) -> None:
    with pytest.raises(NotFound):
        service.give(admin(area), area.target_id, "person-elsewhere", Right.READ)


# --- shares ---------------------------------------------------------------------------------------


def test_who_a_folder_is_shared_with_sees_it_and_nothing_above(area: World) -> None:
    (top,) = send(area, {"a/b/one.txt": b"1"})
    (below,) = service.listing(admin(area), area.target_id, top.node_id).nodes
    who = doctor(area)
    service.share(admin(area), area.target_id, below.node_id, who.id, in_days(7))
    assert names(area, below.node_id, who) == ["one.txt"]
    assert [each.name for each in service.path(who, area.target_id, below.node_id)] == ["b"]
    with pytest.raises(NotFound):
        service.listing(who, area.target_id, top.node_id)
    with pytest.raises(NotFound):
        service.listing(who, area.target_id)


def test_what_is_shared_with_everybody_is_told_to_each(area: World) -> None:
    (node,) = send(area, {"a.txt": b"1"})
    service.share(admin(area), area.target_id, node.node_id, None, in_days(7))
    (shared,) = service.shared_with_me(doctor(area))
    assert shared.node.name == "a.txt"
    assert service.download(doctor(area), area.target_id, node.node_id)


def test_what_is_shared_with_one_is_not_anothers(area: World) -> None:
    (node,) = send(area, {"a.txt": b"1"})
    doctor(area)
    service.share(admin(area), area.target_id, node.node_id, DOCTOR, in_days(7))
    other = doctor(area, person_id="person-other")
    assert service.shared_with_me(other) == []
    with pytest.raises(NotFound):
        service.download(other, area.target_id, node.node_id)


def test_a_share_ends(area: World) -> None:
    (node,) = send(area, {"a.txt": b"1"})
    who = doctor(area)
    service.share(admin(area), area.target_id, node.node_id, who.id, in_days(7))
    clock.move(8 * 86_400)
    assert service.shared_with_me(who) == []
    with pytest.raises(NotFound):
        service.download(who, area.target_id, node.node_id)


def test_a_share_that_was_ended_is_gone(area: World) -> None:
    (node,) = send(area, {"a.txt": b"1"})
    shared = service.share(admin(area), area.target_id, node.node_id, None, in_days(7))
    service.unshare(admin(area), area.target_id, shared.share_id)
    assert service.shares(admin(area), area.target_id, node.node_id) == []
    assert service.shared_with_me(doctor(area)) == []


def test_what_is_shared_and_binned_is_not_shared(area: World) -> None:
    (node,) = send(area, {"a.txt": b"1"})
    service.share(admin(area), area.target_id, node.node_id, None, in_days(7))
    service.bin_node(admin(area), area.target_id, node.node_id)
    assert service.shared_with_me(doctor(area)) == []
    with pytest.raises(NotFound):
        service.node(doctor(area), area.target_id, node.node_id)


@pytest.mark.parametrize("until", ["tomorrow", "2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z"])
def test_a_share_ends_within_a_year(area: World, until: str) -> None:
    (node,) = send(area, {"a.txt": b"1"})
    with pytest.raises(Invalid):
        service.share(admin(area), area.target_id, node.node_id, None, until)
