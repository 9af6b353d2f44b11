"""Capacity of an area is exact when an upload meets who erases, or who changes the contract."""

from __future__ import annotations

import hashlib

import pytest
from chalice.test import Client

from chalicelib import buckets
from chalicelib.areas import service
from chalicelib.areas.model import ROOT, Finished, OnTaken
from chalicelib.billing.pricebook import ServiceClass
from chalicelib.contracts import changing
from chalicelib.contracts.amending import Change
from chalicelib.uploads import settlement
from chalicelib.uploads.model import Refused, Upload
from tests.areas.scene import (
    CAPACITY,
    admin,
    batches_end,
    chunk_of,
    deliver_contents,
    in_bin,
    names,
    rent,
    send,
    upload,
    used,
)
from tests.faults.interleaving import Act, Actor
from tests.faults.test_area_interleavings import ONE, OTHER, SMALL, explored, refused
from tests.purges.scene import locks_end
from tests.support.snapshot import once
from tests.support.world import World, build

THIRD = b"third twelve"


@pytest.fixture
def world(client: Client) -> World:
    return once("area: small", lambda: rent(build(client), capacity_bytes=SMALL)).seen_by(client)


def sending(world: World, name: str, body: bytes, on_taken: OnTaken = OnTaken.KEEP_BOTH) -> Act:
    """Return somebody who sends a file, the whole way; who has no room for it gets an answer."""
    place = (admin(world), world.target_id)

    def act() -> Refused | Finished:
        batch_id = service.open_upload(*place)
        (answer,) = service.put_chunk(*place, batch_id, 0, chunk_of({name: body}))
        if isinstance(answer, Refused):
            return answer
        if isinstance(answer, Upload):
            key = buckets.object_key(world.target_id, answer.sha256)
            world.put_object(answer.sha256, body)
            settlement.settle(key)
        return service.finish_upload(*place, batch_id, ROOT, on_taken)

    return act


def amending(world: World, change: Change) -> Act:
    return lambda: changing.amend(admin(world), world.contract_id, change)


def is_in(finished: object) -> bool:
    return isinstance(finished, Finished) and len(finished.nodes) == 1


def test_what_is_sent_while_the_same_is_erased_is_there(world: World) -> None:
    """Somebody bins and erases a file, and its bytes go; another one sends them meanwhile."""
    (old,) = send(world, {"old.txt": ONE})
    locks_end()
    batches_end(world)
    place = (admin(world), world.target_id, old.node_id)

    def erasing() -> None:
        service.bin_node(*place)
        service.erase_now(*place)
        deliver_contents(world)

    ends = set()

    def look(actors: list[Actor]) -> None:
        _, sent = actors
        ends.add(sent.refused is None)
        if sent.refused is not None:  # for seconds, while the bytes go
            assert (refused(actors), names(world), used(world)) == (["unavailable"], [], 0)
        else:
            assert is_in(sent.result)
            assert (names(world), used(world)) == (["new.txt"], 12)

    explored(world, erasing, sending(world, "new.txt", ONE), look)
    assert ends == {True, False}


def test_room_is_given_once_it_is_free_and_never_before(world: World) -> None:
    (old,) = send(world, {"old.txt": ONE})
    service.bin_node(admin(world), world.target_id, old.node_id)
    locks_end()
    batches_end(world)
    place = (admin(world), world.target_id, old.node_id)

    def erasing() -> None:
        service.erase_now(*place)
        deliver_contents(world)

    ends = set()

    def look(actors: list[Actor]) -> None:
        _, sent = actors
        assert refused(actors) == []
        ends.add(is_in(sent.result))
        expected = (["new.txt"], 12) if is_in(sent.result) else ([], 0)
        assert (names(world), used(world)) == expected

    explored(world, erasing, sending(world, "new.txt", OTHER), look)
    assert ends == {True, False}


@pytest.mark.parametrize("capacity_bytes", [SMALL - 1, 2 * SMALL])
def test_an_upload_and_another_capacity_are_both_exact(world: World, capacity_bytes: int) -> None:
    """8 bytes are free: 12 more fit in the larger area alone."""
    send(world, {"old.txt": ONE})

    def look(actors: list[Actor]) -> None:
        _, sent = actors
        assert refused(actors) == []
        assert used(world) == (24 if is_in(sent.result) else 12)
        assert capacity_bytes > SMALL or not is_in(sent.result)

    change = Change(capacity_bytes=capacity_bytes)
    explored(world, amending(world, change), sending(world, "new.txt", OTHER), look)


def test_what_is_replaced_while_the_class_changes_is_kept_in_one_of_two_ways(
    client: Client,
) -> None:
    """As a version (deluxe), or in the bin (economy): never in both, never in none."""
    world = once("area: economy", lambda: rent(build(client))).seen_by(client)
    send(world, {"a.txt": ONE})
    batch_id = upload(world, {"a.txt": THIRD})
    world.arrived(hashlib.sha256(THIRD).hexdigest())
    place = (admin(world), world.target_id)

    def look(actors: list[Actor]) -> None:
        assert refused(actors) == []
        (node,) = service.listing(*place).nodes
        assert node.sha256 == hashlib.sha256(THIRD).hexdigest()
        assert node.versions + len(in_bin(world)) == 1
        assert used(world) == 24

    change = Change(service_class=ServiceClass.DELUXE, capacity_bytes=CAPACITY)
    explored(
        world,
        amending(world, change),
        lambda: service.finish_upload(*place, batch_id, ROOT, OnTaken.REPLACE),
        look,
    )
