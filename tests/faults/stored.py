"""
What the stores hold, looked up in moto's own state, past botocore and our code.

A hundred times as fast, and nothing of what is being tested takes part in the judgement.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, cast

import msgspec
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.s3.models import FakeDeleteMarker

from chalicelib.audit.model import AuditEvent
from chalicelib.settings import settings
from tests.support.snapshot import dynamodb, s3
from tests.support.world import World


def object_rows(world: World) -> dict[str, dict[str, Any]]:
    """Return the target's object rows by SHA-256."""
    found = rows_of(world, "OBJECT#")
    return {sk.removeprefix("OBJECT#"): row for sk, row in found.items()}


def rows_of(world: World, prefix: str) -> dict[str, dict[str, Any]]:
    """Return the target's catalogue rows whose sort key begins with *prefix*."""
    return rows(settings().catalogue_table, f"TARGET#{world.target_id}", prefix)


def rows(table: str, pk: str, prefix: str = "") -> dict[str, dict[str, Any]]:
    """Return the rows of one partition by sort key, in order, of those that begin with *prefix*."""
    items = dynamodb().tables[table].items.get(DynamoType({"S": pk}), {})
    found = {str(sk.value): item for sk, item in items.items() if sk.value.startswith(prefix)}
    return {sk: _attributes(found[sk]) for sk in sorted(found)}


def _attributes(item: Any) -> dict[str, Any]:
    """Return a row as it is written; it is a value (quick_rows.py), and so asked once."""
    if not hasattr(item, "written"):
        item.written = item.to_json()["Attributes"]
    return cast("dict[str, Any]", item.written)


def rows_of_facilities() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield sort key and row of everything any facility has."""
    for each in list(dynamodb().tables[settings().core_table].items):
        if str(each.value).startswith("FACILITY#"):
            yield from rows(settings().core_table, str(each.value)).items()


def number(row: dict[str, Any], name: str) -> int:
    return int(row.get(name, {"N": "0"})["N"])


def audit_rows(world: World) -> list[tuple[int, AuditEvent, str]]:
    """Return (number, event, hash) of the facility's chain."""
    found = rows(settings().core_table, f"AUDIT#{world.facility_id}")
    return [
        (int(sk), msgspec.json.decode(row["event"]["S"], type=AuditEvent), row["hash"]["S"])
        for sk, row in found.items()
    ]


def objects_in_s3(world: World) -> dict[str, int]:
    """Return size by SHA-256 of the target's current objects."""
    stored = current(f"t/{world.target_id}/")
    return {key.rpartition("/")[2]: each.size for key, each in stored.items()}


def versions_in_s3(world: World) -> list[str]:
    """Return the keys of all versions of the target, hidden ones too."""
    keys = s3().buckets[settings().objects_bucket].keys
    places = tuple(f"{each}/{world.target_id}/" for each in "tmc")
    return [key for key in keys if key.startswith(places)]


def made_of_objects(world: World) -> list[str]:
    """Return the keys of all that was made of the target's objects."""
    keys = s3().buckets[settings().derived_bucket].keys
    return [key for key in keys if f"/{world.target_id}/" in key]


def pictures_in_s3(world: World) -> dict[str, int]:
    """Return size by key of the target's pictures."""
    keys = s3().buckets[settings().derived_bucket].keys
    return {key: keys[key].size for key in keys if key.startswith(f"p/{world.target_id}/")}


def manifests_of(world: World) -> list[dict[str, Any]]:
    return [json.loads(each.value) for each in current(f"m/{world.target_id}/").values()]


def current(prefix: str) -> dict[str, Any]:
    """Return what a listing under *prefix* shows: the newest versions, delete markers aside."""
    keys = s3().buckets[settings().objects_bucket].keys
    newest = {key: keys[key] for key in keys if key.startswith(prefix)}
    return {key: at for key, at in newest.items() if not isinstance(at, FakeDeleteMarker)}
