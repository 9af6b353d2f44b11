"""S3's events: twice, late, out of order, odd, or never."""

from __future__ import annotations

import hashlib
import itertools
import json
from datetime import timedelta
from typing import Any
from urllib.parse import quote_plus

import boto3
import pytest

from chalicelib.kernel import clock
from chalicelib.settings import settings
from tests.support.world import World, a_chunk

ONE = hashlib.sha256(b"one").hexdigest()
NO_FAILURES: dict[str, Any] = {"batchItemFailures": []}


def declared(world: World, files: dict[str, bytes]) -> str:
    """Open a batch and declare *files*; return the batch."""
    batch_id = world.open_batch()
    world.chunk(batch_id, 0, a_chunk(files))
    return batch_id


def sent(world: World, files: dict[str, bytes]) -> list[str]:
    """Store the bytes of *files*; return their keys."""
    keys = []
    for body in files.values():
        digest = hashlib.sha256(body).hexdigest()
        world.put_object(digest, body)
        keys.append(f"t/{world.target_id}/{digest}")
    return keys


def quarantine(world: World) -> list[tuple[str, str]]:
    listed = world.operator.get("/quarantine")["items"]
    return [(each["key"].rpartition("/")[2], each["reason"]) for each in listed]


def test_an_event_twice_is_an_event_once(world: World) -> None:
    batch_id = declared(world, {"a": b"one"})
    keys = sent(world, {"a": b"one"})
    assert world.deliver(keys * 2) == world.deliver(keys) == NO_FAILURES
    assert world.finish(batch_id)["stored"] == 1


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_events_in_any_order_give_the_same(world: World, order: tuple[int, ...]) -> None:
    files = {"a": b"one", "b": b"two", "c": b"three"}
    batch_id = declared(world, files)
    keys = sent(world, files)
    world.deliver([keys[place] for place in order])
    assert world.finish(batch_id)["state"] == "complete"


def test_s3s_test_event_is_no_event(world: World) -> None:
    body = json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b"})
    assert world.deliver_bodies([body]) == NO_FAILURES


def test_a_key_comes_encoded_like_a_form(world: World) -> None:
    batch_id = declared(world, {"a": b"one"})
    (key,) = sent(world, {"a": b"one"})
    world.deliver([key.replace("/", "%2F")])
    assert world.finish(batch_id)["state"] == "complete"


def test_both_events_of_a_multipart_upload_are_one_object(world: World) -> None:
    declared(world, {"a": b"one"})
    (key,) = sent(world, {"a": b"one"})
    records = [
        {"eventName": name, "s3": {"object": {"key": key}}}
        for name in ("ObjectCreated:Put", "ObjectCreated:CompleteMultipartUpload")
    ]
    assert world.deliver_bodies([json.dumps({"Records": records})]) == NO_FAILURES


def test_one_poisoned_message_fails_alone(world: World) -> None:
    files = {str(number): bytes([number]) for number in range(9)}
    batch_id = declared(world, files)
    bodies = [
        json.dumps({"Records": [{"s3": {"object": {"key": key}}}]}) for key in sent(world, files)
    ]
    answer = world.deliver_bodies([*bodies[:4], "{ poison", *bodies[4:]])
    assert answer == {"batchItemFailures": [{"itemIdentifier": "message-4"}]}
    assert world.finish(batch_id)["stored"] == 9


def test_an_object_that_is_gone_again_is_no_failure(world: World) -> None:
    assert world.arrived(ONE) == NO_FAILURES


# --- quarantine --------------------------------------------------------------------------------


def test_an_object_nobody_claimed_is_listed(world: World) -> None:
    world.put_object(ONE, b"one")
    world.arrived(ONE)
    assert quarantine(world) == [(ONE, "nobody-claimed")]


@pytest.mark.parametrize("key", ["t/odd", "t/target-1/x", "t/a b+c/%41", "t/"])
def test_an_odd_key_is_listed_not_lost(world: World, key: str) -> None:
    boto3.client("s3").put_object(
        Bucket=settings().objects_bucket, Key=key, Body=b"x", ChecksumAlgorithm="SHA256"
    )
    assert world.deliver([quote_plus(key)]) == NO_FAILURES
    listed = world.operator.get("/quarantine")["items"]
    assert [(each["key"], each["reason"]) for each in listed] == [(key, "odd-key")]


def test_bytes_of_another_size_are_set_aside(world: World) -> None:
    declared(world, {"a": b"one"})
    put_as(world, ONE, b"one and more")
    world.arrived(ONE)
    assert quarantine(world) == [(ONE, "size-differs")]


def test_other_bytes_of_the_same_size_are_set_aside(world: World) -> None:
    declared(world, {"a": b"one"})
    put_as(world, ONE, b"two")
    world.arrived(ONE)
    assert quarantine(world) == [(ONE, "sha256-differs")]


def put_as(world: World, sha256: str, body: bytes) -> None:
    """Store *body* where another content belongs."""
    boto3.client("s3").put_object(
        Bucket=settings().objects_bucket,
        Key=f"t/{world.target_id}/{sha256}",
        Body=body,
        ChecksumAlgorithm="SHA256",
    )


def test_the_right_bytes_can_still_come_after_wrong_ones(world: World) -> None:
    batch_id = declared(world, {"a": b"one"})
    put_as(world, ONE, b"two")
    world.arrived(ONE)
    world.put_object(ONE, b"one")
    world.arrived(ONE)
    assert world.finish(batch_id)["state"] == "complete"


def test_wrong_bytes_stay_as_a_version(world: World) -> None:
    declared(world, {"a": b"one"})
    put_as(world, ONE, b"two")
    world.arrived(ONE)
    s3 = boto3.client("s3")
    (version,) = s3.list_object_versions(Bucket=settings().objects_bucket)["Versions"]
    kept = s3.get_object(
        Bucket=settings().objects_bucket, Key=version["Key"], VersionId=version["VersionId"]
    )
    assert kept["Body"].read() == b"two"


# --- lost events -------------------------------------------------------------------------------


def in_(hours: float) -> str:
    return clock.text(clock.now() + timedelta(hours=hours))


def test_the_sweep_finds_what_an_event_lost(world: World) -> None:
    batch_id = declared(world, {"a": b"one"})
    sent(world, {"a": b"one"})
    assert world.finish(batch_id)["state"] == "settling"
    world.sweep(at=in_(1))
    assert world.finish(batch_id)["state"] == "complete"


def test_the_sweep_leaves_events_ten_minutes(world: World) -> None:
    batch_id = declared(world, {"a": b"one"})
    sent(world, {"a": b"one"})
    world.finish(batch_id)
    world.sweep(at=in_(0.1))
    assert world.finish(batch_id)["state"] == "settling"


def test_a_claim_that_ended_gives_its_bytes_back(world: World) -> None:
    declared(world, {"a": b"one"})
    world.sweep(at=in_(25))
    limit, available = world.usage()
    assert available == limit


def test_a_claim_is_kept_for_a_day(world: World) -> None:
    declared(world, {"a": b"one"})
    world.sweep(at=in_(23))
    limit, available = world.usage()
    assert available == limit - 3


def test_bytes_that_came_in_the_last_moment_are_kept_not_released(world: World) -> None:
    declared(world, {"a": b"one"})
    sent(world, {"a": b"one"})
    world.sweep(at=in_(25))
    limit, available = world.usage()
    assert available == limit - 3


def test_a_batch_its_agent_forgot_is_closed_with_what_it_has(world: World) -> None:
    declared(world, {"a": b"one", "b": b"two"})
    world.deliver(sent(world, {"a": b"one"}))
    world.sweep(at=in_(49))
    (batch,) = world.doctor.get(f"/targets/{world.target_id}/batches")["items"]
    assert (batch["state"], batch["stored"], batch["exceptions"]) == ("partial", 1, 1)


def test_sweeping_twice_is_sweeping_once(world: World) -> None:
    declared(world, {"a": b"one"})
    world.sweep(at=in_(49))
    after_one = world.usage()
    world.sweep(at=in_(50))
    assert world.usage() == after_one


def test_the_sweep_goes_by_the_schedules_time_not_its_own(world: World) -> None:
    declared(world, {"a": b"one"})
    clock.move(49 * 3600)
    world.sweep(at=in_(-49))
    clock.move(0)
    limit, available = world.usage()
    assert available == limit - 3


def test_one_bad_batch_does_not_keep_the_others_waiting(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = declared(world, {"a": b"one"}), declared(world, {"b": b"two"})
    from chalicelib.uploads import closing

    content_of = closing.content_of

    def failing(batch: Any) -> Any:
        if batch.batch_id == bad:
            raise OSError("throttled")
        return content_of(batch)

    monkeypatch.setattr(closing, "content_of", failing)
    with pytest.raises(RuntimeError, match="1 of 2"):
        world.sweep(at=in_(49))
    listed = world.doctor.get(f"/targets/{world.target_id}/batches")["items"]
    assert [each["batch_id"] for each in listed if each["state"] == "partial"] == [good]
