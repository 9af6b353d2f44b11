"""Contracts are billed as dates pass: each period at its start, each change as it is agreed on."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from chalice.test import Client

from chalicelib.billing import corrections
from chalicelib.billing import store as invoices
from chalicelib.billing.model import Invoice, Line
from chalicelib.billing.states import InvoiceState
from chalicelib.contracts import billed_store, store
from chalicelib.contracts.model import Contract
from chalicelib.kernel import clock
from chalicelib.kernel.calendar import months_after, start_of_day
from tests.faults.money_invariants import check_money
from tests.support.invoices import OPERATOR, an_issuer
from tests.support.life import WITHOUT_NIGHTS, live_until, show
from tests.support.world import TOKYO, World, build, days_pass, sign, signed_in_again, today

BLOCK = 100 * 10**9


def a_world(client: Client, **terms: Any) -> World:
    an_issuer()
    return build(client, **({"capacity_bytes": BLOCK} | WITHOUT_NIGHTS | terms))


def contract(world: World) -> Contract:
    return store.contract(world.facility_id, world.contract_id)


def all_invoices(world: World) -> list[Invoice]:
    found, _ = invoices.invoices_page(world.facility_id, None, 100)
    return sorted(found, key=lambda each: (each.key.bill_on, each.key.sequence))


def lines(world: World) -> list[Line]:
    return [line for each in all_invoices(world) for line in invoices.lines_of(each)]


def billed(world: World) -> list[tuple[date | None, int]]:
    """Return from when, and how much, each line charges."""
    return [(each.start_on, each.amount_yen) for each in lines(world)]


def starts_on(world: World) -> date:
    return contract(world).starts_on


def after(world: World, months: int, days: int = 0) -> date:
    return months_after(starts_on(world), months) + timedelta(days=days)


def amend(world: World, **change: Any) -> Any:
    return world.admin.post(f"/contracts/{world.contract_id}/amendments", change)


# --- periods -------------------------------------------------------------------------------------


def test_a_year_is_billed_as_it_begins(client: Client) -> None:
    world = a_world(client)
    world.tick()
    line = lines(world)[0]
    assert (line.points, line.unit_price_yen, line.amount_yen) == (10, 1_000, 10_000)
    assert (line.start_on, line.end_on) == (starts_on(world), after(world, 12))


def test_a_minute_later_nothing_is_billed_again(client: Client) -> None:
    world = a_world(client)
    for _ in range(3):
        world.tick()
    assert len(lines(world)) == 1


def test_each_month_is_billed_as_it_begins(client: Client) -> None:
    world = a_world(client, term="monthly")
    live_until(world, after(world, 5, 1))
    assert billed(world) == [(after(world, month), 1_000) for month in range(6)]
    check_money(world)


def test_months_that_nobody_looked_at_are_billed_each_on_its_own_day(client: Client) -> None:
    world = a_world(client, term="monthly")
    show(start_of_day(after(world, 3, 1), TOKYO))
    for _ in range(2):  # the first minute renews the contract
        world.tick()
    assert [each.key.bill_on for each in all_invoices(world)] == [
        after(world, month) for month in range(4)
    ]


def test_a_year_that_ends_is_billed_once(client: Client) -> None:
    world = a_world(client)
    live_until(world, after(world, 13))
    assert billed(world) == [(starts_on(world), 10_000)]
    assert billed_store.billed(world.facility_id, world.contract_id).due_at is None  # type: ignore[union-attr]


def test_a_contract_that_begins_later_is_billed_then(client: Client) -> None:
    later = today() + timedelta(days=40)
    world = a_world(client, starts_on=later.isoformat())
    live_until(world, later)
    assert billed(world) == []
    live_until(world, later + timedelta(days=1))
    assert billed(world) == [(later, 10_000)]


def test_prepaid_capacity_is_billed_once(client: Client) -> None:
    world = a_world(client, term="capacity_only")
    live_until(world, after(world, 14))
    assert billed(world) == [(None, 12_000)]


def test_what_waits_for_the_provider_is_not_billed(client: Client) -> None:
    world = a_world(client)
    world.tick()
    target = world.admin.post("/targets", {"name": "X-ray", "kind": "mass_storage"}, status=201)
    first = world.contract_id
    world.target_id = target["target_id"]
    sign(world, accept=False, capacity_bytes=BLOCK, **WITHOUT_NIGHTS)
    world.tick()
    assert {each.contract_id for each in lines(world)} == {first}


# --- invoices ------------------------------------------------------------------------------------


def test_the_invoice_is_issued_when_its_hours_of_grace_are_over(client: Client) -> None:
    world = a_world(client)
    live_until(world, starts_on(world) + timedelta(days=2), paying=False)
    found = all_invoices(world)[0]
    assert (found.state, found.total_yen) == (InvoiceState.ISSUED, 11_000)
    check_money(world)


@pytest.mark.parametrize(("grouping", "count"), [("facility", 1), ("target", 2)])
def test_targets_share_an_invoice_or_not_as_agreed(
    client: Client, grouping: str, count: int
) -> None:
    world = a_world(client, invoice_grouping=grouping)
    target = world.admin.post("/targets", {"name": "X-ray", "kind": "mass_storage"}, status=201)
    world.target_id = target["target_id"]
    sign(world, capacity_bytes=BLOCK, invoice_grouping=grouping, **WITHOUT_NIGHTS)
    world.tick()
    assert (len(all_invoices(world)), len(lines(world))) == (count, 2)


def test_a_contract_signed_after_the_days_invoice_gets_the_next(client: Client) -> None:
    world = a_world(client)
    show(clock.now() + timedelta(hours=25))  # so its starts_on lies behind
    world.tick()
    show(clock.now() + timedelta(hours=25))
    world.tick()
    assert all_invoices(world)[0].state is InvoiceState.ISSUED
    signed_in_again(world)
    target = world.admin.post("/targets", {"name": "X-ray", "kind": "mass_storage"}, status=201)
    day, world.target_id = starts_on(world), target["target_id"]
    sign(world, capacity_bytes=BLOCK, starts_on=day.isoformat(), **WITHOUT_NIGHTS)
    show(clock.now() + timedelta(hours=50))
    world.tick()
    assert [each.key.sequence for each in all_invoices(world)] == [1, 2]


# --- changes -------------------------------------------------------------------------------------


def test_more_capacity_is_charged_for_the_rest_of_the_year(client: Client) -> None:
    world = a_world(client)
    live_until(world, starts_on(world) + timedelta(days=100))
    told = amend(world, capacity_bytes=2 * BLOCK)
    world.tick()
    assert billed(world)[1] == (starts_on(world) + timedelta(days=100), told["charge_yen"])
    assert told["charge_yen"] > 7_000


def test_two_changes_of_a_day_are_two_charges(client: Client) -> None:
    world = a_world(client, term="monthly")
    charges = [amend(world, capacity_bytes=blocks * BLOCK)["charge_yen"] for blocks in (2, 3)]
    world.tick()
    assert charges == [1_000, 1_000]
    assert [amount for _, amount in billed(world)] == [1_000, 1_000, 1_000]


def test_less_capacity_costs_less_from_the_next_month_on(client: Client) -> None:
    world = a_world(client, term="monthly", capacity_bytes=2 * BLOCK)
    live_until(world, starts_on(world) + timedelta(days=10))
    amend(world, capacity_bytes=BLOCK)
    live_until(world, after(world, 2, 1))
    assert [amount for _, amount in billed(world)] == [2_000, 1_000, 1_000]


def test_a_month_billed_late_costs_what_it_cost_when_it_began(client: Client) -> None:
    """A change of the tenth day is a charge of its own: the month is not billed by it."""
    world = a_world(client, term="monthly")
    days_pass(world, 10)
    charge_yen = amend(world, capacity_bytes=2 * BLOCK)["charge_yen"]
    world.tick()
    assert [amount for _, amount in billed(world)] == [1_000, charge_yen]


# --- the end -------------------------------------------------------------------------------------


def cancel(world: World, policy: str) -> Any:
    return world.admin.post(f"/contracts/{world.contract_id}/cancellation", {"policy": policy})


def test_a_cancelled_month_is_the_last_one(client: Client) -> None:
    world = a_world(client, term="monthly")
    live_until(world, after(world, 1, 5))
    cancel(world, "end_of_term")
    live_until(world, after(world, 5))
    assert [start for start, _ in billed(world)] == [after(world, 0), after(world, 1)]


def test_a_year_cut_short_is_given_back_by_a_credit_note(client: Client) -> None:
    world = a_world(client)
    live_until(world, after(world, 3, 10))
    cancel(world, "short_rate")
    live_until(world, after(world, 3, 20))
    found = all_invoices(world)[0]
    notes = invoices.credit_notes_of(world.facility_id, found.number)
    assert [each.rates[0].subtotal_yen for each in notes] == [6_000]
    check_money(world)


def test_a_year_cut_short_before_its_invoice_is_issued_is_given_back_after_it(
    client: Client,
) -> None:
    world = a_world(client)
    world.tick()
    cancel(world, "short_rate")
    live_until(world, starts_on(world) + timedelta(days=4))
    found = all_invoices(world)[0]
    notes = invoices.credit_notes_of(world.facility_id, found.number)
    assert [each.rates[0].subtotal_yen for each in notes] == [9_000]


def test_a_year_cut_short_before_it_was_billed_costs_its_month(client: Client) -> None:
    world = a_world(client)
    cancel(world, "short_rate")
    live_until(world, starts_on(world) + timedelta(days=4), paying=False)
    found = all_invoices(world)[0]
    assert (found.total_yen, found.credited_yen) == (11_000, 9_900)


def test_what_was_credited_by_hand_is_not_given_back_again(client: Client) -> None:
    world = a_world(client)
    live_until(world, starts_on(world) + timedelta(days=3))
    number = all_invoices(world)[0].number
    amounts = {10: 8_000}
    corrections.credit(OPERATOR, world.facility_id, number, amounts, key="by-hand", reason="Closed")
    cancel(world, "short_rate")
    live_until(world, starts_on(world) + timedelta(days=6))
    found = all_invoices(world)[0]
    notes = invoices.credit_notes_of(world.facility_id, found.number)
    assert sum(each.rates[0].subtotal_yen for each in notes) == 10_000
    check_money(world)


def test_a_refund_of_more_than_the_fee_goes_on_with_what_was_charged_since(client: Client) -> None:
    world = a_world(client)
    amend(world, capacity_bytes=5 * BLOCK)
    live_until(world, starts_on(world) + timedelta(days=3))
    told = cancel(world, "short_rate")
    live_until(world, starts_on(world) + timedelta(days=6))
    notes = [
        note
        for each in all_invoices(world)
        for note in invoices.credit_notes_of(world.facility_id, each.number)
    ]
    given_back = sum(rate.subtotal_yen for each in notes for rate in each.rates)
    assert (len(notes), given_back) == (2, told["refund_yen"])
    check_money(world)
