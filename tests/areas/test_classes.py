"""Economy is the allotted area and nothing else; deluxe keeps versions and has discs each month."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.access.model import Role
from chalicelib.areas import service
from chalicelib.areas.model import Node, OnTaken
from chalicelib.billing.pricebook import ServiceClass
from chalicelib.contracts import changing
from chalicelib.contracts.amending import Change
from chalicelib.discs import service as discs
from chalicelib.discs.model import SCHEDULE
from chalicelib.kernel import clock
from tests.areas.scene import admin, in_bin, send
from tests.faults.area_invariants import check_area
from tests.support.visitor import signed_in
from tests.support.world import World, days_pass


def replaced(world: World) -> Node:
    """Send a file, and another content under its name; return it as it is then."""
    send(world, {"a.txt": b"old"})
    (node,) = send(world, {"a.txt": b"newer"}, on_taken=OnTaken.REPLACE)
    return node


def versions(world: World, node: Node) -> int:
    return len(service.versions(admin(world), world.target_id, node.node_id))


def scheduled(world: World, months: int) -> int:
    """Return how many orders of discs there are by themselves after some months."""
    for _ in range(months):
        days_pass(world, 32 + (clock.now() - clock.wall_now()).days)
        world.tick(clock.text(clock.now() + timedelta(minutes=1)))
    return sum(each.made_by == SCHEDULE for each in discs.orders_of(admin(world)))


def become(world: World, service_class: ServiceClass) -> None:
    change = Change(service_class=service_class, auto_renew=True)
    changing.amend(admin(world), world.contract_id, change)


@pytest.mark.parametrize(("kind", "kept"), [("area", 0), ("deluxe", 1)])
def test_an_earlier_content_is_a_version_in_deluxe_alone(
    kind: str, kept: int, request: pytest.FixtureRequest
) -> None:
    world: World = request.getfixturevalue(kind)
    assert versions(world, replaced(world)) == kept


@pytest.mark.parametrize(("kind", "orders"), [("area", 0), ("deluxe", 2)])
def test_discs_come_each_month_in_deluxe_alone(
    kind: str, orders: int, request: pytest.FixtureRequest
) -> None:
    world: World = request.getfixturevalue(kind)
    send(world, {"a.txt": b"a"})
    assert scheduled(world, months=2) == orders


@pytest.mark.parametrize(("kind", "told"), [("area", False), ("deluxe", True)])
def test_the_page_of_a_file_speaks_of_versions_in_deluxe_alone(
    kind: str, *, told: bool, request: pytest.FixtureRequest
) -> None:
    world: World = request.getfixturevalue(kind)
    node = replaced(world)
    visitor = signed_in(Role.FACILITY_ADMIN, world.facility_id)
    visitor.language = "en"
    page = visitor.get(f"/portal/areas/{world.target_id}/nodes/{node.node_id}")
    assert ("Earlier versions" in page.text) is told


def test_what_becomes_economy_keeps_no_more_versions(deluxe: World) -> None:
    node = replaced(deluxe)
    become(deluxe, ServiceClass.ECONOMY)
    days_pass(deluxe, 366)  # what costs less holds from the next year on
    deluxe.tick()
    (node,) = send(deluxe, {"a.txt": b"newest"}, on_taken=OnTaken.REPLACE)
    assert (versions(deluxe, node), len(in_bin(deluxe))) == (1, 1)
    service.make_current(admin(deluxe), deluxe.target_id, node.node_id, 1)
    assert (versions(deluxe, node), len(in_bin(deluxe))) == (1, 2)
    check_area(deluxe)


def test_what_becomes_deluxe_keeps_versions_from_then_on(area: World) -> None:
    replaced(area)
    become(area, ServiceClass.DELUXE)
    (node,) = send(area, {"a.txt": b"newest"}, on_taken=OnTaken.REPLACE)
    assert (versions(area, node), len(in_bin(area))) == (1, 1)
