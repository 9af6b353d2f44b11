"""Cameras, their owners, and what they send."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import boto3
from chalice.test import Client

from chalicelib.access.model import Caller, Role
from chalicelib.buffer import pairing, sending, service, store
from chalicelib.buffer.kinds import MediaType
from chalicelib.buffer.model import (
    Announced,
    Awaited,
    Buffer,
    Camera,
    Capture,
    Examination,
    Patient,
    Safe,
    buffer_of,
)
from chalicelib.settings import settings
from tests.support.canary import CANARY_ID, CANARY_NAME
from tests.support.people import Anonymous, Device, Staff
from tests.support.world import World

ADDRESS = "203.0.113.7"
EXAMINATION = Examination(id="E-1", kind="EGD")
PATIENT = Patient(id=CANARY_ID, name=CANARY_NAME, birth_date="1950-01-01", sex="F")


def a_jpeg(number: int = 1, size_bytes: int = 64) -> bytes:
    """Return what begins as a JPEG does; another one for each number."""
    start = b"\xff\xd8\xff\xe0" + number.to_bytes(4)
    return start + b"\0" * (size_bytes - len(start))


def doctor(world: World) -> Caller:
    return Caller(Role.DOCTOR, "person-doctor", world.facility_id)


def colleague(world: World) -> Caller:
    return Caller(Role.DOCTOR, "person-colleague", world.facility_id)


def a_phone(caller: Caller) -> Camera:
    """Pair a phone with *caller*'s buffer."""
    found = pairing.camera_of(pairing.enter(pairing.pair(caller).code, ADDRESS))
    assert found
    return found


def a_camera(caller: Caller, sender: str = "pairing-a") -> Camera:
    """Return who sends into *caller*'s buffer, however they came in."""
    return Camera(buffer_of(caller), sender)


def announced(body: bytes, name: str = "", **changes: Any) -> Announced:
    digest = hashlib.sha256(body).hexdigest()
    usual: dict[str, Any] = {
        "client_id": name or digest[:12],
        "sha256": digest,
        "size_bytes": len(body),
        "media_type": MediaType.JPEG,
        "taken_at": "2026-04-01T09:00:00+09:00",
    }
    return Announced(**(usual | changes))


def put(capture_id: str, buffer: Buffer, body: bytes) -> None:
    """Store bytes as the presigned PUT would."""
    boto3.client("s3").put_object(
        Bucket=settings().media_bucket,
        Key=f"captures/{buffer.facility_id}/{capture_id}",
        Body=body,
        ChecksumAlgorithm="SHA256",
        ChecksumSHA256=base64.b64encode(hashlib.sha256(body).digest()).decode(),
    )


def announce(camera: Camera, body: bytes, name: str = "") -> str:
    """Announce a capture that has not come yet; return its id."""
    answer = sending.announce(camera, announced(body, name))
    assert isinstance(answer, Awaited)
    return answer.capture_id


def send(camera: Camera, body: bytes, name: str = "") -> str:
    """Send a capture whole; return its id."""
    capture_id = announce(camera, body, name)
    put(capture_id, camera.buffer, body)
    assert sending.arrived(camera, capture_id) == Safe(capture_id, announced(body, name).client_id)
    return capture_id


def keys() -> set[str]:
    """Return the captures in the bucket."""
    listed = boto3.client("s3").list_objects_v2(Bucket=settings().media_bucket)
    return {each["Key"] for each in listed.get("Contents", [])}


def stored(world: World, body: bytes) -> bytes:
    """Return what the target has under the digest of *body*."""
    key = f"t/{world.target_id}/{hashlib.sha256(body).hexdigest()}"
    found = boto3.client("s3").get_object(Bucket=settings().objects_bucket, Key=key)
    return bytes(found["Body"].read())


def in_buffer(caller: Caller) -> list[str]:
    """Return what its owner sees, newest first."""
    return [each.capture_id for each in service.captures(caller)]


def held(caller: Caller) -> list[Capture]:
    """Return what takes room, shown or not."""
    return store.captures(buffer_of(caller))


def an_endoscope(client: Client, whose: Staff) -> Device:
    """Return a device that enrolled for the buffer of *whose*."""
    device = Device(client)
    code = whose.post("/camera-codes", status=201)["code"]
    body = {"code": code, "name": "Endoscope 1", "public_key": device.public_key()}
    device.agent_id = Anonymous(client).post("/cameras", body, status=201)["camera_id"]
    return device
