"""A new price book, from its publishing to the invoices: who pays by it, and from when."""

from __future__ import annotations

from datetime import timedelta

from chalice.test import Client

from chalicelib.contracts.model import in_force_on
from chalicelib.kernel.calendar import start_of_day
from tests.charging.test_preview import billed as billed_by_day
from tests.charging.test_preview import shown
from tests.charging.test_run import a_world, after, amend, billed, contract, starts_on
from tests.contracts.test_lasting import told
from tests.support.life import live_until, show
from tests.support.price_books import dearer_book, first_of_month, published
from tests.support.world import TOKYO


def test_a_term_signed_for_before_is_billed_by_its_own_book_to_the_end(client: Client) -> None:
    world = a_world(client, term="monthly", term_count=4, auto_renew=False)
    published(dearer_book())
    live_until(world, after(world, 5))
    assert billed(world) == [(after(world, month), 1_000) for month in range(4)]


def test_a_month_renewed_by_itself_is_billed_by_the_newest_book(client: Client) -> None:
    world = a_world(client, term="monthly")
    published(dearer_book())
    live_until(world, after(world, 2, 1))
    assert [amount for _, amount in billed(world)] == [1_000, 1_200, 1_200]


def test_a_change_within_a_term_is_charged_by_the_contracts_own_book(client: Client) -> None:
    world = a_world(client)
    published(dearer_book())
    live_until(world, after(world, 2))
    amend(world, capacity_bytes=2 * contract(world).capacity_bytes)
    assert in_force_on(contract(world), after(world, 2)).price_book == "2026-01"


def test_a_contract_signed_once_it_holds_is_by_the_new_book(client: Client) -> None:
    world = a_world(client, term="monthly")
    book = published(dearer_book())
    live_until(world, after(world, 1, 1))
    target = world.admin.post("/targets", {"name": "X-ray", "kind": "mass_storage"}, status=201)
    form = {
        "target_id": target["target_id"],
        "term": "annual",
        "starts_on": after(world, 1).isoformat(),
        "timing": {"kind": "at_once"},
        "capacity_bytes": 1,
    }
    assert world.admin.post("/contracts", form, status=201)["price_book"] == book.version


def test_a_contract_dated_back_does_not_go_back_to_older_prices(client: Client) -> None:
    """Signed on the first of a month, its second month began in the month before."""
    book = published(dearer_book())
    show(start_of_day(first_of_month(), TOKYO))
    first = (first_of_month(0) - timedelta(days=31)).isoformat()
    world = a_world(client, term="monthly", starts_on=first)
    world.tick()
    world.tick()
    assert [amount for _, amount in billed(world)] == [1_200, 1_200]
    assert contract(world).price_book == book.version


def test_what_a_new_book_will_bring_is_shown_before_as_it_is_billed(client: Client) -> None:
    world = a_world(client, term="monthly")
    published(dearer_book(ahead=2))
    live_until(world, starts_on(world))
    before = shown(world, after(world, 4))
    live_until(world, after(world, 4, 1))
    assert billed_by_day(world) == before
    assert {total for _, _, total in before} == {1_100, 1_320}


def test_a_facility_is_told_of_a_book_that_holds_only_by_then(client: Client) -> None:
    world = a_world(client, term="monthly")
    published(dearer_book())
    live_until(world, after(world, 1))
    assert [each["total_yen"] for each in told(world)] == [1_320]
