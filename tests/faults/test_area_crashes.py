"""What follows an area's changes by itself, killed at any call: placing, the bin, the bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
from chalice.test import Client

from chalicelib.access.model import Caller, Role
from chalicelib.areas import service
from chalicelib.uploads import service as uploads
from tests.areas.scene import (
    admin,
    deliver_contents,
    ended,
    in_bin,
    names,
    overdue,
    rent,
    send,
    upload,
)
from tests.areas.scene import used as used_bytes
from tests.faults.area_invariants import check_area
from tests.faults.crashes import calls_of, died, every_death
from tests.faults.invariants import check_always, check_at_rest
from tests.faults.stories import Act, in_hours, settle
from tests.purges.scene import deliver
from tests.support.snapshot import Snapshot, once
from tests.support.world import World, a_chunk, build


@pytest.fixture
def world(client: Client) -> World:
    return once("area: economy", lambda: rent(build(client))).seen_by(client)


def explored(world: World, act: Act, rest: Callable[[], None]) -> None:
    """Let *act* die each death it can, then come to rest, where *rest* looks."""
    ready = Snapshot()
    for death in every_death(calls_of(act)):
        ready.restore()
        died(act, death)
        check_always(world)
        for _ in range(2):
            act()
        settle(world)
        check_at_rest(world)
        rest()


def test_what_fell_due_in_the_bin_is_erased_and_counted_once(world: World) -> None:
    send(world, {"kept.txt": b"both have it"})
    overdue(world, {"a/one.txt": b"one", "a/b/two.txt": b"both have it", "c.txt": b"three"})

    def act() -> None:
        world.tick()
        deliver_contents(world)

    def rest() -> None:
        assert (names(world), in_bin(world), used_bytes(world)) == (["kept.txt"], [], 12)

    explored(world, act, rest)


def test_what_an_agent_sent_has_its_place_by_the_minute(world: World) -> None:
    world.back_up({"E-1/one.txt": b"one", "E-1/two.txt": b"two"})
    at = in_hours(1)

    def rest() -> None:
        assert names(world) == ["E-1/"]

    explored(world, lambda: world.tick(at), rest)


def test_what_an_agent_finishes_has_its_place_once(world: World) -> None:
    batch_id = world.open_batch()
    world.chunk(batch_id, 0, a_chunk({"a/one.txt": b"one", "two.txt": b"two"}))
    for body in (b"one", b"two"):
        world.put_object(hashlib.sha256(body).hexdigest(), body)
        world.arrived(hashlib.sha256(body).hexdigest())
    agent = Caller(Role.AGENT, world.agent.agent_id, world.facility_id)

    def rest() -> None:
        world.tick(in_hours(1))
        assert (names(world), in_bin(world)) == (["a/", "two.txt"], [])

    explored(world, lambda: uploads.finish(agent, world.target_id, batch_id, []), rest)


def test_what_nobody_finished_has_its_place_by_the_minute(world: World) -> None:
    batch_id = upload(world, {"one.txt": b"one"})
    world.arrived(hashlib.sha256(b"one").hexdigest())
    settle(world)
    world.tick(in_hours(99))
    assert names(world) == ["one.txt"]
    assert service.finish_upload(admin(world), world.target_id, batch_id).nodes


def test_an_area_is_deleted_with_its_log(world: World) -> None:
    send(world, {"a/one.txt": b"one"})
    ended(world)
    ready = Snapshot()
    for death in every_death(calls_of(lambda: deliver(world)))[::4]:
        ready.restore()
        died(lambda: deliver(world), death)
        deliver(world)
        check_always(world)
        check_area(world)
