"""What cannot be handled waits for an operator, alone; sent back twice, it counts once."""

from __future__ import annotations

import hashlib
from functools import partial
from typing import Any

import pytest
from botocore.client import BaseClient
from chalice.test import Client

from tests.faults.crashes import calls_of, died, every_death, throttled
from tests.faults.invariants import check_at_rest
from tests.faults.stored import object_rows
from tests.faults.stories import in_hours
from tests.support.queue import Queue, notification
from tests.support.snapshot import Snapshot, once
from tests.support.world import World, a_chunk, build

FILES = {f"E-1/{number}": f"image {number}".encode() for number in range(9)}
ADDRESSES = 2  # of queues, asked for once a process
POISON = '{"Records": [{"poison": true}]}'


@pytest.fixture
def world(client: Client) -> World:
    return once("world", lambda: build(client)).seen_by(client)


@pytest.fixture
def queue(world: World) -> Queue:
    return Queue(world)


def notifications(world: World) -> list[str]:
    """Declare FILES and store their bytes; return S3's word of each."""
    world.chunk(world.open_batch(), 0, a_chunk(FILES))
    for body in FILES.values():
        world.put_object(hashlib.sha256(body).hexdigest(), body)
    digests = (hashlib.sha256(body).hexdigest() for body in FILES.values())
    return [notification(f"t/{world.target_id}/{digest}") for digest in digests]


def states(world: World) -> list[str]:
    return [row["state"]["S"] for row in object_rows(world).values()]


def redrive(world: World) -> dict[str, Any]:
    return dict(world.client.lambda_.invoke("operate", {"command": "redrive"}).payload)


@pytest.fixture
def dead(world: World, queue: Queue) -> Queue:
    """A queue whose nine messages all failed five times, since DynamoDB took no writes."""
    queue.put(notifications(world))
    make = BaseClient._make_api_call

    def failing(self: Any, operation: str, parameters: dict[str, Any]) -> Any:
        if operation == "UpdateItem":
            raise throttled(operation)
        return make(self, operation, parameters)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", failing)
        queue.poll()
    return queue


@pytest.mark.parametrize("position", range(10))
def test_a_poisoned_message_becomes_a_dead_letter_and_the_other_nine_are_handled(
    world: World, queue: Queue, position: int
) -> None:
    bodies = notifications(world)
    bodies.insert(position, POISON)
    queue.put(bodies)
    queue.poll()
    assert queue.dead_letters() == [POISON]
    assert states(world) == ["stored"] * len(FILES)


def test_events_that_failed_for_long_are_all_kept(world: World, dead: Queue) -> None:
    assert sorted(dead.dead_letters()) == sorted(
        notification(f"t/{world.target_id}/{digest}") for digest in object_rows(world)
    )
    assert states(world) == ["claimed"] * len(FILES)


def test_what_was_redriven_is_handled(world: World, dead: Queue) -> None:
    assert redrive(world) == {"moved": len(FILES), "cursor": None}
    dead.poll()
    assert states(world) == ["stored"] * len(FILES)
    assert dead.dead_letters() == []


def test_redriven_twice_is_redriven_once(world: World, dead: Queue) -> None:
    redrive(world)
    assert redrive(world) == {"moved": 0, "cursor": None}
    dead.poll()
    world.sweep(in_hours(49))
    check_at_rest(world)


def test_a_redrive_that_dies_anywhere_loses_no_message(world: World, queue: Queue) -> None:
    bodies = sorted(notifications(world))
    queue.put_dead(bodies)
    ready = Snapshot()
    for death in every_death(calls_of(partial(redrive, world))[ADDRESSES:]):
        ready.restore()
        died(partial(redrive, world), death)
        assert sorted({*queue.waiting(), *queue.dead_letters()}) == bodies, death


def test_what_the_sweep_found_first_is_redriven_without_harm(world: World, dead: Queue) -> None:
    world.sweep(in_hours(1))
    redrive(world)
    dead.poll()
    world.sweep(in_hours(49))
    check_at_rest(world)


def test_poison_that_is_redriven_is_a_dead_letter_again(world: World, queue: Queue) -> None:
    queue.put([POISON])
    queue.poll()
    redrive(world)
    queue.poll()
    assert queue.dead_letters() == [POISON]


def test_a_redrive_takes_up_where_the_last_call_stopped(world: World, dead: Queue) -> None:
    event = {"command": "redrive", "cursor": 4}
    moved = world.client.lambda_.invoke("operate", event).payload["moved"]
    assert (moved, dead.dead_letters()) == (4 + len(FILES), [])
