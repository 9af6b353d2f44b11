"""The display tool is signed, changed and billed on its own, by the cases it holds (fig. 8)."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from chalice.test import Client

from chalicelib.access.model import Role
from chalicelib.archive.store import cases
from chalicelib.archive.store.cases import CaseCount
from chalicelib.billing.books import FIRST
from chalicelib.billing.model import LineKind
from chalicelib.billing.periods import Term
from chalicelib.billing.pricebook import ServiceClass
from chalicelib.contracts import store
from chalicelib.contracts.form import Form, terms_digest
from chalicelib.contracts.model import Contract, State, Timing, TimingKind
from chalicelib.contracts.selection import Mode, Selection
from tests.album.scene import use_up
from tests.charging.test_run import a_world, after, amend, cancel, lines
from tests.contracts.test_contract_pages import held, signed
from tests.portal.test_home import said
from tests.support.life import live_until
from tests.support.visitor import Visitor, signed_in
from tests.support.world import World, today

VECTORS = Path(__file__).parents[1] / "data" / "vectors" / "billing" / "units.json"


@pytest.fixture
def equipped(client: Client) -> World:
    """A facility with a backup of its own, and a display tool it has not signed for."""
    world = a_world(client)
    world.tick()
    world.target_id = add_tool(world)
    return world


def add_tool(world: World) -> str:
    added = world.admin.post("/targets", {"name": "Reading room", "kind": "display"}, status=201)
    return str(added["target_id"])


def form(world: World, **terms: Any) -> dict[str, Any]:
    usual = {"target_id": world.target_id, "term": "monthly", "starts_on": today().isoformat()}
    return usual | {"case_units": 0} | terms


def sign(world: World, **terms: Any) -> Contract:
    told = world.admin.post("/contracts", form(world, **terms), status=201)
    world.contract_id = told["contract_id"]
    return store.contract(world.facility_id, world.contract_id)


def charged(world: World) -> list[tuple[LineKind, int]]:
    found = [each for each in lines(world) if each.contract_id == world.contract_id]
    return [(each.kind, each.amount_yen) for each in found]


def counted(world: World) -> CaseCount:
    return cases.count_of(world.facility_id)


# --- what is agreed on ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("term", "units", "fee_yen"),
    [("monthly", 0, 2_000), ("monthly", 1, 3_000), ("annual", 0, 20_000), ("annual", 18, 200_000)],
)
def test_a_display_tool_costs_by_term_and_cases(
    equipped: World, term: str, units: int, fee_yen: int
) -> None:
    sign(equipped, term=term, case_units=units)
    equipped.tick()
    assert charged(equipped) == [(LineKind.DISPLAY, fee_yen)]


def test_the_cases_it_holds_are_those_of_its_contract(equipped: World) -> None:
    sign(equipped, case_units=2)
    assert counted(equipped) == CaseCount(limit=200, open=0)


def test_a_quote_names_the_cases_and_no_blocks(equipped: World) -> None:
    told = equipped.admin.post("/quotes", form(equipped, case_units=1))
    assert (told["cases"], told["blocks"], told["special"]) == (150, 0, [])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"case_units": None}, "needs its case_units"),
        ({"case_units": -1}, "between 0 and 1000"),
        ({"case_units": 1_001}, "between 0 and 1000"),
        ({"term": "capacity_only"}, "by the month or the year"),
        ({"capacity_bytes": 1}, "stores nothing"),
        ({"timing": {"kind": "at_once"}}, "stores nothing"),
        ({"patients": {"mode": "listed", "patient_ids": ["P-1"]}}, "stores nothing"),
        ({"limit_policy": "overage"}, "no overage"),
        ({"service_class": "economy"}, "only a rented area"),
    ],
)
def test_what_is_no_display_tool_is_refused_with_the_cure(
    equipped: World, wrong: dict[str, Any], said: str
) -> None:
    assert said in equipped.admin.post("/quotes", form(equipped, **wrong), status=422)["detail"]


def test_a_backup_has_no_cases(client: Client) -> None:
    world = a_world(client)
    path = f"/contracts/{world.contract_id}/amendments"
    told = world.admin.post(path, {"case_units": 1}, status=422)
    assert "only a display tool" in told["detail"]


def test_a_facility_has_one_display_tool(equipped: World) -> None:
    sign(equipped)
    equipped.target_id = add_tool(equipped)
    told = equipped.admin.post("/contracts", form(equipped), status=409)
    assert told["type"].endswith("facility-has-display-tool")


def test_nothing_is_backed_up_to_it(equipped: World) -> None:
    sign(equipped)
    path = f"/targets/{equipped.target_id}/batches"
    assert equipped.agent.post(path, status=409)["type"].endswith("stores-nothing")
    told = equipped.agent.get("/agent")["targets"]
    assert equipped.target_id not in {each["target_id"] for each in told}


def test_it_is_not_paused(equipped: World) -> None:
    sign(equipped)
    told = equipped.admin.post(f"/contracts/{equipped.contract_id}/pause", status=409)
    assert told["type"].endswith("stores-nothing")


def test_digests_signed_before_there_were_display_tools_stay_what_they_were() -> None:
    night = Timing(TimingKind.NIGHTLY, "23:59")
    usual: dict[str, Any] = {
        "target_id": "target-1",
        "term": Term.ANNUAL,
        "starts_on": date(2027, 4, 1),
        "capacity_bytes": 10**11,
    }
    listed = Selection(Mode.LISTED, frozenset({"P-1", "P-2", "あ"}))
    area: dict[str, Any] = {
        "timing": Timing(TimingKind.AT_ONCE),
        "service_class": ServiceClass.DELUXE,
    }
    assert [
        terms_digest(Form(**usual, timing=night), FIRST),
        terms_digest(Form(**usual, **area, patients=listed), FIRST),
    ] == [
        "218daaf58d81f89e8a38449f60fb71fc07bc0c2b0f0467b49a44d51188112aee",
        "411572368f9dacc81a4984ad4929fda7dfd31728afe03f53fda49e97434f6659",
    ]


# --- more and fewer ------------------------------------------------------------------------------


def test_more_cases_hold_at_once_and_are_charged_for_the_rest_of_the_month(
    equipped: World,
) -> None:
    sign(equipped)
    live_until(equipped, after(equipped, 0, 10))
    told = amend(equipped, case_units=1)
    assert counted(equipped).limit == 150
    live_until(equipped, after(equipped, 1, 1))
    days = (after(equipped, 1) - after(equipped, 0)).days
    part = (days - 10) * 3_000 // days - (days - 10) * 2_000 // days
    assert told["charge_yen"] == part
    assert [yen for _, yen in charged(equipped)] == [2_000, part, 3_000]


def test_fewer_cases_hold_from_the_next_month_on(equipped: World) -> None:
    sign(equipped, case_units=1)
    live_until(equipped, after(equipped, 0, 10))
    amend(equipped, case_units=0)
    assert counted(equipped).limit == 150
    live_until(equipped, after(equipped, 1, 1))
    assert counted(equipped).limit == 100
    assert [yen for _, yen in charged(equipped)] == [3_000, 2_000]


def test_fewer_cases_than_are_open_are_refused(equipped: World) -> None:
    sign(equipped, case_units=1)
    use_up(equipped, 101)
    path = f"/contracts/{equipped.contract_id}/amendments"
    told = equipped.admin.post(path, {"case_units": 0}, status=409)
    assert told["type"].endswith("cases-below-open")
    assert (told["cases"], told["open_cases"]) == (100, 101)


def test_a_year_cut_short_keeps_its_months_at_the_monthly_price(equipped: World) -> None:
    sign(equipped, term="annual", case_units=1)
    live_until(equipped, after(equipped, 3, 5))
    assert cancel(equipped, "short_rate")["refund_yen"] == 30_000 - 4 * 3_000


def test_once_it_has_ended_it_holds_no_case_and_nothing_is_to_be_deleted(equipped: World) -> None:
    sign(equipped)
    use_up(equipped, 2)
    told = equipped.admin.post(f"/contracts/{equipped.contract_id}/end")
    assert (told["purge_on"], told["note"]) == (None, None)
    assert counted(equipped) == CaseCount(limit=0, open=2)


def test_another_one_takes_the_place_of_one_that_ended(equipped: World) -> None:
    sign(equipped)
    equipped.admin.post(f"/contracts/{equipped.contract_id}/end")
    equipped.target_id = add_tool(equipped)
    assert sign(equipped, case_units=1).state is State.ACTIVE
    assert counted(equipped).limit == 150


# --- cases: the vectors of units.json ------------------------------------------------------------


def displayed() -> list[dict[str, Any]]:
    found = json.loads(VECTORS.read_text())["vectors"]
    return [each for each in found if each["input"]["kind"] == "display_cases"]


@pytest.mark.parametrize("vector", displayed(), ids=lambda each: each["id"])
def test_a_tool_holds_the_cases_it_is_paid_for_and_not_one_more(
    equipped: World, vector: dict[str, Any]
) -> None:
    expected = vector["expect"]
    for term, fee in (("annual", "annual_fee_ex_tax"), ("monthly", "monthly_fee_ex_tax")):
        asked = form(equipped, term=term, case_units=expected["extra_units"])
        told = equipped.admin.post("/quotes", asked)
        assert (told["cases"], told["per_period"]["fee_yen"]) == (
            expected["allowed_cases"],
            expected[fee],
        )


# --- pages ---------------------------------------------------------------------------------------


@pytest.fixture
def admin(equipped: World) -> Visitor:
    return signed_in(Role.FACILITY_ADMIN, equipped.facility_id)


def test_a_display_tool_is_added_and_signed_for_in_the_portal(
    equipped: World, admin: Visitor
) -> None:
    admin.get("/portal/targets")
    page = admin.send("/portal/targets", name="Ward album", kind="display")
    assert "Blocks of more cases" in page.text
    for absent in ("Whose images?", "Prepaid capacity", "What happens when it is full?"):
        assert absent not in page.text
    path = f"/portal/targets/{equipped.target_id}/sign"
    admin.get(path)
    page = admin.follow(signed(admin, path, case_units="1", term="monthly"))
    text = said(page.text)
    assert "150 cases open at once" in text
    assert "3,300 yen" in text
    for absent in ("Capacity", "Time of backup", "Pause backups", "None agreed"):
        assert absent not in text


def test_cases_are_changed_in_the_portal_with_the_difference_first(
    equipped: World, admin: Visitor
) -> None:
    path = f"/portal/contracts/{sign(equipped).contract_id}/change"
    admin.get(path)
    page = said(admin.submit(path, case_units="2").text)
    assert "Cases 100 → 200" in page
    assert "+2,000 yen" in page


def test_blocks_that_are_no_number_are_refused_at_their_field(
    equipped: World, admin: Visitor
) -> None:
    path = f"/portal/targets/{equipped.target_id}/sign"
    admin.get(path)
    answer = admin.submit(path, case_units="many")
    assert answer.status == 422
    assert 'href="#case_units"' in answer.text


def test_fifty_more_cases_take_two_clicks(equipped: World, admin: Visitor) -> None:
    path = f"/portal/contracts/{sign(equipped).contract_id}/cases"
    offered = admin.get(path)
    assert "150 cases can be open at once instead of 100" in said(offered.text)
    assert "+1,000 yen" in said(offered.text)
    page = admin.send(path, blocks="1", terms_sha256=held(offered, "terms_sha256"))
    assert "The cases were added." in said(page.text)
    assert counted(equipped).limit == 150


def test_more_blocks_are_offered_with_their_price(equipped: World, admin: Visitor) -> None:
    path = f"/portal/contracts/{sign(equipped).contract_id}/cases"
    assert "200 cases can be open" in said(admin.get(f"{path}?blocks=2").text)


def test_only_the_cases_that_were_shown_are_added(equipped: World, admin: Visitor) -> None:
    path = f"/portal/contracts/{sign(equipped).contract_id}/cases"
    shown = held(admin.get(path), "terms_sha256")
    assert admin.submit(path, blocks="2", terms_sha256=shown).status == 409
    assert counted(equipped).limit == 100


def test_a_contract_of_a_backup_has_no_page_of_cases(equipped: World, admin: Visitor) -> None:
    assert admin.get(f"/portal/contracts/{equipped.contract_id}/cases").status == 404


def test_the_first_page_counts_its_cases(equipped: World, admin: Visitor) -> None:
    sign(equipped)
    use_up(equipped, 3)
    page = said(admin.get("/portal").text)
    assert "Open cases 3 of 100" in page


def test_its_targets_are_not_among_those_that_store(equipped: World, admin: Visitor) -> None:
    sign(equipped)
    for path in ("/portal/jobs", "/portal/patients", "/portal/restores/new"):
        assert "Reading room" not in said(admin.get(path).text), path
    assert admin.get(f"/portal/patients?target={equipped.target_id}").status == 404


def test_the_first_page_says_what_to_do_before_there_is_a_contract(admin: Visitor) -> None:
    page = said(admin.get("/portal").text)
    assert "Sign a contract for the display tool. Until then the album cannot be used." in page


def test_cancelling_says_what_it_means_for_the_album(equipped: World, admin: Visitor) -> None:
    path = f"/portal/contracts/{sign(equipped).contract_id}/cancel"
    admin.get(path)
    page = said(admin.submit(path, policy="end_of_term").text)
    assert "The album can be used until then" in page
    assert "Backups" not in page.partition("Cancel the contract?")[2]
