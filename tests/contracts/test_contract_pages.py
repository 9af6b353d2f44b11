"""Signing, changing and cancelling in the portal, by a browser without JavaScript."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from chalicelib.access.model import Role
from chalicelib.contracts import store
from chalicelib.contracts.model import Contract, State, TargetKind, Timing, TimingKind
from chalicelib.contracts.page_forms import USUAL_OF
from chalicelib.kernel import clock
from tests.portal.test_home import said
from tests.support.canary import CANARY_ID
from tests.support.visitor import Answer, Visitor, signed_in
from tests.support.world import World, days_pass

GIGABYTE = 10**9
TWO_AT_NIGHT = Timing(TimingKind.NIGHTLY, "02:00")


@pytest.fixture
def admin(world: World) -> Visitor:
    return signed_in(Role.FACILITY_ADMIN, world.facility_id)


@pytest.fixture
def sign(world: World, admin: Visitor) -> str:
    """The page where a second target is signed for, open."""
    added = world.admin.post("/targets", {"name": "X-ray", "kind": "mass_storage"}, status=201)
    path = f"/portal/targets/{added['target_id']}/sign"
    admin.get(path)
    return path


def held(page: Answer, name: str) -> str:
    """Return what a hidden field of *page* holds."""
    found = re.search(rf'type="hidden" name="{name}" value="([^"]*)"', page.text)
    assert found, name
    return found[1]


def signed(admin: Visitor, path: str, **fields: str) -> Answer:
    """Check the form with *fields*, then sign it as it is shown."""
    shown = held(admin.submit(path, **fields), "terms_sha256")
    return admin.send(path, step="sign", terms_sha256=shown, **fields)


def contract_on(world: World, path: str) -> Contract | None:
    return store.target(world.facility_id, path.split("/")[3]).contract


# --- targets -----------------------------------------------------------------------------------


def test_a_target_is_added_and_can_be_signed_for(world: World, admin: Visitor) -> None:
    admin.get("/portal/targets")
    page = admin.send("/portal/targets", name="X-ray")
    assert page.title == "Sign a contract | Hokan"
    assert "The target was added." in said(page.text)
    assert "X-ray No contract" in said(admin.get("/portal/targets").text)
    assert len(list(store.targets_of(world.facility_id))) == 2


def test_a_target_needs_a_name(admin: Visitor) -> None:
    admin.get("/portal/targets")
    page = admin.submit("/portal/targets", name=" ")
    assert page.status == 422
    assert 'href="#name"' in page.text


# --- signing -----------------------------------------------------------------------------------


def test_the_usual_answers_are_signed_as_they_stand(
    world: World, admin: Visitor, sign: str
) -> None:
    page = signed(admin, sign)
    assert "The contract is signed and in force." in said(page.text)
    contract = contract_on(world, sign)
    assert contract is not None
    assert (contract.capacity_bytes, contract.timing) == (100 * GIGABYTE, TWO_AT_NIGHT)
    assert contract.state is State.ACTIVE


def test_what_was_chosen_is_what_is_agreed_on(world: World, admin: Visitor, sign: str) -> None:
    page = signed(
        admin,
        sign,
        term="monthly",
        term_count="１２",
        plan="per_exam-patient",
        patients="all_but",
        patient_ids=" P-1\r\nP-2、P-3 ",
        capacity="2",
        capacity_unit="blocks",
        limit_policy="overage",
        auto_renew="no",
        invoice_grouping="target",
    )
    assert page.status == 200
    contract = contract_on(world, sign)
    assert contract is not None
    assert (contract.term, contract.term_count, contract.auto_renew) == ("monthly", 12, False)
    assert (contract.timing, contract.batch_scope) == (Timing(TimingKind.PER_EXAM), "patient")
    assert contract.patients.patient_ids == {"P-1", "P-2", "P-3"}
    assert contract.capacity_bytes == 200 * GIGABYTE
    assert (contract.limit_policy, contract.invoice_grouping) == ("overage", "target")


def test_the_check_page_says_price_tax_total_and_the_next_bill(admin: Visitor, sign: str) -> None:
    page = said(admin.submit(sign, term_count="2").text)
    assert "10 points × 1,000 yen" in page
    assert "Excluding tax 10,000 yen Tax 1,000 yen Total 11,000 yen" in page
    assert "2 periods: 22,000 yen in all" in page
    assert "First bill on" in page
    assert "Next bill on" in page


def test_special_terms_wait_and_say_so(world: World, admin: Visitor, sign: str) -> None:
    assert "These are special terms" in said(admin.submit(sign, unit_price_yen="900").text)
    page = said(signed(admin, sign, unit_price_yen="900").text)
    assert "With the provider" in page
    assert contract_on(world, sign) is None


def test_only_what_was_shown_is_signed(world: World, admin: Visitor, sign: str) -> None:
    shown = held(admin.submit(sign), "terms_sha256")
    page = admin.submit(sign, step="sign", terms_sha256=shown, capacity="200")
    assert page.status == 409
    assert "Nothing was signed." in said(page.text)
    assert contract_on(world, sign) is None


def test_a_second_signature_is_refused_in_words(admin: Visitor, sign: str) -> None:
    shown = held(admin.submit(sign), "terms_sha256")
    admin.submit(sign, step="sign", terms_sha256=shown)
    page = admin.submit(sign, step="sign", terms_sha256=shown)
    assert page.status == 409
    assert "The target has a contract already." in said(page.text)


def test_a_target_with_a_contract_leads_to_it(world: World, admin: Visitor) -> None:
    page = admin.go(f"/portal/targets/{world.target_id}/sign")
    assert "This target has a contract already." in said(page.text)


def day(days: int) -> str:
    return str(date.fromisoformat(clock.text(clock.now())[:10]) + timedelta(days=days))


REFUSALS: list[tuple[str, dict[str, str]]] = [
    ("term", {"term": "weekly"}),
    ("term_count", {"term_count": "0"}),
    ("term_count", {"term_count": "11"}),
    ("term_count", {"term_count": "one"}),
    ("term_count", {"term": "monthly", "term_count": "121"}),
    ("starts_on", {"starts_on": "tomorrow"}),
    ("starts_on", {"starts_on": "2020-01-01"}),
    ("starts_on", {"starts_on": "2199-01-01"}),
    ("plan", {"plan": "nightly-object"}),
    ("at", {"at": "24:00"}),
    ("at", {"at": ""}),
    ("patients", {"patients": "some"}),
    ("patient_ids", {"patients": "listed", "patient_ids": " \n"}),
    ("patient_ids", {"patients": "all_but", "patient_ids": "\n".join(map(str, range(2001)))}),
    ("capacity", {"capacity": "0"}),
    ("capacity", {"capacity": "-1"}),
    ("capacity", {"capacity": "NaN"}),
    ("capacity", {"capacity": "1e9"}),
    ("capacity", {"capacity": "0.0000000001"}),
    ("capacity", {"capacity": "much"}),
    ("capacity_unit", {"capacity_unit": "TB"}),
    ("limit_policy", {"limit_policy": "?"}),
    ("limit_policy", {"term": "capacity_only", "limit_policy": "overage"}),
    ("auto_renew", {"auto_renew": "?"}),
    ("auto_renew", {"term": "capacity_only", "auto_renew": "yes"}),
    ("invoice_grouping", {"invoice_grouping": "?"}),
    ("unit_price_yen", {"unit_price_yen": "-1"}),
    ("unit_price_yen", {"unit_price_yen": "1000001"}),
    ("unit_price_yen", {"unit_price_yen": "free"}),
]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_wrong_field_is_named_in_both_languages(
    admin: Visitor, sign: str, language: str
) -> None:
    admin.language = language
    for name, typed in REFUSALS:
        page = admin.submit(sign, **typed)
        assert page.status == 422, typed
        assert f'<a href="#{name}">' in page.text, typed
        assert f'id="{name}-wrong"' in page.text, typed
        assert f'id="{name}"' in page.text, typed


def test_every_field_can_be_refused() -> None:
    of_areas = {"service_class"}  # see test_areas.py
    fields = {*USUAL_OF[TargetKind.MASS_STORAGE], "capacity_unit"}
    assert {name for name, _ in REFUSALS} == fields - of_areas


def test_all_wrong_fields_are_said_at_once_and_what_was_typed_is_kept(
    admin: Visitor, sign: str
) -> None:
    page = admin.submit(sign, term_count="many", at="late", capacity="<b>", patient_ids="P-1\nP-2")
    found = re.findall(r'<li><a href="#(\w+)">', page.text)
    assert found == ["term_count", "at", "capacity"]
    for kept in ('value="many"', 'value="late"', 'value="&lt;b&gt;"', "P-1\nP-2</textarea>"):
        assert kept in page.text


def test_less_room_than_is_stored_is_refused_with_the_figure(world: World, admin: Visitor) -> None:
    world.back_up({"E-1/a": b"x" * 5000})
    path = f"/portal/contracts/{world.contract_id}/change"
    admin.get(path)
    page = admin.submit(path, capacity="0.000001")
    assert page.status == 409
    assert "5.00 kB are stored already." in said(page.text)


def test_a_price_is_shown_without_checking(admin: Visitor, sign: str) -> None:
    page = admin.submit(sign, step="price", term="monthly", capacity="300")
    assert page.title == "Sign a contract | Hokan"
    assert "3 points × 1,000 yen" in said(page.text)


def test_the_way_back_keeps_every_answer(admin: Visitor, sign: str) -> None:
    page = admin.submit(sign, step="edit", at="03:30", patients="listed", patient_ids="P-1")
    assert page.status == 200
    assert 'value="03:30"' in page.text
    assert "P-1</textarea>" in page.text


def test_no_patient_number_stands_in_an_address(admin: Visitor, sign: str) -> None:
    page = signed(admin, sign, patients="listed", patient_ids=CANARY_ID)
    assert CANARY_ID not in "".join(re.findall(r'(?:href|action|formaction)="([^"]*)"', page.text))
    assert "Only the 1 patient listed" in said(page.text)


# --- a contract --------------------------------------------------------------------------------


def test_a_contract_shows_price_outlook_and_both_acceptances(world: World) -> None:
    doctor = signed_in(Role.DOCTOR, world.facility_id)
    page = said(doctor.get(f"/portal/contracts/{world.contract_id}").text)
    assert "10 points × 1,000 yen = 10,000 yen" in page
    assert "Next bill" in page
    assert "You are reminded" in page
    assert "The law may require you to keep records longer" in page
    assert "the standing offer of price book 2026-01" in page
    contract = store.contract(world.facility_id, world.contract_id)
    assert contract.terms_sha256 in page


def test_a_doctor_sees_a_contract_and_cannot_change_it(world: World) -> None:
    doctor = signed_in(Role.DOCTOR, world.facility_id)
    path = f"/portal/contracts/{world.contract_id}"
    assert "Change the contract" not in doctor.get(path).text
    assert "Sign a contract" not in doctor.get("/portal/targets").text
    assert doctor.get(f"{path}/change").status == 403
    assert doctor.submit(f"{path}/cancel", policy="short_rate").status == 403


# --- changing ----------------------------------------------------------------------------------


@pytest.fixture
def change(world: World, admin: Visitor) -> str:
    path = f"/portal/contracts/{world.contract_id}/change"
    admin.get(path)
    return path


def agreed(admin: Visitor, path: str, **fields: str) -> Answer:
    shown = held(admin.submit(path, **fields), "terms_sha256")
    return admin.send(path, step="agree", terms_sha256=shown, **fields)


def test_more_shows_the_difference_and_holds_at_once(
    world: World, admin: Visitor, change: str
) -> None:
    page = said(admin.submit(change, capacity="300").text)
    assert "Fee now 10,000 yen Fee after 30,000 yen Difference +20,000 yen" in page
    assert "Holds from today" in page
    assert "Total 22,000 yen" in page
    assert "The contract is changed." in said(agreed(admin, change, capacity="300").text)
    contract = store.contract(world.facility_id, world.contract_id)
    assert (contract.capacity_bytes, contract.version) == (300 * GIGABYTE, 2)


def test_less_holds_from_the_next_period_and_waits_in_sight(
    world: World, admin: Visitor, change: str
) -> None:
    agreed(admin, change, capacity="300", auto_renew="yes")
    admin.get(change)
    page = said(admin.submit(change, capacity="100").text)
    assert "Difference −20,000 yen" in page
    assert "Charged now Nothing" in page
    page = said(agreed(admin, change, capacity="100").text)
    assert "The change is agreed on." in page
    assert "100 GB for 11,000 yen, tax included." in page
    assert store.contract(world.facility_id, world.contract_id).capacity_bytes == 300 * GIGABYTE


def test_a_change_of_nothing_is_refused(admin: Visitor, change: str) -> None:
    page = admin.submit(change)
    assert page.status == 422
    assert "Nothing is different yet." in said(page.text)


def test_only_the_change_that_was_shown_is_made(world: World, admin: Visitor, change: str) -> None:
    shown = held(admin.submit(change, capacity="300"), "terms_sha256")
    page = admin.submit(change, step="agree", capacity="400", terms_sha256=shown)
    assert page.status == 409
    assert store.contract(world.facility_id, world.contract_id).version == 1


def test_a_special_change_waits(world: World, admin: Visitor, change: str) -> None:
    page = said(agreed(admin, change, capacity="20000").text)
    assert "A change waits for the provider: 20.0 TB" in page
    assert store.contract(world.facility_id, world.contract_id).proposed is not None


# --- cancelling --------------------------------------------------------------------------------


def cancelled(admin: Visitor, world: World, policy: str, **fields: str) -> Answer:
    path = f"/portal/contracts/{world.contract_id}/cancel"
    admin.get(path)
    shown = held(admin.submit(path, policy=policy), "shown")
    return admin.send(path, step="cancel", policy=policy, **({"shown": shown} | fields))


def test_each_way_to_cancel_says_what_comes_back(world: World, admin: Visitor) -> None:
    page = said(admin.get(f"/portal/contracts/{world.contract_id}/cancel").text)
    assert "With the period that is paid" in page
    assert "9,900 yen comes back" in page


def test_a_contract_is_cancelled_with_its_period(world: World, admin: Visitor) -> None:
    page = said(cancelled(admin, world, "end_of_term").text)
    assert "The contract is cancelled." in page
    contract = store.contract(world.facility_id, world.contract_id)
    assert (contract.state, contract.refund_yen) == (State.ACTIVE, 0)
    assert contract.cancelled_on is not None


def test_a_contract_is_cancelled_today_for_the_months_so_far(world: World, admin: Visitor) -> None:
    cancelled(admin, world, "short_rate")
    contract = store.contract(world.facility_id, world.contract_id)
    assert (contract.state, contract.refund_yen) == (State.ENDED, 9_000)


def test_what_was_not_shown_is_not_cancelled(world: World, admin: Visitor) -> None:
    page = cancelled(admin, world, "short_rate", shown="2020-01-01 99")
    assert page.title == "Cancel the contract | Hokan"
    assert store.contract(world.facility_id, world.contract_id).cancelled_on is None


def test_a_way_that_is_none_is_refused(world: World, admin: Visitor) -> None:
    path = f"/portal/contracts/{world.contract_id}/cancel"
    admin.get(path)
    assert admin.submit(path, policy="for free", step="cancel").status == 422


def test_prepaid_capacity_is_ended_at_once_without_refund(
    world: World, admin: Visitor, sign: str
) -> None:
    signed(admin, sign, term="capacity_only")
    contract = contract_on(world, sign)
    assert contract is not None
    world.contract_id = contract.contract_id
    cancelled(admin, world, "end_now")
    assert store.contract(world.facility_id, contract.contract_id).state is State.ENDED


# --- whose it is -------------------------------------------------------------------------------


def test_anothers_contract_does_not_exist(world: World) -> None:
    other = world.operator.post("/facilities", {"name": "Other"}, status=201)["facility_id"]
    stranger = signed_in(Role.FACILITY_ADMIN, other)
    for path in (
        f"/portal/contracts/{world.contract_id}",
        f"/portal/contracts/{world.contract_id}/change",
        f"/portal/contracts/{world.contract_id}/cancel",
        f"/portal/targets/{world.target_id}/sign",
    ):
        assert stranger.get(path).status == 404, path


def test_the_version_that_holds_today_is_shown(world: World, admin: Visitor, change: str) -> None:
    agreed(admin, change, capacity="300", auto_renew="yes")
    agreed(admin, change, capacity="100")
    days_pass(world, 366)
    late = signed_in(Role.DOCTOR, world.facility_id)
    page = said(late.get(f"/portal/contracts/{world.contract_id}").text)
    assert "Capacity 100 GB" in page
    assert "Fee 11,000 yen" in page
