"""Large objects, in parts: S3's own list of parts says where an upload stands."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import boto3
import pytest
from chalice.test import Client
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.settings import settings
from chalicelib.uploads.model import MAX_OBJECT_BYTES, part_bytes
from chalicelib.uploads.multipart import Plan
from tests.support.people import answered
from tests.support.world import World, a_chunk, build

MEBIBYTE = 2**20
SIZE = 65 * MEBIBYTE
PART = 16 * MEBIBYTE


class Large:
    """A large file on its way."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.body = b"\1" * SIZE
        self.sha256 = hashlib.sha256(self.body).hexdigest()
        self.batch_id = world.open_batch()
        world.chunk(self.batch_id, 0, a_chunk({"big": self.body}))
        self.path = f"/targets/{world.target_id}/batches/{self.batch_id}/multipart/{self.sha256}"

    def part(self, number: int) -> bytes:
        return self.body[(number - 1) * PART : number * PART]

    def described(self, number: int) -> dict[str, Any]:
        body = self.part(number)
        digest = hashlib.sha256(body).hexdigest()
        return {"number": number, "size": len(body), "sha256": digest}

    def send(self, *numbers: int) -> None:
        """Store parts as presigned PUTs would."""
        s3 = boto3.client("s3")
        key = f"t/{self.world.target_id}/{self.sha256}"
        where = {"Bucket": settings().objects_bucket, "Key": key}
        uploads = s3.list_multipart_uploads(Bucket=settings().objects_bucket)["Uploads"]
        for number in numbers:
            body = self.part(number)
            s3.upload_part(
                **where,
                UploadId=uploads[0]["UploadId"],
                PartNumber=number,
                Body=body,
                ChecksumAlgorithm="SHA256",
                ChecksumSHA256=base64.b64encode(hashlib.sha256(body).digest()).decode(),
            )


@pytest.fixture
def large(client: Client) -> Large:
    return Large(build(client, capacity_bytes=10**9))


def test_it_starts_with_nothing_uploaded(large: Large) -> None:
    assert large.world.agent.post(large.path) == {
        "part_bytes": PART,
        "part_count": 5,
        "uploaded": [],
    }


def test_starting_again_tells_where_it_stands(large: Large) -> None:
    large.world.agent.post(large.path)
    large.send(1, 3)
    assert large.world.agent.post(large.path)["uploaded"] == [1, 3]


def test_starting_twice_is_one_upload(large: Large) -> None:
    for _ in range(2):
        large.world.agent.post(large.path)
    uploads = boto3.client("s3").list_multipart_uploads(Bucket=settings().objects_bucket)
    assert len(uploads["Uploads"]) == 1


def test_a_part_gets_a_url_bound_to_its_content(large: Large) -> None:
    large.world.agent.post(large.path)
    asked = {"parts": [large.described(5)]}
    (part,) = large.world.agent.post(f"{large.path}/parts", asked)["parts"]
    assert part["headers"]["content-length"] == str(MEBIBYTE)
    assert "partNumber=5" in part["url"]


@pytest.mark.parametrize(
    "change", [{"number": 6}, {"number": 0}, {"size": 1}, {"size": PART + 1}, {"sha256": "x"}]
)
def test_a_part_that_does_not_fit_the_object_is_refused(
    large: Large, change: dict[str, Any]
) -> None:
    large.world.agent.post(large.path)
    asked = {"parts": [large.described(1) | change]}
    assert large.world.agent.refused("POST", f"{large.path}/parts", asked) == (422, "invalid")


def test_parts_before_the_start_are_refused(large: Large) -> None:
    asked = {"parts": [large.described(1)]}
    assert large.world.agent.refused("POST", f"{large.path}/parts", asked) == (409, "not-started")


def test_joining_names_the_parts_that_are_missing(large: Large) -> None:
    large.world.agent.post(large.path)
    large.send(1, 3)
    response = large.world.agent.call("POST", f"{large.path}/complete", {})
    assert response.status_code == 409
    assert answered(response)["missing"] == [2, 4, 5]


def test_it_is_stored_when_all_parts_are_joined(large: Large) -> None:
    large.world.agent.post(large.path)
    large.send(1, 2, 3, 4, 5)
    large.world.agent.post(f"{large.path}/complete")
    large.world.arrived(large.sha256)
    assert large.world.finish(large.batch_id)["state"] == "complete"


def test_joining_twice_is_joining_once(large: Large) -> None:
    large.world.agent.post(large.path)
    large.send(1, 2, 3, 4, 5)
    for _ in range(2):
        assert large.world.agent.post(f"{large.path}/complete") == {"state": "uploaded"}


def test_starting_again_when_all_is_joined_sends_nothing_twice(large: Large) -> None:
    large.world.agent.post(large.path)
    large.send(1, 2, 3, 4, 5)
    large.world.agent.post(f"{large.path}/complete")
    assert large.world.agent.post(large.path)["uploaded"] == [1, 2, 3, 4, 5]


def test_starting_again_when_all_is_stored_sends_nothing_twice(large: Large) -> None:
    large.world.agent.post(large.path)
    large.send(1, 2, 3, 4, 5)
    large.world.agent.post(f"{large.path}/complete")
    large.world.arrived(large.sha256)
    assert large.world.agent.post(large.path)["uploaded"] == [1, 2, 3, 4, 5]


def test_parts_that_make_another_object_are_set_aside(large: Large) -> None:
    """Each part is what it says, but the whole is not what was announced."""
    large.world.agent.post(large.path)
    large.body = b"\2" * SIZE
    large.send(1, 2, 3, 4, 5)
    large.world.agent.post(f"{large.path}/complete")
    large.world.arrived(large.sha256)
    reasons = [each["reason"] for each in large.world.operator.get("/quarantine")["items"]]
    assert reasons == ["sha256-differs"]


def test_a_claim_that_ends_takes_its_parts_with_it(large: Large) -> None:
    from tests.uploads.test_events import in_

    large.world.agent.post(large.path)
    large.send(1)
    large.world.sweep(at=in_(25))
    uploads = boto3.client("s3").list_multipart_uploads(Bucket=settings().objects_bucket)
    assert uploads.get("Uploads", []) == []


def test_an_object_that_goes_in_one_piece_is_refused(large: Large) -> None:
    world = large.world
    batch_id = world.open_batch()
    (answer,) = world.chunk(batch_id, 0, a_chunk({"a": b"one"}))
    path = f"/targets/{world.target_id}/batches/{batch_id}/multipart/{answer['sha256']}"
    assert world.agent.refused("POST", path, {}) == (422, "invalid")


@given(st.integers(1, MAX_OBJECT_BYTES))
def test_any_object_fits_into_s3s_ten_thousand_parts(size: int) -> None:
    plan = Plan(size, part_bytes(size))
    assert plan.count <= 10_000
    assert 5 * MEBIBYTE <= plan.part_bytes <= 5 * 2**30
    assert sum(plan.size_of(number) for number in (plan.count,)) <= plan.part_bytes
    assert (plan.count - 1) * plan.part_bytes + plan.size_of(plan.count) == size
