"""What must hold whatever happened (DESIGN.md, part 3), asked of the stores themselves."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import boto3

from chalicelib.audit.model import first_break
from chalicelib.audit.store import of_facility
from chalicelib.settings import settings
from tests.support.world import World


def check_always(world: World) -> None:
    """At any moment, also in the middle of things."""
    check_capacity(world)
    assert first_break(list(of_facility(world.facility_id))) is None, "the audit chain is broken"


def check_at_rest(world: World) -> None:
    """Once everything has been delivered and swept."""
    check_always(world)
    rows, bucket = object_rows(world), objects_in_s3(world)
    claimed = [digest for digest, row in rows.items() if row["state"]["S"] == "claimed"]
    assert claimed == [], "a claim was never released"
    sizes = {digest: int(row["size_bytes"]["N"]) for digest, row in rows.items()}
    assert sizes == bucket, "catalogue and bucket differ"
    check_batches(world, set(rows))
    check_examinations(world)


def check_capacity(world: World) -> None:
    """Available, claimed and stored bytes make up the limit, exactly."""
    limit, available = world.usage()
    held = sum(int(row["size_bytes"]["N"]) for row in object_rows(world).values())
    assert available + held == limit, f"{limit - available - held} bytes unaccounted for"


def check_batches(world: World, stored: set[str]) -> None:
    """A finished batch has its one manifest; what a manifest names is stored."""
    manifests = manifests_of(world)
    finished = {
        sk.removeprefix("BATCH#")
        for sk, row in rows_of(world, "BATCH#").items()
        if row["state"]["S"] in {"complete", "partial"}
    }
    named = [each["batch_id"] for each in manifests]
    assert sorted(named) == sorted(set(named)), "a batch has two manifests"
    assert finished == set(named), "finished batches and manifests differ"
    for manifest in manifests:
        missing = {each["sha256"] for each in manifest["entries"]} - stored
        assert not missing, "a manifest names what is not stored"


def check_examinations(world: World) -> None:
    """An examination counts every file that manifests give it, once."""
    given = Counter(
        entry["examination_id"] for each in manifests_of(world) for entry in each["entries"]
    )
    counted = {
        sk.removeprefix("EXAM#"): int(row["objects"]["N"])
        for sk, row in rows_of(world, "EXAM#").items()
    }
    assert counted == given, "an examination's files are miscounted"


def object_rows(world: World) -> dict[str, dict[str, Any]]:
    """Return the target's object rows by SHA-256."""
    found = rows_of(world, "OBJECT#")
    return {sk.removeprefix("OBJECT#"): row for sk, row in found.items()}


def rows_of(world: World, prefix: str) -> dict[str, dict[str, Any]]:
    pages = boto3.client("dynamodb").get_paginator("query")
    found = pages.paginate(
        TableName=settings().catalogue_table,
        KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
        ExpressionAttributeValues={
            ":pk": {"S": f"TARGET#{world.target_id}"},
            ":sk": {"S": prefix},
        },
    )
    return {row["sk"]["S"]: row for page in found for row in page["Items"]}


def objects_in_s3(world: World) -> dict[str, int]:
    """Return size by SHA-256 of the target's current objects."""
    return {
        each["Key"].rpartition("/")[2]: each["Size"] for each in _listed(f"t/{world.target_id}/")
    }


def manifests_of(world: World) -> list[dict[str, Any]]:
    s3 = boto3.client("s3")
    return [
        json.loads(s3.get_object(Bucket=settings().objects_bucket, Key=each["Key"])["Body"].read())
        for each in _listed(f"m/{world.target_id}/")
    ]


def _listed(prefix: str) -> list[dict[str, Any]]:
    listed = boto3.client("s3").list_objects_v2(Bucket=settings().objects_bucket, Prefix=prefix)
    return list(listed.get("Contents", []))
