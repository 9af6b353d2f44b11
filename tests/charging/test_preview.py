"""What is shown before is what is billed; and the pages that show it."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from chalice.test import Client

from chalicelib.access.model import Role
from chalicelib.billing import store as invoices
from chalicelib.billing.model import totals_of
from chalicelib.charging import preview
from chalicelib.contracts import billed_store
from chalicelib.contracts.offer import STANDARD_BLOCKS
from chalicelib.kernel import clock, ids
from chalicelib.kernel.calendar import start_of_day
from chalicelib.tables import transaction
from tests.charging.test_run import BLOCK, a_world, after, all_invoices, amend, lines
from tests.support.life import WITHOUT_NIGHTS, live_until, show
from tests.support.snapshot import Snapshot
from tests.support.visitor import Visitor, signed_in
from tests.support.world import TOKYO, World, a_form, today

RUN = "/portal/billing/run"


def shown(world: World, upto: date) -> list[tuple[date, int, int]]:
    """Return day, number of lines and total of each invoice to come."""
    return [
        (each.key.bill_on, len(each.charges), each.totals.total_yen)
        for each in preview.of_facility(world.facility_id, upto)
    ]


def billed(world: World) -> list[tuple[date, int, int]]:
    return [
        (each.key.bill_on, each.lines, totals_of(invoices.lines_of(each), each.tax).total_yen)
        for each in all_invoices(world)
    ]


def a_random_plan(world: World, luck: Random) -> str:
    """Sign for a target of its own, and perhaps change it at once; return the contract."""
    target = world.admin.post("/targets", {"name": "X-ray", "kind": "mass_storage"}, status=201)
    terms: dict[str, Any] = {
        "term": luck.choice(["annual", "monthly", "capacity_only"]),
        "capacity_bytes": luck.randint(1, STANDARD_BLOCKS - 1) * BLOCK,
        "invoice_grouping": luck.choice(["facility", "target"]),
        "starts_on": (today() - timedelta(days=luck.randrange(31))).isoformat(),
    }
    signed = world.admin.post(
        "/contracts", a_form(target["target_id"], **(WITHOUT_NIGHTS | terms)), status=201
    )
    world.contract_id = signed["contract_id"]
    if luck.random() < 0.4:
        amend(world, capacity_bytes=terms["capacity_bytes"] + BLOCK)
    return str(signed["contract_id"])


def same(world: World, plans: int, seed: int) -> None:
    """Compare, for random plans two at a time, what is shown with what is billed."""
    luck, ready = Random(seed), Snapshot()
    for _ in range(plans // 2):
        ready.restore()
        for _ in range(2):
            a_random_plan(world, luck)
        upto = today()
        before = shown(world, upto)
        for _ in range(3):  # a minute renews, and the next one bills
            world.tick()
        assert sorted(billed(world)) == sorted(before)
        assert shown(world, upto) == []


def test_what_is_shown_is_what_is_billed(client: Client) -> None:
    same(a_world(client), plans=60, seed=1)


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(10))
def test_what_is_shown_of_a_thousand_plans_is_what_is_billed(client: Client, seed: int) -> None:
    same(a_world(client), plans=100, seed=100 + seed)


def test_a_year_ahead_is_shown_as_it_will_be_billed(client: Client) -> None:
    world = a_world(client, term="monthly", capacity_bytes=2 * BLOCK)
    live_until(world, after(world, 0, 5))
    amend(world, capacity_bytes=BLOCK)
    ahead = [(day, total) for day, _, total in shown(world, after(world, 6))]
    assert ahead == [(after(world, month), 1_100) for month in range(1, 7)]
    live_until(world, after(world, 6, 1))
    assert [(day, total) for day, _, total in billed(world)][1:] == ahead


# --- pages ---------------------------------------------------------------------------------------


@pytest.fixture
def world(client: Client) -> World:
    return a_world(client, term="monthly")


@pytest.fixture
def operator(world: World) -> Visitor:  # noqa: ARG001 - it makes the tables
    return signed_in(Role.OPERATOR)


def test_a_facility_sees_its_year(world: World) -> None:
    page = signed_in(Role.FACILITY_ADMIN, world.facility_id).get("/portal/bills-ahead").text
    assert page.count("Endoscopy · Backup") == 13
    assert "14,300 yen" in page


def test_the_provider_sees_what_a_day_will_bring(world: World, operator: Visitor) -> None:
    day = after(world, 1)
    page = operator.get(f"{RUN}?as_of={day}").text
    assert "Kawabe Clinic" in page
    assert page.count("Endoscopy · Backup") == 2
    assert lines(world) == []


def test_each_invoice_to_come_is_compared_with_the_one_before(
    world: World, operator: Visitor
) -> None:
    page = operator.get(f"{RUN}?as_of={after(world, 1)}").text
    assert (page.count("the first one"), page.count(">0 yen<")) == (1, 1)
    live_until(world, after(world, 0, 5))
    amend(world, capacity_bytes=3 * BLOCK)
    world.tick()
    live_until(world, after(world, 0, 9))
    page = signed_in(Role.OPERATOR).get(f"{RUN}?as_of={after(world, 1)}").text
    charged = all_invoices(world)[-1].total_yen
    assert f"+{3_300 - charged:,} yen" in page


def test_a_contract_that_cannot_be_billed_keeps_no_other_waiting(
    world: World, operator: Visitor
) -> None:
    with transaction() as write:  # of a contract that is not there
        billed_store.look_in(write, world.facility_id, "contract-0", "Endoscopy", "Asia/Tokyo")
    operator.get(RUN)
    page = operator.follow(operator.submit(RUN)).text
    assert "1 contract cannot be billed, nor shown here." in page
    assert [each.amount_yen for each in lines(world)] == [1_000]


def test_what_is_due_is_billed_by_a_button(world: World, operator: Visitor) -> None:
    operator.get(RUN)
    operator.submit(RUN)
    assert [each.amount_yen for each in lines(world)] == [1_000]
    assert "Nothing is to be billed" in operator.get(RUN).text


@pytest.mark.parametrize("typed", ["soon", "2020-01-01", "9999-12-31"])
def test_a_day_that_is_none_is_said_at_its_field(operator: Visitor, typed: str) -> None:
    page = operator.get(f"{RUN}?as_of={typed}").text
    assert 'role="alert"' in page
    assert f'value="{typed}"' in page


def test_another_facilitys_bills_are_not_shown(world: World) -> None:
    stranger = signed_in(Role.FACILITY_ADMIN, ids.new_id("facility", clock.now()))
    assert "Endoscopy" not in stranger.get("/portal/bills-ahead").text
    show(start_of_day(after(world, 1), TOKYO))
