"""A rented area is signed, changed and billed as a backup is, by its class (patent, fig. 7)."""

from __future__ import annotations

from typing import Any

import pytest
from chalice.test import Client

from chalicelib.access.model import Role
from chalicelib.billing.model import LineKind
from chalicelib.contracts import store
from chalicelib.contracts.model import Contract
from tests.charging.test_run import BLOCK, a_world, after, amend, cancel, lines
from tests.contracts.test_contract_pages import signed
from tests.support.life import WITHOUT_NIGHTS, live_until
from tests.support.visitor import Visitor, signed_in
from tests.support.world import World, a_form


@pytest.fixture
def rented(client: Client) -> World:
    """A facility with a backup of its own, and an area it has not signed for."""
    world = a_world(client)
    world.tick()
    area = world.admin.post("/targets", {"name": "Teaching files", "kind": "area"}, status=201)
    world.target_id = area["target_id"]
    return world


def form(world: World, **terms: Any) -> dict[str, Any]:
    usual = {"capacity_bytes": BLOCK, "term": "monthly", "service_class": "economy"}
    return a_form(world.target_id, **(WITHOUT_NIGHTS | usual | terms))


def sign(world: World, **terms: Any) -> Contract:
    told = world.admin.post("/contracts", form(world, **terms), status=201)
    world.contract_id = told["contract_id"]
    return store.contract(world.facility_id, world.contract_id)


def charged(world: World) -> list[tuple[LineKind, int]]:
    found = [each for each in lines(world) if each.contract_id == world.contract_id]
    return [(each.kind, each.amount_yen) for each in found]


@pytest.mark.parametrize(
    ("term", "service_class", "blocks", "fee_yen"),
    [
        ("monthly", "economy", 1, 1_000),
        ("monthly", "deluxe", 1, 3_000),
        ("annual", "deluxe", 1, 30_000),
        ("annual", "economy", 3, 30_000),
    ],
)
def test_an_area_costs_by_class_term_and_size(
    rented: World, term: str, service_class: str, blocks: int, fee_yen: int
) -> None:
    sign(rented, term=term, service_class=service_class, capacity_bytes=blocks * BLOCK)
    rented.tick()
    assert charged(rented) == [(LineKind.AREA, fee_yen)]


def test_deluxe_is_charged_for_the_rest_of_the_month_and_then_as_a_whole(rented: World) -> None:
    sign(rented)
    live_until(rented, after(rented, 0, 10))
    told = amend(rented, service_class="deluxe")
    live_until(rented, after(rented, 1, 1))
    days = (after(rented, 1) - after(rented, 0)).days
    part = (days - 10) * 3_000 // days - (days - 10) * 1_000 // days
    assert told["charge_yen"] == part
    assert [yen for _, yen in charged(rented)] == [1_000, part, 3_000]


def test_economy_again_costs_less_from_the_next_month_on(rented: World) -> None:
    sign(rented, service_class="deluxe")
    live_until(rented, after(rented, 0, 10))
    amend(rented, service_class="economy")
    live_until(rented, after(rented, 1, 1))
    assert [yen for _, yen in charged(rented)] == [3_000, 1_000]


def test_a_year_of_an_area_cut_short_keeps_its_months_at_the_monthly_price(rented: World) -> None:
    sign(rented, term="annual", service_class="deluxe")
    live_until(rented, after(rented, 3, 5))
    assert cancel(rented, "short_rate")["refund_yen"] == 30_000 - 4 * 3_000


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"service_class": None}, "service_class: economy or deluxe"),
        ({"term": "capacity_only"}, "by the month or the year"),
        ({"service_class": "golden"}, "service_class"),
    ],
)
def test_what_is_no_area_is_refused_with_the_cure(
    rented: World, wrong: dict[str, Any], said: str
) -> None:
    assert said in rented.admin.post("/quotes", form(rented, **wrong), status=422)["detail"]


def test_a_backup_has_no_class(client: Client) -> None:
    world = a_world(client)
    told = world.admin.post(
        f"/contracts/{world.contract_id}/amendments", {"service_class": "deluxe"}, status=422
    )
    assert "only a rented area" in told["detail"]


# --- pages ---------------------------------------------------------------------------------------


@pytest.fixture
def admin(rented: World) -> Visitor:
    return signed_in(Role.FACILITY_ADMIN, rented.facility_id)


def test_an_area_is_signed_for_in_the_portal(rented: World, admin: Visitor) -> None:
    path = f"/portal/targets/{rented.target_id}/sign"
    asked = admin.get(path).text
    assert "Which class?" in asked
    assert "Whose images?" not in asked
    assert "Prepaid capacity" not in asked
    page = admin.follow(signed(admin, path, service_class="deluxe", term="monthly")).text
    assert "Deluxe: a copy on removable media every month" in page
    assert "3,300 yen" in page


def test_a_class_is_changed_in_the_portal_with_the_difference_first(
    rented: World, admin: Visitor
) -> None:
    path = f"/portal/contracts/{sign(rented).contract_id}/change"
    admin.get(path)
    page = admin.submit(path, service_class="deluxe").text
    assert "Economy: the area itself → Deluxe: a copy on removable media every month" in page
    assert "+2,000 yen" in page


def test_a_class_that_is_none_is_refused_at_its_field(rented: World, admin: Visitor) -> None:
    path = f"/portal/targets/{rented.target_id}/sign"
    admin.get(path)
    for typed in ("", "golden"):
        answer = admin.submit(path, service_class=typed)
        assert answer.status == 422
        assert 'href="#service_class"' in answer.text
