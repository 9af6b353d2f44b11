"""Discs of a rented area: what its tree held when they were ordered, where the tree had it."""

from __future__ import annotations

import pytest
from chalice.test import Client

from chalicelib.archive.store import objects
from chalicelib.areas import service as areas
from chalicelib.discs import worker
from chalicelib.discs.model import Order, Runs, State
from chalicelib.discs.worker import OutOfTime
from chalicelib.kernel.errors import Conflict
from tests.areas.scene import admin, erased, in_root, rent, send
from tests.discs.scene import deliver, image, now, on_disc, ordered, originals
from tests.support.snapshot import once
from tests.support.world import World, build

FILES = {"講義/100%.txt": b"one", "two.txt": b"two"}


@pytest.fixture
def world(client: Client) -> World:
    """A facility that rents an area with two files in it."""
    return once("area with two files", lambda: _filled(rent(build(client)))).seen_by(client)


def _filled(world: World) -> World:
    send(world, {"講義/100%25.txt": b"one", "two.txt": b"two"})
    return world


def built(world: World, order: Order) -> dict[str, bytes]:
    """Let the worker build an order; return the files of its disc by their paths."""
    assert deliver(world, order)
    assert now(order).state is State.BUILT, now(order)
    return originals(image(now(order)))


def test_a_file_is_on_the_disc_under_the_name_it_has_where_it_is(world: World) -> None:
    areas.rename(admin(world), world.target_id, in_root(world, "two.txt").node_id, "2.txt")
    areas.move(
        admin(world),
        world.target_id,
        in_root(world, "2.txt").node_id,
        in_root(world, "講義").node_id,
    )
    found = built(world, ordered(world))
    assert found == {"講義/100%.txt": b"one", "講義/2.txt": b"two"}


def test_a_folder_of_the_disc_is_one_of_the_area_and_the_index_names_it(world: World) -> None:
    order = ordered(world)
    built(world, order)
    found = on_disc(image(now(order)))
    assert {each for each in found if each.startswith("IMAGES/")} == {
        "IMAGES/E0000001/two.txt",
        "IMAGES/E0000002/100%.txt",
    }
    assert "E0000002  /講義  1 files" in found["INDEX.TXT"].decode("utf-8-sig")


def test_what_lies_in_the_bin_is_on_no_disc(world: World) -> None:
    areas.bin_node(admin(world), world.target_id, in_root(world, "講義").node_id)
    assert built(world, ordered(world)) == {"two.txt": b"two"}


def test_an_area_with_all_in_its_bin_has_no_discs(world: World) -> None:
    for name in ("講義", "two.txt"):
        areas.bin_node(admin(world), world.target_id, in_root(world, name).node_id)
    with pytest.raises(Conflict, match="nothing"):
        ordered(world)


def test_what_came_or_went_after_the_order_changes_nothing(world: World) -> None:
    order = ordered(world)
    areas.bin_node(admin(world), world.target_id, in_root(world, "two.txt").node_id)
    send(world, {"three.txt": b"three"})
    assert built(world, order) == FILES


def test_what_was_erased_after_the_order_is_left_out(world: World) -> None:
    order = ordered(world)
    erased(world, "two.txt")
    assert built(world, order) == {"講義/100%.txt": b"one"}


def test_what_is_erased_while_discs_are_built_has_them_begun_anew(world: World) -> None:
    order = ordered(world)
    with pytest.raises(OutOfTime):
        worker.build(order.facility_id, order.order_id, lambda: False, by=Runs.LAMBDA)
    erased(world, "two.txt")
    assert built(world, order) == {"講義/100%.txt": b"one"}
    assert (now(order).tries, objects.quarantined(None)[0]) == (2, [])
