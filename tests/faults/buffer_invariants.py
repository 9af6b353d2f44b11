"""What must hold of buffers: room and captures make up the cap, and nothing is lost on its way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from chalicelib.buffer.model import CAP_BYTES, CAP_CAPTURES
from chalicelib.settings import settings
from tests.support.snapshot import dynamodb, s3


def check_buffers() -> None:
    """At any moment, also in the middle of things."""
    taken, free = rows("CAPTURE#"), rooms()
    for pk in {pk for pk, _ in taken} | set(free):
        held = [each for (buffer, _), each in taken.items() if buffer == pk]
        free_bytes, free_captures = free.get(pk, (CAP_BYTES, CAP_CAPTURES))
        assert free_bytes + sum(each["size_bytes"] for each in held) == CAP_BYTES, "room"
        assert free_captures + len(held) == CAP_CAPTURES, "captures are miscounted"
    marked = {each["keeping"] for each in taken.values() if each.get("keeping")}
    on_their_way = {sk.removeprefix("KEEPING#") for _, sk in keys("KEEPING#")}
    assert marked == on_their_way, "captures are on their way and nobody looks for them"
    there = [each for each in taken.values() if each["state"] == "there"]
    assert all(_key(each) in bucket() for each in there), "a capture that is safe is gone"


def check_buffers_at_rest(stored: set[str]) -> None:
    """
    Once everything has been delivered and swept.

    Args:
        stored: Digests of what targets hold.
    """
    assert not keys("KEEPING#"), "captures never came where they were wanted"
    kept = [each for each in rows("DONE#").values() if each["state"] == "kept"]
    assert {each["sha256"] for each in kept} <= stored, "a kept capture is nowhere"


def rooms() -> dict[str, tuple[int, int]]:
    """Return what is free in buffers, by the partition of their captures."""
    found = {}
    for pk, sk, row in _rows(settings().core_table, "FACILITY#", "BUFFER#"):
        if "available_bytes" in row:
            buffer = f"BUFFER#{pk.removeprefix('FACILITY#')}#{sk.removeprefix('BUFFER#')}"
            found[buffer] = int(row["available_bytes"]["N"]), int(row["available_captures"]["N"])
    return found


def rows(prefix: str) -> dict[tuple[str, str], Any]:
    """Return captures by their keys."""
    found = _rows(settings().box_table, "BUFFER#", prefix)
    return {(pk, sk): json.loads(row["capture"]["S"]) for pk, sk, row in found}


def keys(prefix: str) -> set[tuple[str, str]]:
    return {(pk, sk) for pk, sk, _ in _rows(settings().box_table, "BUFFER#", prefix)}


def bucket() -> set[str]:
    return set(s3().buckets[settings().media_bucket].keys)


def _key(capture: Any) -> str:
    return f"captures/{capture['facility_id']}/{capture['capture_id']}"


def _rows(table: str, partitions: str, prefix: str) -> Iterator[tuple[str, str, Any]]:
    for pk, items in dynamodb().tables[table].items.items():
        if pk.value.startswith(partitions):
            for sk, item in items.items():
                if sk.value.startswith(prefix):
                    yield pk.value, sk.value, item.to_json()["Attributes"]
