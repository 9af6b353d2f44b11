"""The run, killed at any AWS call or done by two at once: one end, and it is the expected one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from chalice.test import Client

from chalicelib.billing import store as invoices
from chalicelib.charging import service
from chalicelib.contracts import billed_store, store
from chalicelib.kernel import clock
from chalicelib.kernel.calendar import start_of_day
from chalicelib.tables import transaction
from tests.charging.test_overage import grow
from tests.charging.test_run import BLOCK, a_world, after, all_invoices, amend, cancel, lines
from tests.faults.crashes import calls_of, died, every_death
from tests.faults.interleaving import interrupted
from tests.faults.money_invariants import check_money
from tests.support.life import live_until, show
from tests.support.snapshot import Snapshot
from tests.support.world import TOKYO, World
from tests.uploads.test_costs import counted

Story = Callable[[Client], tuple[World, list[int], int]]


def run(world: World) -> None:
    """Bill what is due of the world's contract now, as the minute does."""
    found = billed_store.billed(world.facility_id, world.contract_id)
    now = clock.now()
    if found is not None and found.due_at is not None and clock.parse(found.due_at) <= now:
        service.bill(found, now)


def a_year_begins(client: Client) -> tuple[World, list[int], int]:
    return a_world(client), [10_000], 0


def three_months_were_missed(client: Client) -> tuple[World, list[int], int]:
    world = a_world(client, term="monthly")
    show(start_of_day(after(world, 2), TOKYO))
    return world, [1_000] * 3, 0


def the_day_has_an_invoice_already(client: Client) -> tuple[World, list[int], int]:
    world = a_world(client, term="monthly")
    live_until(world, after(world, 0, 2))
    found = store.contract(world.facility_id, world.contract_id)
    with transaction() as write:  # as if the run had never come
        billed_store.look_in(write, world.facility_id, world.contract_id, "Endoscopy", "Asia/Tokyo")
    assert found.version == 1
    amend(world, capacity_bytes=2 * BLOCK)
    charge_yen = store.contract(world.facility_id, world.contract_id).charge_yen
    return world, sorted([1_000, charge_yen]), 0


def more_was_agreed_on(client: Client) -> tuple[World, list[int], int]:
    world = a_world(client, term="monthly")
    for blocks in (2, 3):
        amend(world, capacity_bytes=blocks * BLOCK)
    return world, [1_000] * 3, 0


def a_year_was_cut_short(client: Client) -> tuple[World, list[int], int]:
    world = a_world(client)
    live_until(world, after(world, 0, 3))
    cancel(world, "short_rate")
    return world, [10_000], 9_000


def more_was_stored_than_agreed_on(client: Client) -> tuple[World, list[int], int]:
    world = a_world(client, term="monthly", limit_policy="overage")
    grow(world, after(world, 0, 3), 2.5)
    live_until(world, after(world, 0, 5))
    show(start_of_day(after(world, 1), TOKYO) + timedelta(hours=2))
    return world, [1_000, 1_000, 2_000], 0


STORIES = (
    a_year_begins,
    three_months_were_missed,
    the_day_has_an_invoice_already,
    more_was_agreed_on,
    a_year_was_cut_short,
    more_was_stored_than_agreed_on,
)
stories = pytest.mark.parametrize("story", STORIES, ids=lambda each: each.__name__)


def comes_to_its_end(world: World, expected: list[int], given_back: int) -> None:
    assert sorted(each.amount_yen for each in lines(world)) == expected
    heads = all_invoices(world)
    assert sum(each.subtotal_yen for each in heads) == sum(expected)
    notes = [
        note for each in heads for note in invoices.credit_notes_of(world.facility_id, each.number)
    ]
    assert sum(rate.subtotal_yen for each in notes for rate in each.rates) == given_back
    found = billed_store.billed(world.facility_id, world.contract_id)
    assert found is not None
    assert found.due_at is None or clock.parse(found.due_at) > clock.now()
    check_money(world)


@stories
def test_it_may_die_at_any_call_and_comes_to_the_same_end(client: Client, story: Story) -> None:
    world, expected, given_back = story(client)
    ready = Snapshot()
    for death in every_death(calls_of(lambda: run(world))):
        ready.restore()
        assert died(lambda: run(world), death), death
        check_money(world)
        for _ in range(2):
            run(world)
        comes_to_its_end(world, expected, given_back)


@stories
def test_two_at_once_come_to_the_same_end(client: Client, story: Story) -> None:
    world, expected, given_back = story(client)
    for _ in interrupted(lambda: run(world), lambda: run(world), alike=True):
        run(world)
        comes_to_its_end(world, expected, given_back)


def test_a_period_costs_two_requests_and_few_write_units(client: Client) -> None:
    """Its contract is read, and one transaction writes line, head and row (aim: 2.1 and 12)."""
    world = a_world(client, term="monthly")
    run(world)
    now = start_of_day(after(world, 1), TOKYO)
    found = billed_store.billed(world.facility_id, world.contract_id)
    assert found is not None
    service.finalise_at(now)  # a run asks once
    with counted() as calls:
        service.bill(found, now)
    assert len(lines(world)) == 2
    assert calls == {"GetItem": 1, "TransactWriteItems": 1, "write units": 6}
    index_units = 1 + 2  # the head begins to be due, the row moves
    assert calls["write units"] + index_units <= 12
