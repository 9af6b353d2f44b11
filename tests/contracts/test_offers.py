"""What a form costs is shown before it is signed, and is what is signed."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import Any

import msgspec
import pytest
from chalice.test import Client
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.billing.books import FIRST
from chalicelib.billing.periods import Term
from chalicelib.billing.pricebook import PriceBook, ServiceClass, TimingPoints
from chalicelib.billing.runs import BillablePlan, InvoiceGrouping, invoices, lines_due
from chalicelib.billing.units import LimitPolicy
from chalicelib.contracts.form import SCOPES_OF, Form, check, settled, terms_digest
from chalicelib.contracts.model import BatchScope, Timing, TimingKind
from chalicelib.contracts.offer import STANDARD_BLOCKS, offer, points_of
from chalicelib.contracts.selection import Mode, Selection
from chalicelib.kernel.errors import Invalid
from tests.support.world import World, a_form, build

BOOK = FIRST
DEARER = PriceBook(version="dearer", timing_points=TimingPoints(per_exam=1, at_once=2))
BLOCK = BOOK.block_bytes
SELECTIONS = [Selection(), Selection(Mode.LISTED, frozenset({"P-1"}))]
TIMINGS = {
    TimingKind.NIGHTLY: Timing(TimingKind.NIGHTLY, "23:59"),
    TimingKind.PER_EXAM: Timing(TimingKind.PER_EXAM),
    TimingKind.AT_ONCE: Timing(TimingKind.AT_ONCE),
}


def a_plain_form(**changes: Any) -> Form:
    usual: dict[str, Any] = {
        "target_id": "target-1",
        "term": Term.ANNUAL,
        "starts_on": date(2027, 4, 1),
        "timing": TIMINGS[TimingKind.NIGHTLY],
        "capacity_bytes": BLOCK,
    }
    return Form(**(usual | changes))


@st.composite
def forms(draw: st.DrawFn) -> Form:
    """Return any form that can be signed."""
    term, kind = draw(st.sampled_from(Term)), draw(st.sampled_from(TimingKind))
    is_limited = term is Term.CAPACITY_ONLY
    return a_plain_form(
        term=term,
        term_count=1 if is_limited else draw(st.integers(1, 10)),
        starts_on=draw(st.dates(date(2026, 1, 1), date(2040, 12, 31))),
        timing=TIMINGS[kind],
        batch_scope=draw(st.sampled_from([None, *SCOPES_OF[kind]])),
        capacity_bytes=draw(st.integers(1, 150 * BLOCK)),
        auto_renew=draw(st.sampled_from([None, False] if is_limited else [None, True, False])),
        limit_policy=LimitPolicy.REJECT if is_limited else draw(st.sampled_from(LimitPolicy)),
        invoice_grouping=draw(st.sampled_from(InvoiceGrouping)),
        patients=draw(st.sampled_from(SELECTIONS)),
        unit_price_yen=draw(st.sampled_from([None, 0, 1, 900, 1_000])),
    )


# --- the price (claims 17 and 18) ----------------------------------------------------------------


@given(forms(), st.sampled_from([BOOK, DEARER]))
def test_the_fee_is_points_times_periods_times_unit_price(form: Form, book: PriceBook) -> None:
    check(form)
    shown = offer(form, book)
    unit_price_yen = 1_000 if form.unit_price_yen is None else form.unit_price_yen
    assert shown.periods == form.term_count
    assert shown.points == shown.points_per_period * form.term_count
    assert shown.per_period.fee_yen == shown.points_per_period * unit_price_yen
    assert shown.in_all.fee_yen == shown.points_per_period * form.term_count * unit_price_yen
    assert shown.in_all.total_yen == shown.in_all.fee_yen + shown.in_all.tax_yen


@given(forms())
def test_what_is_shown_is_what_the_first_invoice_says(form: Form) -> None:
    shown, terms = offer(form, BOOK), settled(form, BOOK)
    plan = BillablePlan(
        plan_id="p",
        facility_id="f",
        target_id="t",
        anchor=form.starts_on,
        term=form.term,
        points=points_of(terms, BOOK),
        unit_price_yen=terms.unit_price_yen or 0,
        auto_renew=bool(terms.auto_renew),
        periods=form.term_count,
    )
    first = next(lines_due(plan, shown.next_bill_on))
    invoice = invoices([first], BOOK.tax)[0]
    assert (first.bill_on, first.period) == (shown.next_bill_on, shown.first_period)
    assert invoice.totals.total_yen == shown.per_period.total_yen


@pytest.mark.parametrize(
    ("terms", "points", "fee_yen"),
    [
        pytest.param({}, 10, 10_000, id="a year"),
        pytest.param({"term": Term.MONTHLY, "term_count": 12}, 12, 12_000, id="twelve months"),
        pytest.param({"term_count": 3}, 30, 30_000, id="three years"),
        pytest.param({"capacity_bytes": 3 * BLOCK}, 30, 30_000, id="three blocks"),
        pytest.param({"term": Term.CAPACITY_ONLY}, 12, 12_000, id="capacity only"),
        pytest.param({"unit_price_yen": 0}, 10, 0, id="free of charge"),
    ],
)
def test_the_patents_table_and_its_neighbours(
    terms: dict[str, Any], points: int, fee_yen: int
) -> None:
    shown = offer(a_plain_form(**terms), BOOK)
    assert (shown.points, shown.in_all.fee_yen) == (points, fee_yen)


def test_periods_are_paid_one_by_one() -> None:
    shown = offer(a_plain_form(term_count=2), BOOK)
    assert (shown.next_bill_on, shown.second_bill_on) == (date(2027, 4, 1), date(2028, 4, 1))
    assert (shown.ends_on, shown.auto_renew) == (date(2029, 4, 1), False)


def test_a_single_year_that_renews_itself_is_billed_again() -> None:
    shown = offer(a_plain_form(auto_renew=True), BOOK)
    assert (shown.second_bill_on, shown.auto_renew) == (date(2028, 4, 1), True)


def test_the_prices_are_those_of_the_book_that_is_named() -> None:
    shown = offer(a_plain_form(capacity_bytes=2 * BLOCK), DEARER)
    assert (shown.price_book, shown.price_book_sha256) == ("dearer", DEARER.sha256())
    assert (shown.blocks, shown.unit_price_yen) == (2, 1_000)


def test_what_is_shown_is_known_by_its_digest() -> None:
    form = a_plain_form()
    assert offer(form, BOOK).terms_sha256 == terms_digest(form, BOOK)


def test_a_single_year_that_ends_is_billed_once() -> None:
    assert offer(a_plain_form(), BOOK).second_bill_on is None


# --- standard and special ------------------------------------------------------------------------


@given(forms())
def test_only_another_price_or_much_capacity_waits_for_the_provider(form: Form) -> None:
    is_special = form.unit_price_yen not in (None, 1_000)
    is_large = form.capacity_bytes > STANDARD_BLOCKS * BLOCK
    assert offer(form, BOOK).is_standard is not (is_special or is_large)


# --- what goes with what (claim 10) --------------------------------------------------------------

PAIRS = list(product(TimingKind, BatchScope))


def test_six_of_the_twelve_pairs_mean_something() -> None:
    assert sum(scope in SCOPES_OF[timing] for timing, scope in PAIRS) == 6


@pytest.mark.parametrize(("timing", "scope"), PAIRS)
def test_a_pair_is_possible_or_told_why_not(timing: TimingKind, scope: BatchScope) -> None:
    form = a_plain_form(timing=TIMINGS[timing], batch_scope=scope)
    if scope in SCOPES_OF[timing]:
        check(form)
        return
    with pytest.raises(Invalid, match=f"not by {scope} .*: .*choose") as refused:
        check(form)
    assert all(each in str(refused.value) for each in SCOPES_OF[timing])


# --- what is accepted ----------------------------------------------------------------------------


@given(forms())
def test_the_usual_choice_is_the_same_terms_whether_made_or_left_open(form: Form) -> None:
    assert terms_digest(form, BOOK) == terms_digest(settled(form, BOOK), BOOK)


def test_another_price_book_is_another_digest() -> None:
    assert terms_digest(a_plain_form(), BOOK) != terms_digest(a_plain_form(), DEARER)


def test_every_choice_is_in_the_digest() -> None:
    changes: list[dict[str, Any]] = [
        {"term": Term.MONTHLY},
        {"term_count": 2},
        {"service_class": ServiceClass.DELUXE},
        {"starts_on": date(2027, 4, 2)},
        {"timing": TIMINGS[TimingKind.AT_ONCE]},
        {"batch_scope": BatchScope.PATIENT},
        {"capacity_bytes": BLOCK - 1},
        {"auto_renew": True},
        {"limit_policy": LimitPolicy.OVERAGE},
        {"invoice_grouping": InvoiceGrouping.TARGET},
        {"patients": SELECTIONS[1]},
        {"unit_price_yen": 999},
        {"target_id": "target-2"},
        {"case_units": 1},
    ]
    assert {name for each in changes for name in each} == set(Form.__struct_fields__)
    digests = {terms_digest(a_plain_form(**each), BOOK) for each in [{}, *changes]}
    assert len(digests) == len(changes) + 1


# --- over HTTP -----------------------------------------------------------------------------------


def unsigned(client: Client) -> World:
    world = build(client)
    added = world.admin.post("/targets", {"name": "X-ray", "kind": "mass_storage"}, status=201)
    world.target_id = added["target_id"]
    return world


def test_what_was_quoted_is_what_is_signed(client: Client) -> None:
    world = unsigned(client)
    form = a_form(world.target_id, term="monthly", term_count=3, timing={"kind": "per_exam"})
    shown = world.admin.post("/quotes", form)
    signed = form | {"terms_sha256": shown["terms_sha256"]}
    told = world.admin.post("/contracts", signed, status=201)
    assert shown["is_standard"]
    assert shown["per_period"] == {"fee_yen": 1_000, "tax_yen": 100, "total_yen": 1_100}
    assert told["terms_sha256"] == shown["terms_sha256"]
    assert told["fee_per_period_yen"] == shown["per_period"]["fee_yen"]
    assert told["patients"]["include_new"] is True


def test_what_was_not_shown_is_not_signed(client: Client) -> None:
    world = unsigned(client)
    shown = world.admin.post("/quotes", a_form(world.target_id))["terms_sha256"]
    other = a_form(world.target_id, term="monthly", terms_sha256=shown)
    assert world.admin.refused("POST", "/contracts", other) == (409, "terms-differ")


def test_a_quote_keeps_nothing(world: World) -> None:
    before = world.admin.get("/contracts")
    world.admin.post("/quotes", a_form(world.target_id))
    assert world.admin.get("/contracts") == before


def test_an_offer_says_all_it_knows_in_json() -> None:
    told = msgspec.json.decode(msgspec.json.encode(offer(a_plain_form(), BOOK)))
    assert told["first_period"] == {"start_on": "2027-04-01", "end_on": "2028-04-01"}
    assert told["special"] == []
