"""What the provider accepts and declines, and its facilities."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from chalicelib.access.model import Role
from chalicelib.contracts import store
from chalicelib.contracts.model import State
from chalicelib.contracts.service import MAX_REASON
from tests.portal.test_home import open_home, said
from tests.support.visitor import Answer, Visitor, signed_in
from tests.support.world import World, sign


@pytest.fixture
def operator(world: World) -> Visitor:  # noqa: ARG001 - there has to be a world
    return signed_in(Role.OPERATOR)


def special_contract(world: World, name: str = "X-ray") -> str:
    """Sign special terms for another target; return where the provider answers them."""
    added = world.admin.post("/targets", {"name": name, "kind": "mass_storage"}, status=201)
    world.target_id = added["target_id"]
    contract_id = sign(world, accept=False)
    return f"/portal/facilities/{world.facility_id}/contracts/{contract_id}"


def special_change(world: World) -> str:
    """Ask for another price in the contract in force; return where the provider answers."""
    path = f"/contracts/{world.contract_id}/amendments"
    world.admin.post(path, {"unit_price_yen": 1_100})
    return f"/portal/facilities/{world.facility_id}/contracts/{world.contract_id}"


def answered(operator: Visitor, path: str, **fields: str) -> Answer:
    """Open what waits, and answer the first with what its form holds."""
    page = operator.get("/portal/accepting")
    found = re.search(r'name="terms_sha256" value="(\w+)"', page.text)
    assert found
    return operator.send(path, **({"terms_sha256": found[1]} | fields))


def test_what_waits_is_shown_with_what_is_special(world: World, operator: Visitor) -> None:
    special_contract(world)
    page = said(operator.get("/portal/accepting").text)
    assert "Kawabe Clinic · X-ray New contract" in page
    assert "special: the price book says 1,000 yen" in page


def test_a_change_is_shown_with_the_fee_until_now(world: World, operator: Visitor) -> None:
    special_change(world)
    page = said(operator.get("/portal/accepting").text)
    assert "Kawabe Clinic · Endoscopy Change" in page
    assert "Fee 11,000 yen" in page
    assert "10,000 yen until now" in page


def test_all_facilities_are_in_one_list_and_the_first_page_counts_it(
    world: World, operator: Visitor
) -> None:
    special_change(world)
    special_contract(world)
    assert "2 contracts wait for you." in open_home(Role.OPERATOR)
    page = said(operator.get("/portal/accepting").text)
    assert page.count("If you decline: why") == 2


def test_a_contract_is_accepted(world: World, operator: Visitor) -> None:
    page = answered(operator, f"{special_contract(world)}/accept")
    assert "Accepted." in said(page.text)
    assert "Nothing waits for you." in said(page.text)
    assert store.contract(world.facility_id, world.contract_id).state is State.ACTIVE


def test_a_change_is_accepted(world: World, operator: Visitor) -> None:
    page = answered(operator, f"{special_change(world)}/accept")
    assert "Nothing waits for you." in said(page.text)
    kept = store.contract(world.facility_id, world.contract_id)
    assert kept.proposed is None


@pytest.mark.parametrize("waits", [special_contract, special_change])
def test_a_reason_is_kept_for_the_facility(
    world: World, operator: Visitor, waits: Callable[[World], str]
) -> None:
    path = waits(world)
    page = answered(operator, f"{path}/decline", reason="Ask for 950 yen.")
    assert "Nothing waits for you." in said(page.text)
    doctor = signed_in(Role.DOCTOR, world.facility_id)
    shown = said(doctor.get(f"/portal/contracts/{path.rpartition('/')[2]}").text)
    assert "The provider declined on" in shown
    assert "Ask for 950 yen." in shown


def test_a_facility_is_led_to_what_was_declined(world: World, operator: Visitor) -> None:
    answered(operator, f"{special_contract(world)}/decline", reason="Too cheap.")
    admin = signed_in(Role.FACILITY_ADMIN, world.facility_id)
    assert "The provider declined a contract: see why" in said(admin.get("/portal/targets").text)


@pytest.mark.parametrize(
    ("reason", "why"), [(" ", "Type why"), ("x" * (MAX_REASON + 1), "at most 500 characters")]
)
def test_a_reason_is_needed_and_short(
    world: World, operator: Visitor, reason: str, why: str
) -> None:
    page = answered(operator, f"{special_contract(world)}/decline", reason=reason)
    assert page.status == 422
    assert why in said(page.text)
    assert store.contract(world.facility_id, world.contract_id).state is State.PROPOSED


def test_only_what_was_shown_is_accepted(world: World, operator: Visitor) -> None:
    page = answered(operator, f"{special_contract(world)}/accept", terms_sha256="0" * 64)
    assert page.status == 409
    assert "not what was shown to you any more" in said(page.text)
    assert store.contract(world.facility_id, world.contract_id).state is State.PROPOSED


def test_what_was_answered_cannot_be_declined_after(world: World, operator: Visitor) -> None:
    path = special_contract(world)
    operator.get("/portal/accepting")
    shown = store.contract(world.facility_id, world.contract_id).terms_sha256
    operator.submit(f"{path}/accept", terms_sha256=shown)
    page = operator.submit(f"{path}/decline", terms_sha256=shown, reason="No.")
    assert page.status == 409
    assert store.contract(world.facility_id, world.contract_id).state is State.ACTIVE


def test_what_ends_no_longer_waits(world: World, operator: Visitor) -> None:
    special_change(world)
    world.admin.post(f"/contracts/{world.contract_id}/end")
    assert "Nothing waits for you." in said(operator.get("/portal/accepting").text)


def test_a_cursor_that_is_none_is_refused(operator: Visitor) -> None:
    assert operator.get("/portal/accepting?cursor=nonsense").status == 422


# --- facilities --------------------------------------------------------------------------------


def test_a_facility_is_added_in_its_time_zone(operator: Visitor) -> None:
    operator.get("/portal/facilities")
    page = operator.send("/portal/facilities", name="St. Luke's", zone="Europe/London")
    assert "The facility was added." in said(page.text)
    assert "Europe/London" in said(page.text)
    assert "St. Luke" in said(operator.get("/portal/facilities").text)


@pytest.mark.parametrize(
    ("name", "zone", "field"), [(" ", "Asia/Tokyo", "name"), ("A", "Nowhere", "zone")]
)
def test_a_wrong_facility_is_refused_at_its_field(
    operator: Visitor, name: str, zone: str, field: str
) -> None:
    operator.get("/portal/facilities")
    page = operator.submit("/portal/facilities", name=name, zone=zone)
    assert page.status == 422
    assert f'href="#{field}"' in page.text
    assert f'value="{zone}"' in page.text


def test_a_facilitys_contracts_are_shown(world: World, operator: Visitor) -> None:
    page = said(operator.get(f"/portal/facilities/{world.facility_id}").text)
    assert "Kawabe Clinic" in page
    assert "Endoscopy In force" in page


def test_a_facility_that_is_none_does_not_exist(operator: Visitor) -> None:
    assert operator.get("/portal/facilities/facility-none").status == 404
