"""Chunks: what is said about each file, and what it claims."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

import pytest
from chalice.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.uploads.model import CHUNK_ENTRIES
from tests.support.people import answered
from tests.support.world import MEGABYTE, World, a_chunk, an_entry, build

FULL = 10 * MEGABYTE


def states(answers: list[dict[str, Any]]) -> list[str]:
    return [each.get("code") or each["state"] for each in answers]


def of_size(path: str, size: int) -> dict[str, Any]:
    """Return an entry that claims *size* bytes; nothing is sent."""
    return {"path": path, "size": size, "sha256": hashlib.sha256(path.encode()).hexdigest()}


def claim(world: World, *entries: dict[str, Any], number: int = 0, batch: str = "") -> list[str]:
    chunk = {"examinations": [], "entries": list(entries)}
    return states(world.chunk(batch or world.open_batch(), number, chunk))


# --- answers -----------------------------------------------------------------------------------


def test_answers_come_in_the_order_of_the_entries(world: World) -> None:
    files = {f"IMG{number:04}.JPG": bytes([number]) for number in range(20)}
    chunk = a_chunk(files)
    answers = world.chunk(world.open_batch(), 0, chunk)
    assert [each["sha256"] for each in answers] == [each["sha256"] for each in chunk["entries"]]


def test_a_content_the_target_has_is_stored_already(world: World) -> None:
    world.back_up({"a": b"one"})
    assert states(world.chunk(world.open_batch(), 0, a_chunk({"b": b"one"}))) == ["stored"]


def test_a_content_another_target_has_is_none_of_this_ones(client: Client) -> None:
    build(client).back_up({"a": b"one"})
    other = build(client)
    assert states(other.chunk(other.open_batch(), 0, a_chunk({"a": b"one"}))) == ["upload"]


def test_a_large_object_goes_up_in_parts(client: Client) -> None:
    world = build(client, capacity_bytes=10**9)
    assert claim(world, of_size("big", 64 * 2**20 + 1)) == ["multipart"]


def test_an_object_of_64_mib_goes_up_in_one_piece(client: Client) -> None:
    world = build(client, capacity_bytes=10**9)
    assert claim(world, of_size("big", 64 * 2**20)) == ["upload"]


def test_an_object_over_5_tb_is_too_large(client: Client) -> None:
    world = build(client, capacity_bytes=10**15)
    assert claim(world, of_size("big", 5 * 10**12 + 1)) == ["too-large"]


def test_a_url_is_bound_to_length_type_content_key_and_first_time(world: World) -> None:
    (answer,) = world.chunk(world.open_batch(), 0, a_chunk({"a": b"one"}))
    assert set(answer["headers"]) == {
        "content-length",
        "content-type",
        "if-none-match",
        "x-amz-checksum-sha256",
        "x-amz-server-side-encryption",
        "x-amz-server-side-encryption-aws-kms-key-id",
    }
    for name in answer["headers"]:
        assert name in answer["url"]


def test_an_agent_knows_where_urls_lead_before_it_gets_one(world: World) -> None:
    (answer,) = world.chunk(world.open_batch(), 0, a_chunk({"a": b"one"}))
    assert answer["url"].startswith(world.agent.get("/agent")["storage"] + "/")


def test_a_url_tells_nothing_of_the_patient(world: World) -> None:
    (answer,) = world.chunk(world.open_batch(), 0, a_chunk({"CANARY/IMG.JPG": b"one"}))
    assert "CANARY" not in answer["url"]


# --- capacity ----------------------------------------------------------------------------------


def test_the_last_bytes_fit(world: World) -> None:
    assert claim(world, of_size("a", FULL)) == ["upload"]


def test_one_byte_more_does_not(world: World) -> None:
    assert claim(world, of_size("a", FULL + 1)) == ["quota-exceeded"]


def test_what_fits_is_taken_and_the_rest_refused(world: World) -> None:
    answers = claim(world, of_size("a", FULL - 5), of_size("b", 6), of_size("c", 5))
    assert answers == ["upload", "quota-exceeded", "upload"]


def test_what_is_refused_claims_nothing(world: World) -> None:
    claim(world, of_size("a", FULL + 1), of_size("b", 7))
    assert world.usage() == (FULL, FULL - 7)


def test_a_content_claims_its_bytes_once_however_often_it_occurs(world: World) -> None:
    twice = [an_entry("a", b"seven!!"), an_entry("b", b"seven!!")]
    batch_id = world.open_batch()
    claim(world, *twice, batch=batch_id)
    claim(world, an_entry("c", b"seven!!"), number=1, batch=batch_id)
    claim(world, an_entry("d", b"seven!!"))
    assert world.usage() == (FULL, FULL - 7)


def test_storing_what_was_claimed_changes_nothing_about_the_capacity(world: World) -> None:
    world.back_up({"a": b"seven!!"})
    assert world.usage() == (FULL, FULL - 7)


def test_an_empty_file_can_be_stored_when_nothing_is_left(world: World) -> None:
    claim(world, of_size("a", FULL))
    assert claim(world, an_entry("empty", b"")) == ["upload"]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.lists(st.integers(0, 4 * MEGABYTE), min_size=1, max_size=6), min_size=1, max_size=4)
)
def test_claims_never_pass_the_limit_and_are_all_accounted_for(
    world: World, chunks: list[list[int]]
) -> None:
    _, free = world.usage()
    run = secrets.token_hex(8)  # all examples share one target
    batch_id = world.open_batch()
    taken = 0
    for number, sizes in enumerate(chunks):
        entries = [of_size(f"{run}-{number}-{place}", size) for place, size in enumerate(sizes)]
        answers = claim(world, *entries, number=number, batch=batch_id)
        taken += sum(size for size, said in zip(sizes, answers, strict=True) if said == "upload")
    assert world.usage() == (FULL, free - taken)
    assert taken <= free


# --- the same chunk again ----------------------------------------------------------------------


def test_a_chunk_sent_again_is_answered_again_and_claims_nothing_twice(world: World) -> None:
    batch_id, chunk = world.open_batch(), a_chunk({"a": b"seven!!"})
    first, second = (world.chunk(batch_id, 0, chunk) for _ in range(2))
    assert (states(second), world.usage()[1]) == (states(first), FULL - 7)


def test_another_chunk_under_the_same_number_is_refused(world: World) -> None:
    batch_id = world.open_batch()
    world.chunk(batch_id, 0, a_chunk({"a": b"one"}))
    path = f"/targets/{world.target_id}/batches/{batch_id}/chunks/0"
    assert world.agent.refused("PUT", path, a_chunk({"a": b"two"})) == (409, "chunk-differs")


def test_what_was_refused_for_want_of_room_stays_refused_when_sent_again(world: World) -> None:
    """The batch has told the agent so; a later batch takes it."""
    batch_id = world.open_batch()
    chunk = {"examinations": [], "entries": [of_size("a", FULL + 1)]}
    world.chunk(batch_id, 0, chunk)
    assert states(world.chunk(batch_id, 0, chunk)) == ["quota-exceeded"]


def test_a_finished_batch_takes_no_more(world: World) -> None:
    batch_id = world.open_batch()
    world.finish(batch_id)
    path = f"/targets/{world.target_id}/batches/{batch_id}/chunks/0"
    assert world.agent.refused("PUT", path, a_chunk({"a": b"one"})) == (409, "batch-closed")


# --- bad input ---------------------------------------------------------------------------------


def refused(world: World, chunk: dict[str, Any], number: str = "0") -> str:
    path = f"/targets/{world.target_id}/batches/{world.open_batch()}/chunks/{number}"
    response = world.agent.call("PUT", path, chunk)
    assert response.status_code == 422, response.body
    return str(answered(response)["detail"])


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../a", "a/../b", "a//b", "./a", "a/", "a\0b"])
def test_a_path_that_leaves_its_folder_is_refused(world: World, path: str) -> None:
    assert "entries[0].path" in refused(world, {"entries": [of_size(path, 1)]})


def test_a_path_over_1024_bytes_is_refused(world: World) -> None:
    assert "1024" in refused(world, {"entries": [of_size("あ" * 342, 1)]})


@pytest.mark.parametrize("sha256", ["", "abc", "G" * 64, "A" * 64, "a" * 65])
def test_a_digest_that_is_none_is_refused(world: World, sha256: str) -> None:
    entry = {"path": "a", "size": 1, "sha256": sha256}
    assert "entries[0].sha256" in refused(world, {"entries": [entry]})


def test_a_negative_size_is_refused(world: World) -> None:
    assert "entries[0].size" in refused(world, {"entries": [of_size("a", -1)]})


def test_one_content_with_two_sizes_is_refused(world: World) -> None:
    entries = [of_size("a", 1), of_size("a", 2)]
    assert "two sizes" in refused(world, {"entries": entries})


def test_an_examination_nobody_listed_is_refused(world: World) -> None:
    entry = of_size("a", 1) | {"examination": "E-9"}
    assert "does not list" in refused(world, {"entries": [entry]})


def test_a_chunk_of_too_many_entries_says_how_many_it_takes(world: World) -> None:
    entries = [of_size(str(number), 1) for number in range(CHUNK_ENTRIES + 1)]
    assert str(CHUNK_ENTRIES) in refused(world, {"entries": entries})


def test_a_full_chunk_is_claimed_in_one_transaction(world: World) -> None:
    entries = [of_size(str(number), 1) for number in range(CHUNK_ENTRIES)]
    assert claim(world, *entries) == ["upload"] * CHUNK_ENTRIES


def test_an_empty_chunk_is_refused(world: World) -> None:
    assert "1 to" in refused(world, {"entries": []})


@pytest.mark.parametrize("number", ["-1", "x", "1.5", "999999"])
def test_a_chunks_number_is_a_whole_number(world: World, number: str) -> None:
    assert "whole number" in refused(world, a_chunk({"a": b"one"}), number)


def test_a_batch_takes_5000_entries(world: World) -> None:
    assert "5000" in refused(world, a_chunk({"a": b"one"}), "52")


def test_long_words_are_cut_not_refused(world: World) -> None:
    """The sidecar itself is stored whole."""
    assert world.back_up({"a": b"one"}, kind="k" * 500)["state"] == "complete"


# --- fresh URLs --------------------------------------------------------------------------------


def test_every_try_gets_a_url_of_its_own(world: World) -> None:
    batch_id = world.open_batch()
    (first,) = world.chunk(batch_id, 0, a_chunk({"a": b"one"}))
    path = f"/targets/{world.target_id}/batches/{batch_id}/urls"
    (second,) = world.agent.post(path, {"sha256": [first["sha256"]]})["answers"]
    assert second["state"] == "upload"


def test_no_url_for_what_nobody_declared(world: World) -> None:
    path = f"/targets/{world.target_id}/batches/{world.open_batch()}/urls"
    assert world.agent.refused("POST", path, {"sha256": ["0" * 64]})[0] == 404


def test_a_fresh_url_for_what_has_arrived_meanwhile_says_so(world: World) -> None:
    batch_id = world.open_batch()
    (first,) = world.chunk(batch_id, 0, a_chunk({"a": b"one"}))
    world.put_object(first["sha256"], b"one")
    world.arrived(first["sha256"])
    path = f"/targets/{world.target_id}/batches/{batch_id}/urls"
    (second,) = world.agent.post(path, {"sha256": [first["sha256"]]})["answers"]
    assert second["state"] == "stored"


# --- bytes whose event is late -----------------------------------------------------------------


def fresh(world: World, batch_id: str, digest: str) -> str:
    path = f"/targets/{world.target_id}/batches/{batch_id}/urls"
    (answer,) = world.agent.post(path, {"sha256": [digest]})["answers"]
    return str(answer["state"])


def test_what_has_come_gets_no_second_url_though_its_event_is_late(world: World) -> None:
    batch_id = world.open_batch()
    (first,) = world.chunk(batch_id, 0, a_chunk({"a": b"one"}))
    world.put_object(first["sha256"], b"one")
    assert fresh(world, batch_id, first["sha256"]) == "stored"


def test_what_has_come_completes_its_batch_though_its_event_never_comes(world: World) -> None:
    batch_id = world.open_batch()
    (first,) = world.chunk(batch_id, 0, a_chunk({"a": b"one"}))
    world.put_object(first["sha256"], b"one")
    fresh(world, batch_id, first["sha256"])
    assert world.finish(batch_id)["state"] == "complete"


def test_a_chunk_declared_again_is_told_what_has_come(world: World) -> None:
    batch_id, chunk = world.open_batch(), a_chunk({"a": b"one", "b": b"two"})
    first, _ = world.chunk(batch_id, 0, chunk)
    world.put_object(first["sha256"], b"one")
    assert states(world.chunk(batch_id, 0, chunk)) == ["stored", "upload"]


def test_another_batch_is_told_what_has_come(world: World) -> None:
    (first,) = world.chunk(world.open_batch(), 0, a_chunk({"a": b"one"}))
    world.put_object(first["sha256"], b"one")
    assert states(world.chunk(world.open_batch(), 0, a_chunk({"a": b"one"}))) == ["stored"]


def test_half_of_the_bytes_is_set_aside_and_the_right_ones_can_come(world: World) -> None:
    batch_id = world.open_batch()
    (first,) = world.chunk(batch_id, 0, a_chunk({"a": b"one"}))
    world.put_object(first["sha256"], b"on")
    assert fresh(world, batch_id, first["sha256"]) == "upload"
    listed = world.operator.get("/quarantine")["items"]
    assert [each["reason"] for each in listed] == ["size-differs"]
