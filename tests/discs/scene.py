"""Discs of a facility, from ordering them to what lies in the bucket, on moto."""

from __future__ import annotations

import io
import json
from typing import Any

import boto3
from chalice.local import LambdaContext
from pycdlib import PyCdlib

from chalicelib.access.model import Caller, Role
from chalicelib.discs import service, store
from chalicelib.discs.model import Order, Wanted
from chalicelib.media.planning import Medium
from chalicelib.settings import settings
from tests.support.world import World

OPERATOR = Caller(Role.OPERATOR, "person-operator")


def admin(world: World) -> Caller:
    return Caller(Role.FACILITY_ADMIN, "person-admin", world.facility_id)


def wanted(world: World, **changes: Any) -> Wanted:
    usual: dict[str, Any] = {
        "target_id": world.target_id,
        "medium": Medium.CD,
        "encrypted": False,
    }
    return Wanted(**usual | changes)


def ordered(world: World, **changes: Any) -> Order:
    return service.order(admin(world), wanted(world, **changes))


def deliver(world: World, order: Order, *, left_ms: int = 900_000, **more: int) -> bool:
    """Hand the order's message over; return whether it was taken."""
    from app import media as handle

    body = json.dumps({"facility_id": order.facility_id, "order_id": order.order_id} | more)
    event = world.client.events.generate_sqs_event([body], queue_name="discs")
    told = handle(event, LambdaContext("media", memory_size=1024, max_runtime_ms=left_ms))
    return not told["batchItemFailures"]


def now(order: Order) -> Order:
    return store.order(order.facility_id, order.order_id)


def built(world: World, **changes: Any) -> Order:
    order = ordered(world, **changes)
    assert deliver(world, order)
    return now(order)


def image(order: Order, number: int = 1) -> bytes:
    """Return a disc's image as the bucket has it."""
    place = {"Bucket": settings().media_bucket, "Key": order.built[number - 1].key}
    return bytes(boto3.client("s3").get_object(**place)["Body"].read())


def messages() -> list[dict[str, Any]]:
    """Return what waits in the queue, and take it out."""
    client = boto3.client("sqs")
    url = client.get_queue_url(QueueName=settings().disc_queue)["QueueUrl"]
    found = []
    while some := client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for each in some:
            found.append(json.loads(each["Body"]))
            client.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
    return found


def on_disc(body: bytes) -> dict[str, bytes]:
    """Return every file of an image by its place, read through Joliet."""
    iso, found = PyCdlib(), {}
    iso.open_fp(io.BytesIO(body))
    for within, _, names in iso.walk(joliet_path="/"):
        for name in names:
            into = io.BytesIO()
            place = f"{within.rstrip('/')}/{name}"
            iso.get_file_from_iso_fp(into, joliet_path=place)
            found[place[1:]] = into.getvalue()
    iso.close()
    return found


def originals(body: bytes) -> dict[str, bytes]:
    """Return the facility's files of an image, by the path they had."""
    found = on_disc(body)
    listed = json.loads(found["manifest.json"])["files"]
    return {each["path"]: found[each["place"]] for each in listed}
