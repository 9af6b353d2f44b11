"""A batch ends once, says what became of each file, and leaves its manifest."""

from __future__ import annotations

import hashlib
import json
from functools import partial
from typing import Any

import boto3
import pytest

from chalicelib.archive import publishing
from chalicelib.archive.store import growth
from chalicelib.settings import settings
from tests.faults.crashes import Fault, calls_of, died, every_death
from tests.support.dicom import canary, meta
from tests.support.snapshot import Snapshot
from tests.support.world import World, a_chunk


def manifests(world: World) -> list[dict[str, Any]]:
    s3 = boto3.client("s3")
    listed = s3.list_objects_v2(
        Bucket=settings().objects_bucket, Prefix=f"m/{world.target_id}/"
    ).get("Contents", [])
    return [
        json.loads(s3.get_object(Bucket=settings().objects_bucket, Key=each["Key"])["Body"].read())
        for each in listed
    ]


def test_finishing_again_says_the_same(world: World) -> None:
    first = world.back_up({"a": b"one"})
    (batch,) = world.doctor.get(f"/targets/{world.target_id}/batches")["items"]
    assert world.finish(batch["batch_id"]) == first


def test_a_batch_with_bytes_on_their_way_is_settling(world: World) -> None:
    batch_id = world.open_batch()
    world.chunk(batch_id, 0, a_chunk({"a": b"one"}))
    assert world.finish(batch_id) == {
        "state": "settling",
        "stored": 0,
        "outstanding": 1,
        "exceptions": 0,
    }


def test_what_the_agent_gave_up_is_listed_and_its_bytes_are_free_again(world: World) -> None:
    batch_id = world.open_batch()
    world.chunk(batch_id, 0, a_chunk({"a": b"one"}))
    told = world.finish(batch_id, [{"path": "a", "reason": "unreadable"}])
    limit, available = world.usage()
    assert (told["state"], told["exceptions"], available) == ("partial", 1, limit)


def test_a_refused_file_makes_the_batch_partial(world: World) -> None:
    batch_id = world.open_batch()
    big = {"path": "big", "size": 10**9, "sha256": "0" * 64, "examination": None}
    world.chunk(batch_id, 0, {"entries": [big]})
    assert world.finish(batch_id)["state"] == "partial"


def test_an_empty_batch_is_complete(world: World) -> None:
    assert world.finish(world.open_batch())["state"] == "complete"


def test_a_finished_batch_has_one_manifest(world: World) -> None:
    world.back_up({"a": b"one"})
    assert len(manifests(world)) == 1


def test_a_manifest_names_every_file_examination_and_patient(world: World) -> None:
    world.back_up({"E-1/a": b"one", "E-1/b": b"two"})
    (manifest,) = manifests(world)
    assert [each["path"] for each in manifest["entries"]] == ["E-1/a", "E-1/b"]
    assert [each["source"]["id"] for each in manifest["examinations"]] == ["E-1"]
    assert manifest["examinations"][0]["source"]["patient"]["id"] == "CANARY-0001"


def test_a_manifest_names_what_was_left_out(world: World) -> None:
    batch_id = world.open_batch()
    world.finish(batch_id, [{"path": "locked", "reason": "unreadable"}])
    (manifest,) = manifests(world)
    assert manifest["exceptions"] == [{"path": "locked", "reason": "unreadable"}]


def test_a_manifests_key_tells_time_and_batch_and_no_patient(world: World) -> None:
    world.back_up({"CANARY/a": b"one"})
    s3 = boto3.client("s3")
    listed = s3.list_objects_v2(Bucket=settings().objects_bucket, Prefix="m/")["Contents"]
    assert "CANARY" not in listed[0]["Key"]


def test_a_file_whose_header_names_another_patient_is_noted(world: World) -> None:
    content = meta() + canary(patient_id=b"SOMEBODY-ELSE")
    world.back_up({"E-1/IM1": content})
    examination = world.doctor.get(f"/targets/{world.target_id}/examinations")["items"][0]
    path = f"/targets/{world.target_id}/examinations/{examination['examination_id']}"
    assert world.doctor.get(path)["files"][0]["notes"] == ["patient-differs"]


@pytest.fixture
def long_night(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """One where every examination is noted once it is published."""
    monkeypatch.setattr(publishing, "NOTED_EVERY", 1)
    return world


def three_examinations(world: World) -> str:
    """Upload a file of each of three examinations; return the batch, ready to be finished."""
    batch_id = world.open_batch()
    for number in range(3):
        files = {f"{number}/a": f"image {number}".encode()}
        world.chunk(batch_id, number, a_chunk(files, id=f"E-{number}"))
        (digest,) = (hashlib.sha256(body).hexdigest() for body in files.values())
        world.put_object(digest, files[f"{number}/a"])
        world.arrived(digest)
    return batch_id


def objects_of_examinations(world: World) -> list[int]:
    listed = world.doctor.get(f"/targets/{world.target_id}/examinations")["items"]
    return [each["objects"] for each in listed]


def test_a_batch_that_died_when_all_was_published_publishes_nothing_again(
    long_night: World,
) -> None:
    finish = partial(long_night.finish, three_examinations(long_night))
    ready = Snapshot()
    last_write = len(calls_of(finish)) - 2  # then it is read
    ready.restore()
    assert died(finish, Fault(last_write, "before"))
    assert calls_of(finish).count("TransactWriteItems") == 0
    assert objects_of_examinations(long_night) == [1, 1, 1]


def test_a_batch_that_died_while_it_was_published_leaves_no_examination_out(
    long_night: World,
) -> None:
    finish = partial(long_night.finish, three_examinations(long_night))
    ready = Snapshot()
    for death in every_death(calls_of(finish)):
        ready.restore()
        assert died(finish, death)
        finish()
        assert objects_of_examinations(long_night) == [1, 1, 1], death


def test_a_target_grows_by_what_it_did_not_hold_before(world: World) -> None:
    world.back_up({"a.jpg": b"one", "copy.jpg": b"one"})
    world.back_up({"again.jpg": b"one", "b.jpg": b"three"})
    world.back_up({"a.jpg": b"one"})
    assert [size for _, size in growth.of_target(world.target_id)] == [3, 5]
