"""S3's events in any order, twice, or never: after one sweep the catalogue is the bucket."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from random import Random
from urllib.parse import quote, quote_plus

import pytest
from chalice.test import Client

from tests.faults.invariants import check_always, check_at_rest
from tests.faults.stories import in_hours
from tests.support.snapshot import Snapshot, once
from tests.support.world import World, a_chunk, build

FILES = {f"E-{number % 3}/{number}": f"image {number}".encode() for number in range(6)}
TEST_EVENT = json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent"})
DROPPED = 0.1
QUICK, DEEP = 30, 10_000
SHARES = 10  # of the deep run, so that workers can divide it


@pytest.fixture
def world(client: Client) -> World:
    return once("world", lambda: build(client)).seen_by(client)


def everything_sent(world: World) -> list[str]:
    """Declare FILES, store their bytes, finish; return the keys nobody was told of yet."""
    batch_id = world.open_batch()
    world.chunk(batch_id, 0, a_chunk(FILES))
    keys = []
    for body in FILES.values():
        digest = hashlib.sha256(body).hexdigest()
        world.put_object(digest, body)
        keys.append(f"t/{world.target_id}/{digest}")
    world.finish(batch_id)
    return keys


def schedule(keys: list[str], chance: Random) -> list[list[str]]:
    """Return message bodies in batches: shuffled, some twice, some lost, odd ones between."""
    bodies = [message(key, chance) for key in keys if chance.random() >= DROPPED]
    bodies += [chance.choice(bodies) for _ in range(chance.randint(0, 4)) if bodies]
    bodies += [TEST_EVENT, message("t/odd key+%/名前", chance), message("m/x.json", chance)]
    chance.shuffle(bodies)
    size = chance.randint(1, 10)
    return [bodies[start : start + size] for start in range(0, len(bodies), size)]


def message(key: str, chance: Random) -> str:
    """Return an S3 notification; how much of a key is encoded differs between engines."""
    encoded = chance.choice([quote_plus(key, safe="/"), quote_plus(key), quote(key)])
    return json.dumps({"Records": [{"s3": {"object": {"key": encoded}}}]})


def explore(world: World, seeds: range) -> None:
    keys = everything_sent(world)
    ready = Snapshot()
    at = in_hours(1)
    for seed in seeds:
        ready.restore()
        for bodies in schedule(keys, Random(seed)):
            assert world.deliver_bodies(bodies) == {"batchItemFailures": []}, seed
        check_always(world)
        world.sweep(at)
        check_at_rest(world)


def test_any_delivery_of_events_ends_well(
    world: World, record_property: Callable[[str, object], None]
) -> None:
    explore(world, range(QUICK))
    record_property("scenarios", QUICK)


@pytest.mark.deep
@pytest.mark.parametrize("share", range(SHARES))
def test_ten_thousand_deliveries_of_events_end_well(
    world: World, share: int, record_property: Callable[[str, object], None]
) -> None:
    explore(world, range(share, DEEP, SHARES))
    record_property("scenarios", DEEP // SHARES)


@pytest.mark.parametrize("position", range(10))
def test_a_poisoned_message_fails_alone_wherever_it_stands(world: World, position: int) -> None:
    keys = everything_sent(world)
    bodies = [message(key, Random(0)) for key in (keys * 2)[:9]]
    bodies.insert(position, '{"Records": [{"poison": true}]}')
    told = world.deliver_bodies(bodies)
    assert told == {"batchItemFailures": [{"itemIdentifier": f"message-{position}"}]}
    world.sweep(in_hours(1))
    check_at_rest(world)
