"""Contracts stand as their invoices are paid: in grace, suspended, ended, and back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from chalice.test import Client

from chalicelib.billing import store as invoices
from chalicelib.contracts import purge_store, store
from chalicelib.contracts.model import Contract, State
from tests.charging.test_run import BLOCK, a_world
from tests.support.life import WITHOUT_NIGHTS, live_until, pay
from tests.support.world import World, sign


@pytest.fixture
def world(client: Client) -> World:
    """A facility with an annual contract whose invoice was issued."""
    made = a_world(client, invoice_grouping="target")
    live_until(made, contract(made).starts_on + timedelta(days=2), paying=False)
    return made


def contract(world: World) -> Contract:
    return store.contract(world.facility_id, world.contract_id)


def due_on(world: World) -> date:
    return min(each.due_on for each in invoices.unpaid_of(world.facility_id))


def days_late(world: World, days: int) -> None:
    live_until(world, due_on(world) + timedelta(days=days + 1), paying=False)


@pytest.mark.parametrize(
    ("days", "state"),
    [
        (0, State.ACTIVE),
        (1, State.GRACE),
        (14, State.GRACE),
        (15, State.SUSPENDED),
        (60, State.SUSPENDED),
        (61, State.ENDED),
    ],
)
def test_a_contract_stands_as_late_as_its_invoice_is(world: World, days: int, state: State) -> None:
    days_late(world, days)
    assert contract(world).state is state


@pytest.mark.parametrize("days", [3, 30])
def test_a_payment_brings_it_back_within_a_minute(world: World, days: int) -> None:
    days_late(world, days)
    pay(world)
    world.tick()
    assert contract(world).state is State.ACTIVE


def test_a_suspended_contract_takes_no_uploads_and_gives_all_back(world: World) -> None:
    days_late(world, 20)
    assert world.agent.refused("POST", f"/targets/{world.target_id}/batches")[0] == 409
    world.doctor.get(f"/targets/{world.target_id}/examinations")


def test_what_ends_unpaid_is_kept_for_ninety_days_like_all_that_ended(world: World) -> None:
    days_late(world, 61)
    found = purge_store.purge(world.facility_id, world.target_id)
    assert found is not None
    ended_on = date.fromisoformat(found.ended_on)
    assert date.fromisoformat(found.purge_on) == ended_on + timedelta(days=90)


def test_another_target_whose_invoice_is_paid_goes_on(world: World) -> None:
    late = contract(world)
    other = world.admin.post("/targets", {"name": "X-ray", "kind": "mass_storage"}, status=201)
    world.target_id = other["target_id"]
    paid = sign(world, capacity_bytes=BLOCK, invoice_grouping="target", **WITHOUT_NIGHTS)
    first = due_on(world)
    live_until(world, first - timedelta(days=5), paying=False)
    pay(world, world.target_id)
    live_until(world, first + timedelta(days=21), paying=False)
    states = {each.contract_id: each.state for each in store.contracts_of(world.facility_id)}
    assert states == {late.contract_id: State.SUSPENDED, paid: State.ACTIVE}
