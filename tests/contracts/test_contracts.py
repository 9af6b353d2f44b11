"""A contract is in force when both sides have accepted it, and lets move what it covers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from chalice.test import Client
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.access.model import DEFAULT_ZONE
from chalicelib.billing.books import FIRST
from chalicelib.billing.periods import Term
from chalicelib.contracts.form import Form, terms_digest
from chalicelib.contracts.model import Timing, TimingKind
from chalicelib.contracts.selection import Mode, Selection
from chalicelib.kernel import clock
from chalicelib.kernel.calendar import months_after
from tests.support.canary import CANARY_ID
from tests.support.world import MEGABYTE, World, a_chunk, a_form, build, days_pass, sign

DAY = 86_400


def opening(world: World) -> tuple[int, str]:
    """Return how opening a batch is answered."""
    response = world.agent.call("POST", f"/targets/{world.target_id}/batches", {})
    if response.status_code == 201:
        return 201, ""
    return world.agent.refused("POST", f"/targets/{world.target_id}/batches", {})


def without_contract(client: Client) -> World:
    """Return a world whose second target has no contract yet."""
    world = build(client)
    added = world.admin.post("/targets", {"name": "X-ray", "kind": "mass_storage"}, status=201)
    world.target_id = added["target_id"]
    return world


# --- both sides --------------------------------------------------------------------------------


def test_no_contract_no_upload(client: Client) -> None:
    assert opening(without_contract(client)) == (409, "no-contract")


def test_one_acceptance_is_not_enough(client: Client) -> None:
    world = without_contract(client)
    sign(world, accept=False)
    assert opening(world) == (409, "no-contract")


def test_special_terms_are_in_force_once_the_provider_accepts(client: Client) -> None:
    world = without_contract(client)
    sign(world, unit_price_yen=900)
    assert opening(world) == (201, "")


def test_standard_terms_are_in_force_as_soon_as_they_are_signed(client: Client) -> None:
    world = without_contract(client)
    told = world.admin.post("/contracts", a_form(world.target_id), status=201)
    assert (told["state"], opening(world)) == ("active", (201, ""))


def test_a_contract_keeps_who_accepted_it_and_the_digest_of_its_terms(world: World) -> None:
    told = world.admin.get(f"/contracts/{world.contract_id}")
    assert told["signed_by"] == "person-facility-admin"
    assert told["accepted_by"] == "standard-terms"
    assert len(told["terms_sha256"]) == 64
    assert told["price_book_sha256"] == FIRST.sha256()


def test_special_terms_keep_who_accepted_them(client: Client) -> None:
    world = without_contract(client)
    sign(world, unit_price_yen=900)
    assert world.admin.get(f"/contracts/{world.contract_id}")["accepted_by"] == "person-operator"


def test_special_terms_that_are_declined_are_a_draft_and_never_in_force(client: Client) -> None:
    world = without_contract(client)
    sign(world, accept=False)
    here = f"/facilities/{world.facility_id}/contracts/{world.contract_id}"
    assert world.operator.post(f"{here}/decline")["state"] == "draft"
    assert world.operator.refused("POST", f"{here}/accept", {}) == (409, "illegal-transition")
    assert opening(world) == (409, "no-contract")


def test_accepting_what_is_in_force_changes_nothing(world: World) -> None:
    before = world.admin.get(f"/contracts/{world.contract_id}")
    path = f"/facilities/{world.facility_id}/contracts/{world.contract_id}/accept"
    assert world.operator.post(path) == before
    assert world.admin.get(f"/contracts/{world.contract_id}") == before


def test_an_ended_contract_is_not_accepted(world: World) -> None:
    world.admin.post(f"/contracts/{world.contract_id}/end")
    path = f"/facilities/{world.facility_id}/contracts/{world.contract_id}/accept"
    assert world.operator.refused("POST", path, {}) == (409, "illegal-transition")


def test_a_second_contract_for_the_same_target_is_not_put_in_force(world: World) -> None:
    form = a_form(world.target_id)
    assert world.admin.refused("POST", "/contracts", form) == (409, "target-has-contract")
    second = world.admin.post("/contracts", form | {"unit_price_yen": 900}, status=201)
    path = f"/facilities/{world.facility_id}/contracts/{second['contract_id']}/accept"
    assert world.operator.refused("POST", path, {}) == (409, "target-has-contract")


def test_a_contract_whose_time_has_passed_makes_way_for_the_next(world: World) -> None:
    days_pass(world, 400)
    first = world.contract_id
    sign(world)
    assert opening(world) == (201, "")
    assert world.admin.get(f"/contracts/{first}")["state"] == "ended"


def test_a_contract_smaller_than_what_is_stored_is_refused_with_both_figures(world: World) -> None:
    world.back_up({"a": b"one"})
    world.admin.post(f"/contracts/{world.contract_id}/end")
    for path in ("/quotes", "/contracts"):
        response = world.admin.call("POST", path, a_form(world.target_id, capacity_bytes=2))
        told = response.json_body
        assert (response.status_code, told["stored_bytes"], told["capacity_bytes"]) == (409, 3, 2)
        assert "2 is less than the 3 bytes stored" in told["detail"]


# --- time --------------------------------------------------------------------------------------


def test_an_ended_contract_takes_no_more(world: World) -> None:
    world.admin.post(f"/contracts/{world.contract_id}/end")
    assert opening(world) == (409, "contract-ended")


def test_ending_twice_is_refused(world: World) -> None:
    world.admin.post(f"/contracts/{world.contract_id}/end")
    assert world.admin.refused("POST", f"/contracts/{world.contract_id}/end", {})[0] == 409


def test_what_was_stored_can_be_restored_after_the_end(world: World) -> None:
    world.back_up({"a": b"one"})
    world.admin.post(f"/contracts/{world.contract_id}/end")
    grant = {"target_id": world.target_id, "scope": "target", "agent_id": world.agent.agent_id}
    restore_id = world.doctor.post("/restores", grant, status=201)["restore_id"]
    files = world.agent.post(f"/restores/{restore_id}/files", {"cursor": None})["items"]
    assert [each["path"] for each in files] == ["a"]


def test_a_contract_that_has_not_begun_takes_nothing_yet(client: Client) -> None:
    world = without_contract(client)
    later = (clock.now() + timedelta(days=3)).date().isoformat()
    sign(world, starts_on=later)
    assert opening(world) == (409, "contract-not-active")


def test_an_annual_contract_ends_after_a_year(world: World) -> None:
    clock.move(367 * DAY)
    assert opening(world) == (409, "contract-ended")


def test_a_monthly_contract_goes_on_by_itself(client: Client) -> None:
    world = without_contract(client)
    sign(world, term="monthly")
    clock.move(100 * DAY)
    assert opening(world) == (201, "")


def test_a_monthly_contract_that_does_not_renew_ends_after_a_month(client: Client) -> None:
    world = without_contract(client)
    sign(world, term="monthly", auto_renew=False)
    clock.move(33 * DAY)
    assert opening(world) == (409, "contract-ended")


def test_a_batch_under_way_stops_when_the_contract_ends(world: World) -> None:
    batch_id = world.open_batch()
    world.admin.post(f"/contracts/{world.contract_id}/end")
    path = f"/targets/{world.target_id}/batches/{batch_id}/chunks/0"
    assert world.agent.refused("PUT", path, a_chunk({"a": b"one"})) == (409, "contract-ended")


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(0, 60), st.integers(0, 60))
def test_months_never_chain(anchor: date, first: int, second: int) -> None:
    """Going on from a shortened day would lose days; going on from the anchor does not."""
    assert months_after(anchor, first + second) >= months_after(months_after(anchor, first), second)


# --- the form ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"timing": {"kind": "nightly"}}, "local time"),
        ({"timing": {"kind": "nightly", "at": "26:00"}}, "local time"),
        ({"timing": {"kind": "at_once", "at": "02:00"}}, 'leave out "at"'),
        ({"timing": {"kind": "weekly"}}, "$.timing.kind"),
        ({"timing": {"kind": "per_exam", "at": "02:00"}}, 'leave out "at"'),
        ({"batch_scope": "object"}, "batches by facility, patient, examination"),
        ({"term_count": 0}, "term_count"),
        ({"term_count": 11}, "between 1 and 10"),
        ({"starts_on": "9999-12-31"}, "starts_on must be between"),
        ({"unit_price_yen": -1}, "unit_price_yen"),
        ({"term": "capacity_only", "auto_renew": True}, "leave out auto_renew"),
        ({"term": "capacity_only", "limit_policy": "overage"}, "limit_policy must be reject"),
        ({"invoice_grouping": "patient"}, "$.invoice_grouping"),
        ({"patients": {"mode": "all", "include_new": False}}, 'choose "listed"'),
        ({"capacity_bytes": 0}, "capacity_bytes"),
        ({"capacity_bytes": 10**16}, "capacity_bytes"),
        ({"term": "weekly"}, "$.term"),
        ({"starts_on": "tomorrow"}, "$.starts_on"),
        ({"patients": {"mode": "listed", "patient_ids": []}}, "at least one"),
        ({"patients": {"mode": "all", "patient_ids": ["P-1"]}}, "takes no patient_ids"),
        ({"patients": {"mode": "listed", "patient_ids": [""]}}, "empty number"),
        ({"patients": {"mode": "listed", "patient_ids": ["P" * 60_001]}}, "60000 bytes"),
        ({"price": 0}, "price"),
    ],
)
def test_a_choice_that_is_impossible_is_named(
    world: World, change: dict[str, Any], told: str
) -> None:
    for path in ("/quotes", "/contracts"):
        response = world.admin.call("POST", path, a_form(world.target_id) | change)
        assert response.status_code == 422
        assert told in response.json_body["detail"]


def test_another_choice_is_another_digest() -> None:
    form = Form(
        target_id="t",
        term=Term.ANNUAL,
        starts_on=date(2026, 4, 1),
        timing=Timing(TimingKind.NIGHTLY, "02:00"),
        capacity_bytes=1,
    )
    other = Form(
        target_id="t",
        term=Term.ANNUAL,
        starts_on=date(2026, 4, 1),
        timing=Timing(TimingKind.NIGHTLY, "02:01"),
        capacity_bytes=1,
    )
    assert terms_digest(form, FIRST) != terms_digest(other, FIRST)


# --- patients ----------------------------------------------------------------------------------


def selecting(client: Client, mode: str, *patients: str) -> World:
    world = without_contract(client)
    sign(world, patients={"mode": mode, "patient_ids": list(patients)})
    return world


def answers(world: World, **examination: Any) -> list[str]:
    chunk = a_chunk({"a": b"one"}, **examination)
    told = world.chunk(world.open_batch(), 0, chunk)
    return [each.get("code") or each["state"] for each in told]


def test_an_excluded_patients_files_do_not_move(client: Client) -> None:
    world = selecting(client, "all_but", CANARY_ID)
    assert answers(world) == ["patient-excluded"]


def test_a_patient_who_is_not_listed_is_excluded(client: Client) -> None:
    assert answers(selecting(client, "listed", "P-9")) == ["patient-excluded"]


def test_a_listed_patients_files_move(client: Client) -> None:
    assert answers(selecting(client, "listed", CANARY_ID)) == ["upload"]


@pytest.mark.parametrize("mode", ["listed", "all_but"])
def test_where_patients_are_chosen_nobodys_files_do_not_move(client: Client, mode: str) -> None:
    """They might be an excluded patient's."""
    assert answers(selecting(client, mode, "P-9"), patient=None) == ["patient-unknown"]


def test_a_refused_file_claims_nothing(client: Client) -> None:
    world = selecting(client, "all_but", CANARY_ID)
    answers(world)
    assert world.usage() == (10 * MEGABYTE, 10 * MEGABYTE)


@given(st.frozensets(st.text(min_size=1), min_size=1), st.text(min_size=1))
def test_listed_and_all_but_are_opposites(listed: frozenset[str], patient: str) -> None:
    taken = Selection(Mode.LISTED, listed).refusal(patient) is None
    assert taken is (patient in listed)
    assert taken is not (Selection(Mode.ALL_BUT, listed).refusal(patient) is None)


def test_the_local_date_counts() -> None:
    """A contract of the 1st of April begins at 00:00 in Japan, 15:00 the day before in UTC."""
    tokyo = ZoneInfo(DEFAULT_ZONE)
    assert datetime(2026, 3, 31, 15, tzinfo=UTC).astimezone(tokyo).date() == date(2026, 4, 1)
