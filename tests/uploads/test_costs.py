"""What an image costs in requests (DESIGN's figures), counted at botocore's door."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from chalicelib.uploads.model import BATCH_ENTRIES, CHUNK_ENTRIES
from tests.support.world import World, a_chunk


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """Count write units: 1 a KB of a row, double in a transaction (DynamoDB's price list)."""
    from botocore.client import BaseClient

    units: Counter[str] = Counter()
    make = BaseClient._make_api_call

    def counting(self: Any, operation: str, parameters: dict[str, Any]) -> Any:
        units[operation] += 1
        units["write units"] += write_units(operation, parameters)
        return make(self, operation, parameters)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", counting)
        yield units


def write_units(operation: str, parameters: dict[str, Any]) -> int:
    if operation == "TransactWriteItems":
        return 2 * len(parameters["TransactItems"])
    return 1 if operation in {"PutItem", "UpdateItem", "DeleteItem"} else 0


def files() -> dict[str, bytes]:
    return {f"E-1/IMG{number:04}.JPG": str(number).encode() for number in range(CHUNK_ENTRIES)}


def whole_batch(world: World) -> None:
    batch_id = world.open_batch()
    world.chunk(batch_id, 0, a_chunk(files()))
    for body in files().values():
        digest = hashlib.sha256(body).hexdigest()
        world.put_object(digest, body)
    keys = [f"t/{world.target_id}/{hashlib.sha256(body).hexdigest()}" for body in files().values()]
    for start in range(0, len(keys), 10):
        world.deliver(keys[start : start + 10])
    assert world.finish(batch_id)["state"] == "complete"


def test_an_image_costs_four_write_units_at_most(world: World) -> None:
    with counted() as units:
        whole_batch(world)
    assert units["write units"] / CHUNK_ENTRIES <= 4


def test_a_chunk_is_one_transaction(world: World) -> None:
    batch_id = world.open_batch()
    with counted() as units:
        world.chunk(batch_id, 0, a_chunk(files()))
    assert units["TransactWriteItems"] == 1


def test_settling_an_image_is_one_write(world: World) -> None:
    batch_id = world.open_batch()
    (answer,) = world.chunk(batch_id, 0, a_chunk({"a": b"one"}))
    world.put_object(answer["sha256"], b"one")
    with counted() as units:
        world.arrived(answer["sha256"])
    assert units["write units"] == 1


def test_presigning_asks_nobody(aws: dict[str, str]) -> None:  # noqa: ARG001
    from chalicelib import buckets

    buckets.signed_put("t/target/x", size_bytes=1, sha256="0" * 64)
    with counted() as units:
        buckets.signed_put("t/target/y", size_bytes=1, sha256="1" * 64)
    assert not units


def test_5000_images_take_0_02_calls_of_the_interface_each() -> None:
    """Open, 52 chunks, finish."""
    calls = 1 + -(-BATCH_ENTRIES // CHUNK_ENTRIES) + 1
    assert calls / BATCH_ENTRIES <= 0.02
