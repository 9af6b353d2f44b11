"""Pictures, from asking for them to looking at them, on moto."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from urllib.parse import urlsplit

import boto3
import msgspec
from chalice.local import LambdaContext
from PIL import Image

from chalicelib.archive import manifest as manifests
from chalicelib.archive.store import batches
from chalicelib.pictures import store
from chalicelib.pictures.model import Picture
from chalicelib.pictures.service import Message
from chalicelib.settings import settings
from tests.pictures.scene import a_dicom, a_file
from tests.support.world import World, today

PLENTY_MS = 300_000


def still(shade: int) -> bytes:
    return a_file(Image.new("RGB", (320, 240), (shade, 0, 0)), "JPEG")


STILLS = {
    "E-1/0.txt": b"no picture",
    "E-1/1.JPG": still(10),
    "E-1/2.dcm": a_dicom(bytes(range(64)), rows=8, columns=8),
}


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def with_stills(world: World) -> None:
    """Back STILLS up."""
    world.back_up(STILLS)


def with_pictures(world: World) -> None:
    """Back STILLS up, and make their pictures."""
    with_stills(world)
    assert deliver(world, all_of(world))


def with_display_tool(world: World) -> None:
    """Let the facility have a contract for looking at its images."""
    target = world.admin.post("/targets", {"name": "Display", "kind": "display"}, status=201)
    form = {"target_id": target["target_id"], "term": "monthly", "starts_on": today().isoformat()}
    world.admin.post("/contracts", form | {"case_units": 0}, status=201)


def all_of(world: World, **changes: Any) -> Message:
    """Return the message that asks for STILLS of their examination."""
    wanted = {examination_of(world): [digest(body) for body in STILLS.values()]}
    return Message(**{"target_id": world.target_id, "wanted": wanted} | changes)


def batch_of(world: World) -> Message:
    """Return the message that asks for all of the newest batch."""
    batch = batches.newest(world.target_id)
    assert batch is not None
    key = manifests.key(world.target_id, str(batch.completed_at), batch.batch_id)
    return Message(target_id=world.target_id, manifest=key)


def examination_of(world: World) -> str:
    (listed,) = world.doctor.get(f"/targets/{world.target_id}/examinations")["items"]
    return str(listed["examination_id"])


def deliver(world: World, message: Message, left_ms: int = PLENTY_MS) -> bool:
    """Hand *message* over; return whether it was taken."""
    from app import derive as handle

    body = msgspec.json.encode(message).decode()
    event = world.client.events.generate_sqs_event([body], queue_name="derive")
    context = LambdaContext("derive", memory_size=1769, max_runtime_ms=left_ms)
    return not handle(event, context)["batchItemFailures"]


def messages() -> list[Message]:
    """Take what waits in the queue."""
    client = boto3.client("sqs")
    url = client.get_queue_url(QueueName=settings().derive_queue)["QueueUrl"]
    taken = []
    while found := client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for each in found:
            client.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
            taken.append(msgspec.convert(json.loads(each["Body"]), Message))
    return taken


def deliver_all(world: World) -> None:
    """Hand over what waits, and what that brings forth, until nothing waits."""
    while waiting := messages():
        for each in waiting:
            assert deliver(world, each)


def picture_at(url: str) -> bytes:
    """Return the picture that a browser would get there."""
    key = urlsplit(url).path.partition("/p/")[2]
    found = boto3.client("s3").get_object(Bucket=settings().derived_bucket, Key=f"p/{key}")
    return bytes(found["Body"].read())


def known(world: World) -> dict[str, Picture]:
    """Return what is known of the pictures of STILLS, by path."""
    found = store.of(world.target_id, [digest(body) for body in STILLS.values()])
    return {path: found[digest(body)] for path, body in STILLS.items() if digest(body) in found}
