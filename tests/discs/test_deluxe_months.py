"""The last month that was paid for as deluxe has its discs, too, and none follow."""

from __future__ import annotations

from typing import Any

import pytest
from chalice.test import Client

from chalicelib.discs import service
from chalicelib.discs.model import State
from tests.contracts import region_scene as scene
from tests.discs.scene import admin
from tests.support.life import live_until
from tests.support.world import World


@pytest.fixture
def world(client: Client) -> World:
    """A facility that rents nothing yet."""
    return scene.world(client)


def rented(world: World, service_class: str, **terms: Any) -> dict[str, Any]:
    """Rent an area with a file in it."""
    world.target_id = scene.area(world)
    contract = scene.rent(world, world.target_id, service_class=service_class, **terms)
    world.back_up({"notes.txt": b"of a lecture"})
    return contract


def due(world: World) -> int:
    """Return how many months' discs are due by now."""
    orders = service.orders_of(admin(world))
    assert {each.state for each in orders} <= {State.DUE}
    return len(orders)


def test_the_last_month_before_economy_still_gets_its_discs_and_none_follow(world: World) -> None:
    contract = rented(world, "deluxe")
    scene.amend(world, contract, service_class="economy")
    live_until(world, scene.after(world, 2, 1))
    assert due(world) == 1


def test_the_last_month_of_a_contract_gets_its_discs(world: World) -> None:
    rented(world, "deluxe", auto_renew=False)
    live_until(world, scene.after(world, 2, 1))
    assert due(world) == 1


def test_a_contract_ended_in_the_middle_of_a_month_gets_no_discs_of_it(world: World) -> None:
    contract = rented(world, "deluxe")
    world.admin.post(f"/contracts/{contract['contract_id']}/end")
    live_until(world, scene.after(world, 1, 1))
    assert due(world) == 0
