"""A rented area is signed, changed and billed as a backup is, by its class (patent, fig. 7)."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from chalice.test import Client

from chalicelib.access.model import Role
from chalicelib.billing.model import LineKind
from chalicelib.contracts import store
from chalicelib.contracts.model import Contract
from chalicelib.kernel import clock
from tests.charging.test_run import BLOCK, a_world, after, amend, cancel, lines
from tests.contracts.test_contract_pages import signed
from tests.support.life import WITHOUT_NIGHTS, live_until
from tests.support.visitor import Answer, Visitor, signed_in
from tests.support.world import World, a_form, signed_in_again

FOLDER = Path(__file__).parents[1] / "data" / "vectors" / "billing"
VECTORS = {
    each["id"]: each for each in json.loads((FOLDER / "proration.json").read_text())["vectors"]
}

DELUXE = "Deluxe: earlier versions are kept, and a copy on discs comes every month"


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
        ({"limit_policy": "overage"}, "limit_policy must be reject"),
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


def test_an_area_is_added_in_the_portal_to_be_signed_for(admin: Visitor) -> None:
    offered = admin.get("/portal/targets?kind=area").text
    assert 'value="area" checked' in offered
    page = admin.follow(admin.submit("/portal/targets", name="Lectures", kind="area")).text
    assert "Files can be sent to it once there is a contract for it." in page
    assert "Which class?" in page


def test_an_area_is_signed_for_in_the_portal(rented: World, admin: Visitor) -> None:
    path = f"/portal/targets/{rented.target_id}/sign"
    asked = admin.get(path).text
    assert "Which class?" in asked
    assert "Whose images?" not in asked
    assert "Prepaid capacity" not in asked
    assert "More is taken" not in asked
    page = admin.follow(signed(admin, path, service_class="deluxe", term="monthly")).text
    assert DELUXE in page
    assert "3,300 yen" in page


def test_a_class_is_changed_in_the_portal_with_the_difference_first(
    rented: World, admin: Visitor
) -> None:
    path = f"/portal/contracts/{sign(rented).contract_id}/change"
    admin.get(path)
    page = admin.submit(path, service_class="deluxe").text
    assert f"Economy: the area itself → {DELUXE}" in page
    assert "+2,000 yen" in page


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("deluxe", "economy", "Nothing is deleted. The versions that files have by then stay"),
        ("economy", "deluxe", "stays as a version of it"),
    ],
)
def test_what_a_change_of_class_does_to_files_is_said_before_it_is_agreed_on(
    rented: World, admin: Visitor, before: str, after: str, said: str
) -> None:
    path = f"/portal/contracts/{sign(rented, service_class=before).contract_id}/change"
    admin.get(path)
    assert said in admin.submit(path, service_class=after).text


def test_a_class_upgrade_charges_what_the_vector_says_and_shows_it_first(
    rented: World,
) -> None:
    vector = VECTORS["pro-07"]
    path = f"/portal/contracts/{sign_as(rented, vector).contract_id}/change"
    admin = signed_in(Role.FACILITY_ADMIN, rented.facility_id)
    admin.get(path)
    page = admin.submit(path, service_class="deluxe").text
    total = vector["expect"]["amount_ex_tax"] * 110 // 100
    assert f"{total:,} yen" in page
    told = admin.follow(agree(admin, path, page, service_class="deluxe")).text
    assert "The contract is changed." in told
    now = store.contract(rented.facility_id, rented.contract_id)
    assert now.charge_yen == vector["expect"]["amount_ex_tax"]


def test_a_class_downgrade_waits_for_the_day_the_vector_says_and_gives_nothing_back(
    rented: World,
) -> None:
    vector = VECTORS["pro-09"]
    path = f"/portal/contracts/{sign_as(rented, vector).contract_id}/change"
    admin = signed_in(Role.FACILITY_ADMIN, rented.facility_id)
    admin.get(path)
    page = admin.submit(path, service_class="economy").text
    assert "Nothing" in page
    agree(admin, path, page, service_class="economy")
    upcoming = store.contract(rented.facility_id, rented.contract_id).upcoming
    assert upcoming is not None
    assert upcoming.effective_on == date.fromisoformat(vector["expect"]["effective"])
    assert upcoming.charge_yen == vector["expect"]["amount_ex_tax"]


def test_a_year_of_economy_becomes_deluxe_for_the_days_that_are_left(rented: World) -> None:
    to_day("2029-04-01")
    signed_in_again(rented)
    sign(rented, term="annual", starts_on="2029-04-01")
    to_day("2029-09-13")  # 200 of 365 days are left
    signed_in_again(rented)
    assert amend(rented, service_class="deluxe")["charge_yen"] == 10_959


def sign_as(world: World, vector: dict[str, Any]) -> Contract:
    """Sign for the vector's area on the vector's first day, and let the day of its change come."""
    asked = vector["input"]
    to_day(asked["start"])
    signed_in_again(world)
    service_class = "economy" if asked["old_price"] == 1_000 else "deluxe"
    contract = sign(world, service_class=service_class, starts_on=asked["start"])
    to_day(asked["on"])
    return contract


def to_day(day: str) -> None:
    noon = datetime.fromisoformat(f"{day}T03:00:00+00:00")  # at the facility
    clock.move(round((noon - clock.wall_now()).total_seconds()))


def agree(admin: Visitor, path: str, page: str, **typed: str) -> Answer:
    (digest,) = set(re.findall(r'name="terms_sha256" value="([0-9a-f]{64})"', page))
    return admin.submit(path, step="agree", terms_sha256=digest, **typed)


def test_a_class_that_is_none_is_refused_at_its_field(rented: World, admin: Visitor) -> None:
    path = f"/portal/targets/{rented.target_id}/sign"
    admin.get(path)
    for typed in ("", "golden"):
        answer = admin.submit(path, service_class=typed)
        assert answer.status == 422
        assert 'href="#service_class"' in answer.text
