"""A deluxe area that becomes economy loses nothing: its versions stay."""

from __future__ import annotations

import pytest
from chalice.test import Client

from chalicelib.areas import service
from chalicelib.areas.model import Node, OnTaken
from tests.areas.scene import admin, in_bin, send
from tests.contracts import region_scene as scene
from tests.support.world import World, days_pass


@pytest.fixture
def world(client: Client) -> World:
    """A facility with a deluxe area by the month."""
    world = scene.world(client)
    world.target_id = scene.area(world)
    contract = scene.rent(world, world.target_id, service_class="deluxe")
    world.contract_id = contract["contract_id"]
    return world


def replaced(world: World, *bodies: bytes) -> Node:
    """Send a file under the same name again and again; return it as it is then."""
    for body in bodies:
        [node] = send(world, {"a.txt": body}, on_taken=OnTaken.REPLACE)
    return node


def becomes_economy(world: World) -> None:
    scene.amend(world, {"contract_id": world.contract_id}, service_class="economy")
    days_pass(world, 32)


def sizes(world: World, node: Node) -> list[int]:
    """Return how large each version is, the newest first."""
    found = service.versions(admin(world), world.target_id, node.node_id)
    return [each.size_bytes for each in found]


def test_versions_stay_when_deluxe_becomes_economy(world: World) -> None:
    node = replaced(world, b"1", b"22", b"333")
    becomes_economy(world)
    assert sizes(world, node) == [2, 1]
    assert in_bin(world) == []


def test_what_is_replaced_in_economy_lies_in_the_bin_beside_the_versions(world: World) -> None:
    node = replaced(world, b"1", b"22")
    becomes_economy(world)
    replaced(world, b"4444")
    assert sizes(world, node) == [1]
    binned = service.binned(admin(world), world.target_id).nodes
    assert [each.size_bytes for each in binned] == [2]


def test_until_the_month_is_over_versions_are_still_kept(world: World) -> None:
    scene.amend(world, {"contract_id": world.contract_id}, service_class="economy")
    node = replaced(world, b"1", b"22")
    assert sizes(world, node) == [1]
