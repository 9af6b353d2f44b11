"""A contract that ended, what it left, and its deletion, on moto."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import boto3
from chalice.local import LambdaContext

from chalicelib.access.model import Caller, Role
from chalicelib.contracts import purge_store, purging
from chalicelib.contracts.purge_store import Certificate, Purge
from chalicelib.kernel import clock, ids
from chalicelib.settings import settings
from tests.support.snapshot import dynamodb, s3
from tests.support.world import World, days_pass

FILES = {f"E-1/{number}.JPG": bytes([number]) * number for number in range(1, 4)}
AFTER = 91  # days: the purge date has come
PLENTY_MS = 290_000


def admin(world: World) -> Caller:
    return Caller(Role.FACILITY_ADMIN, "person-admin", world.facility_id)


def ended(world: World) -> None:
    """Back FILES up and end the contract."""
    world.back_up(FILES)
    world.admin.post(f"/contracts/{world.contract_id}/end")


def due(world: World) -> None:
    """End the contract, say that its records are kept elsewhere, and let its date come."""
    ended(world)
    purging.ask(admin(world), world.contract_id, "Endoscopy")
    days_pass(world, AFTER)
    locks_end()


def brought_forward(world: World, *, asked: bool = True) -> None:
    """Do as :func:`due`, but let the date have been yesterday: stories cannot move the clock."""
    ended(world)
    if asked:
        purging.ask(admin(world), world.contract_id, "Endoscopy")
    purge_is_due(world)


def purge_is_due(world: World) -> None:
    """Let the date of a purge have been yesterday, and S3 hold nothing back."""
    yesterday = clock.text(clock.now() - timedelta(days=1))
    boto3.resource("dynamodb").Table(settings().core_table).update_item(
        Key={"pk": f"FACILITY#{world.facility_id}", "sk": f"PURGE#{world.target_id}"},
        UpdateExpression="SET purge_on = :day, due_at = :at",
        ExpressionAttributeValues={":day": yesterday[:10], ":at": yesterday},
    )
    locks_end()


def locks_end() -> None:
    """Let S3 hold nothing back any more, as 30 days do; moto's clock does not move with ours."""
    keys = s3().buckets[settings().objects_bucket].keys
    for version in (each for key in keys for each in keys.getlist(key)):
        version.lock_mode = version.lock_until = None


def deliver(world: World, left_ms: int = PLENTY_MS) -> bool:
    """Hand the message of the world's target over; return whether it was taken."""
    from app import purge as handle

    body = {"facility_id": world.facility_id, "target_id": world.target_id}
    event = world.client.events.generate_sqs_event([json.dumps(body)], queue_name="purges")
    context = LambdaContext("purge", memory_size=512, max_runtime_ms=left_ms)
    return not handle(event, context)["batchItemFailures"]


def messages() -> list[dict[str, Any]]:
    """Take what waits in the purges' queue."""
    client = boto3.client("sqs")
    url = client.get_queue_url(QueueName=settings().purge_queue)["QueueUrl"]
    found = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    for each in found:
        client.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
    return [json.loads(each["Body"]) for each in found]


def waiting(world: World) -> Purge | None:
    return purge_store.purge(world.facility_id, world.target_id)


def certificate(world: World) -> Certificate | None:
    return purge_store.find_certificate(world.facility_id, world.contract_id)


def versions_of(target_id: str) -> dict[tuple[str, str], bytes]:
    """Return every version the bucket has of a target: objects, manifests, charts, and releases."""
    client, bucket = boto3.client("s3"), settings().objects_bucket
    found: dict[tuple[str, str], bytes] = {}
    for prefix in (
        f"t/{target_id}/",
        f"m/{target_id}/",
        f"c/{target_id}/",
        f"p/{target_id}/",
        f"areas/{target_id}/",
    ):
        for each in client.list_object_versions(Bucket=bucket, Prefix=prefix).get("Versions", []):
            place = {"Key": each["Key"], "VersionId": each["VersionId"]}
            body = client.get_object(Bucket=bucket, **place)["Body"].read()
            found[each["Key"], each["VersionId"]] = body
    return found


def rows_of(target_id: str) -> dict[str, Any]:
    """Return every row of a target in the catalogue."""
    items = dynamodb().tables[settings().catalogue_table].items
    found = {key.value: rows for key, rows in items.items()}.get(f"TARGET#{target_id}", {})
    return {key.value: row.to_json()["Attributes"] for key, row in found.items()}


def a_certificate(facility_id: str, contract_id: str) -> dict[str, str]:
    """Return the row of a certificate, of whatever contract."""
    written = {
        "facility_id": facility_id,
        "target_id": ids.new_id("target", clock.now()),
        "target_name": "Endoscopy",
        "contract_id": contract_id,
        "ended_on": "2026-04-01",
        "objects": 12_345,
        "size_bytes": 6_789_012_345,
        "digest": "0123456789abcdef" * 4,
        "first_stored_at": "2025-04-01T17:00:00Z",
        "last_stored_at": "2026-03-30T17:00:00Z",
        "begun_at": "2026-07-01T00:00:00Z",
        "finished_at": "2026-07-01T00:01:00Z",
        "asked_by": "person-admin",
        "asked_at": "2026-04-02T00:00:00Z",
    }
    place = {"pk": f"FACILITY#{facility_id}", "sk": f"CERTIFICATE#{contract_id}"}
    return place | {"certificate": json.dumps(written)}


def with_certificate(world: World) -> None:
    """Let the world's contract have a certificate, whatever else it has."""
    item = a_certificate(world.facility_id, world.contract_id)
    boto3.resource("dynamodb").Table(settings().core_table).put_item(Item=item)
