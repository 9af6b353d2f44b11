"""A ZIP, from asking for it to opening it, on moto."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import boto3
from chalice.local import LambdaContext

from chalicelib.access.model import Caller, Role
from chalicelib.archive.model import Selection
from chalicelib.exports import service, store
from chalicelib.exports.model import Export
from chalicelib.kernel import clock
from chalicelib.settings import settings
from tests.support.world import World


def caller(world: World) -> Caller:
    return Caller(Role.DOCTOR, "person-doctor", world.facility_id)


def selection(world: World, **changes: Any) -> Selection:
    usual: dict[str, Any] = {
        "target_id": world.target_id,
        "scope": "target",
        "subject": None,
        "as_of": clock.text(clock.now()),
    }
    return Selection(**usual | changes)


def asked(world: World, **changes: Any) -> Export:
    """Ask for a ZIP of the world's target, or of less."""
    return service.ask(caller(world), service.new_id(), selection(world, **changes))


def message(export: Export) -> str:
    return json.dumps({"facility_id": export.facility_id, "export_id": export.export_id})


def deliver(world: World, export: Export) -> bool:
    """Hand the export's message over; return whether it was taken."""
    from app import export as handle

    event = world.client.events.generate_sqs_event([message(export)], queue_name="exports")
    told = handle(event, LambdaContext("export", memory_size=1769, max_runtime_ms=900_000))
    return not told["batchItemFailures"]


def now(export: Export) -> Export:
    return store.export(export.facility_id, export.export_id)


def in_bucket(export: Export) -> bytes:
    """Return the ZIP's bytes as the bucket has them."""
    place = {"Bucket": settings().media_bucket, "Key": export.key}
    return bytes(boto3.client("s3").get_object(**place)["Body"].read())


def is_in_bucket(export: Export) -> bool:
    listed = boto3.client("s3").list_objects_v2(Bucket=settings().media_bucket)
    return export.key in {each["Key"] for each in listed.get("Contents", [])}


def unzipped(body: bytes) -> dict[str, bytes]:
    """Return every member by its name, each checked by its CRC."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {each.filename: archive.read(each) for each in archive.infolist()}


def files_of(body: bytes) -> dict[str, bytes]:
    """Return the facility's files of a ZIP, by the path they had."""
    found = unzipped(body)
    prefix = "files/"
    return {name[len(prefix) :]: found[name] for name in found if name.startswith(prefix)}
