"""What an agent sends into an area by the ordinary batches: in the tree within the minute, once."""

from __future__ import annotations

from datetime import timedelta

from chalicelib.archive.store import batches
from chalicelib.areas import service
from chalicelib.kernel import clock
from tests.areas.scene import admin, in_bin, names, send, used
from tests.support.world import World, a_chunk, an_entry


def a_minute_passes(area: World) -> None:
    area.tick(clock.text(clock.now() + timedelta(minutes=2)))


def backed_up(area: World, files: dict[str, bytes]) -> None:
    """Let the agent take *files* through a batch, and the minute come."""
    assert area.back_up(files)["state"] == "complete"
    a_minute_passes(area)


def test_its_files_are_in_the_tree_with_their_folders(area: World) -> None:
    backed_up(area, {"2026/a.txt": b"a", "b.txt": b"b"})
    assert names(area) == ["2026/", "b.txt"]


def test_its_files_say_who_sent_them(area: World) -> None:
    backed_up(area, {"b.txt": b"b"})
    (node,) = service.listing(admin(area), area.target_id).nodes
    assert node.by == area.agent.agent_id


def test_another_minute_places_nothing_again(area: World) -> None:
    backed_up(area, {"a.txt": b"a"})
    (node,) = service.listing(admin(area), area.target_id).nodes
    service.rename(admin(area), area.target_id, node.node_id, "b.txt")
    a_minute_passes(area)
    assert names(area) == ["b.txt"]


def test_what_it_sends_again_under_a_path_is_the_newer_content(area: World) -> None:
    backed_up(area, {"a.txt": b"old"})
    backed_up(area, {"a.txt": b"newer"})
    (node,) = service.listing(admin(area), area.target_id).nodes
    assert (node.name, node.size_bytes, len(in_bin(area))) == ("a.txt", 5, 1)


def test_what_it_sends_again_unchanged_is_one_file(area: World) -> None:
    backed_up(area, {"a.txt": b"same"})
    backed_up(area, {"a.txt": b"same"})
    assert (names(area), in_bin(area), used(area)) == (["a.txt"], [], 4)


def test_its_file_and_a_persons_of_one_content_are_two_files_and_count_once(area: World) -> None:
    send(area, {"mine.txt": b"same"})
    backed_up(area, {"its.txt": b"same"})
    assert (names(area), used(area)) == (["its.txt", "mine.txt"], 4)


def test_while_its_bytes_are_on_their_way_nothing_is_placed(area: World) -> None:
    batch_id = area.open_batch()
    chunk = a_chunk({"a.txt": b"late"})
    area.chunk(batch_id, 0, chunk)
    assert area.finish(batch_id)["state"] == "settling"
    a_minute_passes(area)
    assert names(area) == []
    area.put_object(chunk["entries"][0]["sha256"], b"late")
    area.arrived(chunk["entries"][0]["sha256"])
    assert area.finish(batch_id)["state"] == "complete"
    a_minute_passes(area)
    assert names(area) == ["a.txt"]


def test_what_it_could_not_read_is_left_out_and_the_rest_is_placed(area: World) -> None:
    batch_id = area.open_batch()
    chunk = a_chunk({"a.txt": b"a"})
    area.chunk(batch_id, 0, chunk)
    area.put_object(chunk["entries"][0]["sha256"], b"a")
    area.arrived(chunk["entries"][0]["sha256"])
    left_out = [{"path": "locked.txt", "reason": "unreadable"}]
    assert area.finish(batch_id, left_out)["state"] == "partial"
    a_minute_passes(area)
    assert names(area) == ["a.txt"]


def test_more_than_the_area_takes_is_refused_and_claims_nothing(area: World) -> None:
    free = area.usage()[1]
    too_large = an_entry("large.bin", b"") | {"size": free + 1, "sha256": "0" * 64}
    batch_id = area.open_batch()
    (answer,) = area.chunk(batch_id, 0, {"examinations": [], "entries": [too_large]})
    assert (answer["state"], answer["code"]) == ("refused", "quota-exceeded")
    assert area.usage()[1] == free


def test_its_batch_is_in_the_catalogue_as_any_other(area: World) -> None:
    backed_up(area, {"a.txt": b"a"})
    ((batch,), _) = batches.of_target(area.target_id, None)
    assert (batch.state, batch.stored, batch.agent_id) == ("complete", 1, area.agent.agent_id)
