"""Contracts as dates pass: paused and resumed, told of, renewed by themselves or by hand, ended."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import boto3
import msgspec
import pytest
from chalice.test import Client

from chalicelib.access.model import Role
from chalicelib.billing.pricebook import PriceBook
from chalicelib.contracts import store
from chalicelib.contracts.model import Contract, State
from chalicelib.kernel import clock
from chalicelib.settings import settings
from tests.faults.stored import rows
from tests.jobs.nights import at_run, first_run, jobs_of, move
from tests.jobs.test_timers import amend, timers
from tests.portal.test_home import said
from tests.support.price_books import dearer_book, month, published
from tests.support.visitor import signed_in
from tests.support.world import World, a_chunk, build, days_pass


@pytest.fixture
def dearer(client: Client) -> PriceBook:  # noqa: ARG001 - it makes the tables
    """The provider has a new price book, from next month on."""
    return published(dearer_book())


def contract(world: World) -> Contract:
    return store.contract(world.facility_id, world.contract_id)


def on(day: date) -> str:
    """Return the moment *day* begins in Japan."""
    return clock.text(datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=9))


def boundary(world: World, name: str) -> date:
    return date.fromisoformat(world.admin.get(f"/contracts/{world.contract_id}")[name])


def told(world: World) -> list[dict[str, Any]]:
    """Return what the facility was told of what comes."""
    found = boto3.client("dynamodb").query(
        TableName=settings().core_table,
        KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
        ExpressionAttributeValues={
            ":pk": {"S": f"FACILITY#{world.facility_id}"},
            ":sk": {"S": "NOTICE#reminder-"},
        },
    )
    facts = [msgspec.json.decode(each["facts"]["S"]) for each in found["Items"]]
    return sorted(facts, key=lambda each: -each["days"])


def looks(world: World) -> list[str]:
    core = rows(settings().core_table, f"FACILITY#{world.facility_id}")
    return [sk for sk in core if sk.startswith("AHEAD#")]


def versions(world: World) -> list[dict[str, Any]]:
    return list(world.admin.get(f"/contracts/{world.contract_id}/versions")["items"])


def post(world: World, what: str, body: Any = None, status: int = 200) -> Any:
    return world.admin.post(f"/contracts/{world.contract_id}/{what}", body, status=status)


def refused(world: World, what: str, body: Any = None) -> str:
    path = f"/contracts/{world.contract_id}/{what}"
    status, code = world.admin.refused("POST", path, body or {})
    assert status == 409
    return code


# --- pausing --------------------------------------------------------------------------------------


def test_a_paused_plan_has_no_timer(world: World) -> None:
    assert post(world, "pause")["paused"] is True
    assert timers(world) == {}


def test_a_resumed_plan_runs_at_its_next_time(world: World) -> None:
    before = timers(world)
    post(world, "pause")
    post(world, "resume")
    assert timers(world) == before


def test_pausing_again_changes_nothing(world: World) -> None:
    once = post(world, "pause")
    assert post(world, "pause") == once


def test_nothing_is_taken_while_paused(world: World) -> None:
    post(world, "pause")
    path = f"/targets/{world.target_id}/batches"
    assert world.agent.refused("POST", path, {}) == (409, "contract-paused")


def test_a_batch_that_was_open_takes_nothing_more(world: World) -> None:
    path = f"/targets/{world.target_id}/batches/{world.open_batch()}/chunks/0"
    post(world, "pause")
    assert world.agent.call("PUT", path, a_chunk({"a": b"one"})).status_code == 409


def test_no_job_is_offered_while_paused(world: World) -> None:
    at_run(world)
    assert len(world.poll()["jobs"]) == 1
    post(world, "pause")
    assert world.poll()["jobs"] == []


def test_what_is_stored_is_restored_while_paused(world: World) -> None:
    world.back_up({"a": b"one"})
    post(world, "pause")
    grant = {"target_id": world.target_id, "scope": "target", "agent_id": world.agent.agent_id}
    restore = world.doctor.post("/restores", grant, status=201)
    assert world.agent.post(f"/restores/{restore['restore_id']}/files")["items"]


def test_pausing_leaves_price_and_term_as_they_are(world: World) -> None:
    before = world.admin.get(f"/contracts/{world.contract_id}")
    after = post(world, "pause")
    assert {name for name in after if after[name] != before[name]} == {"paused", "revision"}


def test_an_ended_contract_cannot_be_paused(world: World) -> None:
    post(world, "end")
    assert refused(world, "pause") == "contract-not-active"


def test_a_pause_outlasts_a_change_that_comes_later(client: Client) -> None:
    world = build(client, capacity_bytes=200 * 10**9, auto_renew=True)
    begins = amend(world, capacity_bytes=100 * 10**9)["upcoming"]["effective_on"]
    post(world, "pause")
    world.tick(on(date.fromisoformat(begins)))
    found = contract(world)
    assert (found.upcoming, found.capacity_bytes, found.paused) == (None, 100 * 10**9, True)


# --- renewing by itself ---------------------------------------------------------------------------


def test_a_year_begins_anew_by_itself(client: Client) -> None:
    world = build(client, auto_renew=True)
    renews_on = boundary(world, "renews_on")
    world.tick(on(renews_on))
    found = contract(world)
    assert (found.term_no, found.renewed_on, found.state) == (2, renews_on, State.ACTIVE)


def test_by_the_same_prices_no_version_is_made(client: Client) -> None:
    world = build(client, auto_renew=True)
    before = contract(world)
    world.tick(on(boundary(world, "renews_on")))
    after = contract(world)
    changed = {
        each for each in after.__struct_fields__ if getattr(after, each) != getattr(before, each)
    }
    assert changed == {"term_no", "renewed_on", "revision"}
    assert len(versions(world)) == 1


def test_another_term_is_by_the_newest_prices(client: Client, dearer: PriceBook) -> None:
    world = build(client, auto_renew=True)
    renews_on = boundary(world, "renews_on")
    world.tick(on(renews_on))
    first, second = versions(world)
    assert (first["price_book"], second["price_book"]) == ("2026-01", dearer.version)
    assert (second["version"], second["effective_on"]) == (2, renews_on.isoformat())
    assert second["fee_per_period_yen"] == 12_000
    assert second["signed_by"] == first["signed_by"]
    assert second["accepted_by"] == "standard-terms"
    assert second["terms_sha256"] != first["terms_sha256"]


def test_a_price_agreed_on_specially_outlasts_a_renewal(client: Client, dearer: PriceBook) -> None:
    world = build(client, auto_renew=True, unit_price_yen=900)
    world.tick(on(boundary(world, "renews_on")))
    found = contract(world)
    assert (found.price_book, found.unit_price_yen) == (dearer.version, 900)


def test_a_renewal_happens_once_however_often_it_is_looked_at(client: Client) -> None:
    world = build(client, auto_renew=True)
    at = on(boundary(world, "renews_on"))
    world.tick(at)
    once = contract(world)
    world.tick(at)
    assert contract(world) == once


def test_whoever_asks_first_renews_though_no_minute_came(client: Client) -> None:
    world = build(client, auto_renew=True)
    days_pass(world, (boundary(world, "renews_on") - clock.now().date()).days + 1)
    world.open_batch()
    assert contract(world).term_no == 2


def test_months_missed_are_counted(client: Client) -> None:
    world = build(client, term="monthly")
    world.tick(clock.text(clock.now() + timedelta(days=95)))
    assert contract(world).term_no == 4


def test_a_change_that_waits_by_old_prices_is_turned_down(
    client: Client, dearer: PriceBook
) -> None:
    world = build(client, auto_renew=True)
    post(world, "amendments", {"unit_price_yen": 500})
    world.tick(on(boundary(world, "renews_on")))
    found = contract(world)
    assert found.proposed is None
    assert found.declined is not None
    assert dearer.version in found.declined.reason


def test_a_cancelled_contract_is_not_renewed(client: Client) -> None:
    world = build(client, auto_renew=True)
    post(world, "cancellation", {"policy": "end_of_term"})
    world.tick(on(boundary(world, "ends_on")))
    assert (contract(world).term_no, contract(world).state) == (1, State.ENDED)


@pytest.mark.usefixtures("dearer")
def test_the_first_page_tells_the_price_of_the_next_term(client: Client) -> None:
    world = build(client, auto_renew=True)
    days_pass(world, 1)
    page = signed_in(Role.DOCTOR, world.facility_id).get("/portal")
    assert "13,200 yen" in said(page.text)


# --- renewing by hand -----------------------------------------------------------------------------


def test_one_more_term_is_quoted_and_signed_for(world: World) -> None:
    ends_on = boundary(world, "ends_on")
    quote = post(world, "renewal/quote")
    assert quote["begins_on"] == ends_on.isoformat()
    assert quote["price"] == {"fee_yen": 10_000, "tax_yen": 1_000, "total_yen": 11_000}
    renewed = post(world, "renewal", {"terms_sha256": quote["terms_sha256"]})
    assert (renewed["ends_on"], renewed["renews_on"]) == (quote["ends_on"], quote["begins_on"])
    assert len(versions(world)) == 2


def test_a_contract_renewed_by_hand_goes_on_in_the_next_term(world: World) -> None:
    ends_on = boundary(world, "ends_on")
    post(world, "renewal", {})
    world.tick(on(ends_on))
    found = contract(world)
    assert (found.state, found.term_no, found.next_term) == (State.ACTIVE, 2, None)


def test_the_price_that_was_shown_is_the_one_that_holds(client: Client, dearer: PriceBook) -> None:
    world = build(client, auto_renew=False)
    quote = post(world, "renewal/quote")
    assert quote["price"]["total_yen"] == 13_200
    post(world, "renewal", {"terms_sha256": quote["terms_sha256"]})
    assert contract(world).price_book == "2026-01"
    published(msgspec.structs.replace(dearer, version=month(2), block_bytes=1))
    world.tick(on(date.fromisoformat(quote["begins_on"])))
    assert versions(world)[-1]["fee_per_period_yen"] == 12_000
    assert versions(world)[-1]["terms_sha256"] == quote["terms_sha256"]


def test_other_prices_than_were_shown_are_not_signed(world: World) -> None:
    shown = post(world, "renewal/quote")["terms_sha256"]
    published(dearer_book())
    assert refused(world, "renewal", {"terms_sha256": shown}) == "terms-differ"


def test_it_is_renewed_by_hand_once(world: World) -> None:
    post(world, "renewal", {})
    assert refused(world, "renewal") == "renewed-already"


def test_what_renews_itself_needs_no_hand(client: Client) -> None:
    assert refused(build(client, auto_renew=True), "renewal") == "renews-itself"


def test_more_room_leaves_a_renewal_as_it_was_signed(world: World) -> None:
    ends_on = post(world, "renewal", {})["ends_on"]
    amend(world, capacity_bytes=300 * 10**9)
    found = world.admin.get(f"/contracts/{world.contract_id}")
    assert (found["ends_on"], found["next_term"] is None) == (ends_on, False)


def test_a_renewal_adds_nothing_to_what_was_paid(world: World) -> None:
    before = post(world, "cancellation/quote", {"policy": "short_rate"})["refund"]
    post(world, "renewal", {})
    assert post(world, "cancellation/quote", {"policy": "short_rate"})["refund"] == before


# --- told of, and ended ---------------------------------------------------------------------------


def test_a_year_that_ends_is_told_of_three_times(world: World) -> None:
    ends_on = boundary(world, "ends_on")
    for days in range(62, 0, -1):
        world.tick(on(ends_on - timedelta(days=days)))
    assert [each["days"] for each in told(world)] == [60, 30, 7]
    assert {each["renews"] for each in told(world)} == {False}


def test_a_late_minute_tells_how_many_days_are_left(world: World) -> None:
    ends_on = boundary(world, "ends_on")
    world.tick(on(ends_on - timedelta(days=20)))
    assert [each["days"] for each in told(world)] == [20]


@pytest.mark.usefixtures("dearer")
def test_a_renewal_is_told_of_with_its_new_price(client: Client) -> None:
    world = build(client, auto_renew=True)
    world.tick(on(boundary(world, "renews_on") - timedelta(days=60)))
    assert [(each["renews"], each["total_yen"]) for each in told(world)] == [(True, 13_200)]


@pytest.mark.usefixtures("dearer")
def test_a_month_is_told_of_only_when_it_costs_another_price(client: Client) -> None:
    world = build(client, auto_renew=True, term="monthly")
    world.tick(on(boundary(world, "renews_on") - timedelta(days=7)))
    assert [each["total_yen"] for each in told(world)] == [1_320]


def test_a_month_at_the_same_price_is_not_told_of(client: Client) -> None:
    world = build(client, term="monthly")
    world.tick(on(boundary(world, "renews_on") - timedelta(days=7)))
    assert told(world) == []


def test_a_contract_ends_by_itself(world: World) -> None:
    world.tick(on(boundary(world, "ends_on")))
    assert contract(world).state is State.ENDED
    assert (timers(world), looks(world)) == ({}, [])


def test_it_does_not_end_a_minute_before(world: World) -> None:
    ends_on = boundary(world, "ends_on")
    world.tick(clock.text(clock.parse(on(ends_on)) - timedelta(minutes=1)))
    assert contract(world).state is State.ACTIVE
    assert len(looks(world)) == 1


def test_a_suspended_contract_ends_with_its_term(world: World) -> None:
    ends_on = boundary(world, "ends_on")
    move(world, State.GRACE, State.SUSPENDED)
    world.tick(on(ends_on))
    assert contract(world).state is State.ENDED


def test_what_was_ended_is_looked_at_no_more(world: World) -> None:
    post(world, "cancellation", {"policy": "short_rate"})
    assert looks(world) == []


def test_a_night_before_the_pause_makes_no_job_in_it(world: World) -> None:
    at = first_run(world)
    post(world, "pause")
    world.tick(clock.text(at))
    assert jobs_of(world) == []
