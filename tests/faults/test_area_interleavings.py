"""Two at once in an area, wherever one interrupts the other: one name, no cycle, exact capacity."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
from chalice.test import Client

from chalicelib.archive.store import batches
from chalicelib.areas import placing, service
from chalicelib.areas.model import ROOT, OnTaken
from chalicelib.uploads import placings
from chalicelib.uploads.model import Refused, Stored, Upload
from tests.areas.scene import (
    admin,
    chunk_of,
    deliver_contents,
    names,
    overdue,
    rent,
    send,
    upload,
    used,
)
from tests.faults.interleaving import Act, Actor, interrupted
from tests.faults.invariants import check_always, check_at_rest
from tests.faults.stories import settle
from tests.support.snapshot import once
from tests.support.world import World, build

SMALL = 20  # bytes of capacity: two contents of 12 do not both fit
ONE, OTHER = b"twelve bytes", b"other twelve"
Look = Callable[[list[Actor]], None]


@pytest.fixture
def world(client: Client) -> World:
    return once("area: small", lambda: rent(build(client), capacity_bytes=SMALL)).seen_by(client)


def explored(world: World, first: Act, second: Act, look: Look) -> None:
    """Let each interrupt the other once, anywhere; then look, and see that all is well."""
    for actors in interrupted(first, second):
        check_always(world)
        look(actors)
        settle(world)
        check_at_rest(world)


def refused(actors: list[Actor]) -> list[str]:
    return [each.refused.code for each in actors if each.refused is not None]


def folder(world: World, name: str, parent_id: str = ROOT) -> str:
    return service.make_folder(admin(world), world.target_id, parent_id, name).node_id


def test_one_of_two_gets_a_name(world: World) -> None:
    def look(actors: list[Actor]) -> None:
        assert (refused(actors), len(names(world))) == (["name-taken"], 1)

    explored(world, lambda: folder(world, "a"), lambda: folder(world, "A"), look)


def test_two_folders_are_not_moved_into_each_other(world: World) -> None:
    one, other = folder(world, "one"), folder(world, "other")
    place = (admin(world), world.target_id)

    def look(actors: list[Actor]) -> None:
        assert (refused(actors), len(names(world))) == (["into-itself"], 1)

    explored(
        world,
        lambda: service.move(*place, one, other),
        lambda: service.move(*place, other, one),
        look,
    )


def test_nothing_is_moved_into_what_is_binned(world: World) -> None:
    one, other = folder(world, "one"), folder(world, "other")
    place = (admin(world), world.target_id)

    def look(actors: list[Actor]) -> None:
        assert names(world) == ([] if not refused(actors) else ["one/"])

    explored(
        world,
        lambda: service.move(*place, one, other),
        lambda: service.bin_node(*place, other),
        look,
    )


def test_two_who_place_a_batch_place_it_once(world: World) -> None:
    batch_id = upload(world, {"a/one.txt": ONE, "b.txt": b"b"})
    for body in (ONE, b"b"):
        world.arrived(hashlib.sha256(body).hexdigest())
    service.finish_upload(admin(world), world.target_id, batch_id)
    # As if nobody had placed it yet: the same files again, in a batch of an agent's.
    world.back_up({"c/one.txt": ONE, "d.txt": b"b"})
    batch = next(each for each in batches.of_target(world.target_id, None)[0] if each.stored)
    wanted = placings.of(world.facility_id, world.target_id, batch.batch_id)
    assert wanted is not None

    def look(actors: list[Actor]) -> None:
        assert (refused(actors), names(world)) == ([], ["a/", "c/", "b.txt", "d.txt"])

    explored(
        world, lambda: placing.place(batch, wanted), lambda: placing.place(batch, wanted), look
    )


def declaring(world: World, body: bytes) -> Act:
    """Return somebody who declares *body* in a batch of their own."""
    batch_id = service.open_upload(admin(world), world.target_id)
    sent = chunk_of({"a.txt": body})
    return lambda: service.put_chunk(admin(world), world.target_id, batch_id, 0, sent)


def test_the_last_bytes_are_given_once(world: World) -> None:
    def look(actors: list[Actor]) -> None:
        (one,), (other,) = (each.result for each in actors)
        assert {type(one), type(other)} == {Upload, Refused}
        assert used(world) == 12

    explored(world, declaring(world, ONE), declaring(world, OTHER), look)


def test_a_content_is_erased_or_counted_on_and_never_both(world: World) -> None:
    """Whoever is told that it is stored can place it; else its capacity is free, or claimed."""
    overdue(world, {"old.txt": ONE})
    world.tick()
    batch_id = service.open_upload(admin(world), world.target_id)
    place, sent = (admin(world), world.target_id, batch_id), chunk_of({"new.txt": ONE})

    def look(actors: list[Actor]) -> None:
        _, declared = actors
        if declared.result is None:
            assert refused(actors) == ["unavailable"]
            return
        (answer,) = declared.result
        if isinstance(answer, Upload):
            world.put_object(answer.sha256, ONE)
        assert isinstance(answer, (Upload, Stored))
        world.arrived(answer.sha256)
        (node,) = service.finish_upload(*place).nodes
        assert (node.name, names(world), used(world)) == ("new.txt", ["new.txt"], 12)

    explored(
        world,
        lambda: deliver_contents(world),
        lambda: service.put_chunk(*place, 0, sent),
        look,
    )


def test_two_who_erase_give_the_capacity_back_once(world: World) -> None:
    overdue(world, {"old.txt": ONE})
    world.tick()

    def look(actors: list[Actor]) -> None:
        assert (refused(actors), used(world)) == ([], 0)

    explored(world, lambda: deliver_contents(world), lambda: deliver_contents(world), look)


def test_a_file_is_replaced_by_both_who_replace_it(world: World) -> None:
    send(world, {"a.txt": b"1"})
    batch_ids = [upload(world, {"a.txt": body}) for body in (b"2", b"3")]
    for body in (b"2", b"3"):
        world.arrived(hashlib.sha256(body).hexdigest())

    def finishing(batch_id: str) -> Act:
        place = (admin(world), world.target_id, batch_id)
        return lambda: service.finish_upload(*place, on_taken=OnTaken.REPLACE)

    def look(actors: list[Actor]) -> None:
        assert refused(actors) == []
        assert names(world) == ["a.txt"]
        assert len(service.binned(admin(world), world.target_id).nodes) == 2

    explored(world, finishing(batch_ids[0]), finishing(batch_ids[1]), look)
