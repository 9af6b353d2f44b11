"""What holds for every anchor, price and day, not for one example."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import islice, pairwise
from math import ceil, floor
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.billing.bankdays import due_on, is_bank_day
from chalicelib.billing.books import FIRST
from chalicelib.billing.cancellation import ends_on, months_begun, short_rate
from chalicelib.billing.identifiers import check_digit, registration_number
from chalicelib.billing.periods import BillingPeriod, Term, number_on, period, periods
from chalicelib.billing.pricebook import BackupTiming
from chalicelib.billing.pricing import backup_points, fee_yen
from chalicelib.billing.proration import amend, difference_yen, rest_yen
from chalicelib.billing.runs import (
    BillablePlan,
    InvoiceGrouping,
    InvoiceLine,
    invoices,
    lines_due,
    run,
)
from chalicelib.billing.tax import TaxMode, TaxRule, tax_yen, totals
from chalicelib.billing.units import LimitPolicy, case_limit, case_units, overage_blocks
from chalicelib.kernel.calendar import local_date, start_of_day
from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.money import Rounding

BOOK = FIRST
YEARS = 20
TERMS = {Term.ANNUAL: 12, Term.MONTHLY: 1}
# Without daylight saving, with it, with half an hour of it, and where midnight was skipped.
ZONES = [
    ZoneInfo(name)
    for name in (
        "Asia/Tokyo",
        "Europe/London",
        "America/New_York",
        "Australia/Lord_Howe",
        "America/Sao_Paulo",
        "Pacific/Kiritimati",
    )
]

anchors = st.dates(date(2000, 1, 1), date(2040, 12, 31))
terms = st.sampled_from([Term.ANNUAL, Term.MONTHLY])
yen = st.integers(0, 10**9)
points = st.integers(0, 1_000)
rules = st.builds(TaxRule, mode=st.sampled_from(TaxMode), rounding=st.sampled_from(Rounding))
amounts = st.lists(st.tuples(st.integers(-(10**7), 10**7), st.sampled_from([0, 8, 10])))


@st.composite
def periods_and_days(draw: st.DrawFn) -> tuple[BillingPeriod, date]:
    """Return a period and a day of it."""
    whole = period(draw(anchors), draw(terms), draw(st.integers(0, 40)))
    return whole, whole.start_on + timedelta(days=draw(st.integers(0, whole.days - 1)))


@st.composite
def plans(draw: st.DrawFn) -> list[BillablePlan]:
    """Return plans of two facilities, each its own target."""
    count = draw(st.integers(1, 5))
    return [
        BillablePlan(
            plan_id=f"plan-{number}",
            facility_id=draw(st.sampled_from(["f-1", "f-2"])),
            target_id=f"target-{number}",
            anchor=draw(st.dates(date(2026, 1, 1), date(2028, 12, 31))),
            term=draw(st.sampled_from(Term)),
            points=draw(points),
            unit_price_yen=draw(st.sampled_from([0, 7, 1_000])),
            auto_renew=draw(st.booleans()),
            periods=draw(st.integers(1, 4)),
            cancel_on=draw(st.none() | st.dates(date(2025, 6, 1), date(2030, 1, 1))),
        )
        for number in range(count)
    ]


# --- periods -----------------------------------------------------------------------------------


@given(anchors, terms)
def test_twenty_years_of_periods_leave_no_gap_and_no_overlap(anchor: date, term: Term) -> None:
    found = list(islice(periods(anchor, term), YEARS * 12 // TERMS[term]))

    assert found[0].start_on == anchor
    assert all(earlier.end_on == later.start_on for earlier, later in pairwise(found))
    assert all(each.days > 0 for each in found)
    assert (found[-1].end_on.year, found[-1].end_on.month) == (anchor.year + YEARS, anchor.month)


@given(anchors, terms, st.integers(0, 240))
def test_a_boundary_keeps_the_day_of_the_anchor_or_is_the_last_of_its_month(
    anchor: date, term: Term, number: int
) -> None:
    start_on = period(anchor, term, number).start_on
    months = (start_on.year - anchor.year) * 12 + start_on.month - anchor.month
    assert months == number * TERMS[term]
    assert start_on.day == anchor.day or (
        start_on.day < anchor.day and (start_on + timedelta(days=1)).day == 1
    )


@given(anchors, terms, st.integers(0, 20 * 366))
def test_every_day_is_in_the_one_period_its_number_names(
    anchor: date, term: Term, after: int
) -> None:
    day = anchor + timedelta(days=after)
    whole = period(anchor, term, number_on(anchor, term, day))
    assert whole.start_on <= day < whole.end_on


@pytest.mark.parametrize("zone", ZONES, ids=str)
@given(anchor=anchors, term=terms, number=st.integers(0, 60))
def test_in_any_zone_a_period_is_the_moments_between_two_starts_of_day(
    zone: ZoneInfo, anchor: date, term: Term, number: int
) -> None:
    whole = period(anchor, term, number)
    begins, ends = (start_of_day(day, zone) for day in (whole.start_on, whole.end_on))

    assert begins < ends
    assert local_date(begins, zone) == whole.start_on
    assert local_date(ends - timedelta(microseconds=1), zone) < whole.end_on
    assert local_date(ends, zone) == whole.end_on


@pytest.mark.parametrize("zone", ZONES, ids=str)
@given(at=st.datetimes(datetime(2000, 1, 1), datetime(2059, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_moment_is_never_before_the_start_of_its_local_day(zone: ZoneInfo, at: datetime) -> None:
    day = local_date(at, zone)
    assert start_of_day(day, zone) <= at < start_of_day(day + timedelta(days=1), zone)


# --- fees --------------------------------------------------------------------------------------


@given(points, st.integers(1, 500), st.integers(1, 500), yen)
def test_a_fee_is_linear_in_periods(many: int, first: int, second: int, price: int) -> None:
    parts = [fee_yen(many, part, unit_price_yen=price) for part in (first, second)]
    assert fee_yen(many, first + second, unit_price_yen=price) == sum(parts)


@given(points, points, st.integers(1, 500), yen)
def test_a_fee_is_linear_in_points(first: int, second: int, count: int, price: int) -> None:
    parts = [fee_yen(many, count, unit_price_yen=price) for many in (first, second)]
    assert fee_yen(first + second, count, unit_price_yen=price) == sum(parts)


@given(st.integers(1, 10_000), yen)
def test_a_year_costs_what_ten_months_cost(blocks: int, price: int) -> None:
    year = backup_points(BOOK, Term.ANNUAL, blocks=blocks)
    month = backup_points(BOOK, Term.MONTHLY, blocks=blocks)
    assert year == 10 * blocks
    assert fee_yen(year, unit_price_yen=price) == fee_yen(month, 10, unit_price_yen=price)


@given(st.integers(0, 10**6))
def test_the_units_bought_hold_the_cases_and_one_unit_less_does_not(cases: int) -> None:
    extra = case_units(BOOK, cases)
    assert case_limit(BOOK, extra) >= cases
    assert extra == 0 or case_limit(BOOK, extra - 1) < cases


@given(st.integers(0, 10**16), st.integers(1, 10**15))
def test_overage_covers_the_peak_and_no_more(peak: int, limit: int) -> None:
    blocks = overage_blocks(BOOK, LimitPolicy.OVERAGE, peak_bytes=peak, limit_bytes=limit)
    assert limit + blocks * BOOK.block_bytes >= peak
    assert blocks == 0 or limit + (blocks - 1) * BOOK.block_bytes < peak


# --- changes -----------------------------------------------------------------------------------


@given(yen, periods_and_days())
def test_the_rest_of_a_whole_period_is_its_whole_price(
    price: int, within: tuple[BillingPeriod, date]
) -> None:
    whole, _ = within
    assert rest_yen(price, whole, whole.start_on) == price


@given(yen, periods_and_days())
def test_a_part_is_the_exact_share_less_than_a_yen_rounded_away(
    price: int, within: tuple[BillingPeriod, date]
) -> None:
    whole, day = within
    share = Fraction(price * (whole.end_on - day).days, whole.days)
    assert rest_yen(price, whole, day) == floor(share)


@given(yen, yen, periods_and_days())
def test_up_and_down_again_on_the_same_day_costs_nothing(
    old: int, new: int, within: tuple[BillingPeriod, date]
) -> None:
    assert difference_yen(old, new, *within) + difference_yen(new, old, *within) == 0


@given(yen, yen, yen, periods_and_days())
def test_two_changes_on_one_day_cost_what_one_does(
    old: int, between: int, new: int, within: tuple[BillingPeriod, date]
) -> None:
    steps = difference_yen(old, between, *within) + difference_yen(between, new, *within)
    assert steps == difference_yen(old, new, *within)


@given(yen, yen, periods_and_days())
def test_a_change_never_costs_less_than_nothing_nor_more_than_the_difference(
    old: int, new: int, within: tuple[BillingPeriod, date]
) -> None:
    amendment = amend(old, new, *within)
    assert 0 <= amendment.charge_yen <= max(0, new - old)
    assert amendment.next_period_yen == new
    assert amendment.effective_on in {within[1], within[0].end_on}


# --- cancellations -----------------------------------------------------------------------------


@given(yen, yen, st.integers(1, 24), rules)
def test_a_refund_never_exceeds_what_was_paid(
    paid: int, monthly: int, months: int, rule: TaxRule
) -> None:
    refund = short_rate(paid_yen=paid, monthly_yen=monthly, months=months, tax=rule, percent=10)
    assert 0 <= refund.refund_yen <= paid
    assert 0 <= refund.tax_yen <= max(0, tax_yen(paid, 10, rule))


@given(anchors, st.integers(0, 365), st.integers(0, 365))
def test_a_later_cancellation_never_pays_back_more(anchor: date, first: int, second: int) -> None:
    early, late = (
        months_begun(anchor, anchor + timedelta(days=days)) for days in sorted((first, second))
    )
    assert early <= late


@given(anchors, terms, st.integers(0, 3_000))
def test_a_cancelled_contract_ends_with_the_period_it_was_cancelled_in(
    anchor: date, term: Term, after: int
) -> None:
    cancel_on = anchor + timedelta(days=after)
    end_on = ends_on(anchor, term, cancel_on)
    assert cancel_on < end_on
    assert period(anchor, term, number_on(anchor, term, cancel_on)).end_on == end_on


# --- tax ---------------------------------------------------------------------------------------


@given(amounts, rules)
def test_tax_is_rounded_once_a_rate(lines: list[tuple[int, int]], rule: TaxRule) -> None:
    summed = totals(lines, rule)

    assert [rate.percent for rate in summed.rates] == sorted({percent for _, percent in lines})
    assert summed.subtotal_yen == sum(amount for amount, _ in lines)
    for rate in summed.rates:
        assert rate.subtotal_yen == sum(yen for yen, percent in lines if percent == rate.percent)
        assert rate.tax_yen == tax_yen(rate.subtotal_yen, rate.percent, rule)
    on_top = summed.tax_yen if rule.mode is TaxMode.EXCLUSIVE else 0
    assert summed.total_yen == summed.subtotal_yen + on_top


@given(amounts, rules, st.randoms())
def test_the_order_of_lines_does_not_matter(
    lines: list[tuple[int, int]], rule: TaxRule, random: Random
) -> None:
    shuffled = list(lines)
    random.shuffle(shuffled)
    assert totals(shuffled, rule) == totals(lines, rule)


@given(yen, st.integers(0, 100), rules)
def test_a_credit_note_cancels_its_invoice_to_the_yen(
    amount: int, percent: int, rule: TaxRule
) -> None:
    assert tax_yen(amount, percent, rule) + tax_yen(-amount, percent, rule) == 0


@given(yen, st.integers(0, 100))
def test_each_rounding_is_what_exact_arithmetic_says(amount: int, percent: int) -> None:
    exact = Fraction(amount * percent, 100)
    expected = {
        Rounding.FLOOR: floor(exact),
        Rounding.HALF_UP: floor(exact + Fraction(1, 2)),
        Rounding.CEIL: ceil(exact),
    }
    for rounding, yen_of_tax in expected.items():
        assert tax_yen(amount, percent, TaxRule(rounding=rounding)) == yen_of_tax


# --- runs --------------------------------------------------------------------------------------

run_days = st.dates(date(2026, 1, 1), date(2031, 12, 31))


@given(plans(), run_days, run_days)
def test_a_run_in_two_parts_bills_what_one_run_bills(
    some: list[BillablePlan], first: date, second: date
) -> None:
    early, late = sorted((first, second))
    for plan in some:
        before = list(lines_due(plan, early))
        after = list(lines_due(plan, late, billed=len(before)))
        assert before + after == list(lines_due(plan, late))


@given(plans(), run_days)
def test_a_period_is_billed_once(some: list[BillablePlan], upto: date) -> None:
    lines = run(some, upto)
    assert len({(line.plan_id, line.bill_on) for line in lines}) == len(lines)
    assert all(line.bill_on <= upto for line in lines)


@given(plans(), run_days)
def test_what_happens_to_one_plan_leaves_the_others_as_they_were(
    some: list[BillablePlan], upto: date
) -> None:
    def lines_of(plan_ids: set[str], lines: list[InvoiceLine]) -> list[InvoiceLine]:
        return [line for line in lines if line.plan_id in plan_ids]

    others = {plan.plan_id for plan in some[1:]}
    assert lines_of(others, run(some, upto)) == run(some[1:], upto)


@given(plans(), run_days, st.sampled_from(InvoiceGrouping))
def test_every_line_is_on_one_invoice_whatever_the_grouping(
    some: list[BillablePlan], upto: date, grouping: InvoiceGrouping
) -> None:
    lines = run(some, upto)
    drafts = invoices(lines, BOOK.tax, grouping)

    key = {line.plan_id: 0 for line in lines}
    for draft in drafts:
        for line in draft.lines:
            assert line.bill_on == draft.bill_on
            key[line.plan_id] += line.amount_yen
    assert sum(key.values()) == sum(line.amount_yen for line in lines)
    assert sum(len(draft.lines) for draft in drafts) == len(lines)
    assert len({(draft.bill_on, draft.billed_id) for draft in drafts}) == len(drafts)


@given(anchors, st.sampled_from(Term), st.sampled_from(BackupTiming), st.integers(1, 50), yen)
def test_the_first_line_is_the_fee_that_was_shown_before_signing(
    anchor: date, term: Term, timing: BackupTiming, blocks: int, price: int
) -> None:
    many = backup_points(BOOK, term, blocks=blocks, timing=timing)
    plan = BillablePlan(
        plan_id="p",
        facility_id="f",
        target_id="t",
        anchor=anchor,
        term=term,
        points=many,
        unit_price_yen=price,
        auto_renew=True,
    )
    [line] = lines_due(plan, anchor)
    assert (line.points, line.amount_yen) == (many, fee_yen(many, unit_price_yen=price))


# --- bank days and numbers ---------------------------------------------------------------------


@given(st.dates(date(2020, 1, 1), date(2050, 12, 31)), st.integers(0, 90))
def test_an_invoice_is_due_on_the_first_bank_day_from_its_term_on(
    issued: date, net_days: int
) -> None:
    due = due_on(issued, net_days)
    at_the_earliest = issued + timedelta(days=net_days)

    assert is_bank_day(due)
    waited = [at_the_earliest + timedelta(days=n) for n in range((due - at_the_earliest).days)]
    assert not any(is_bank_day(day) for day in waited)
    assert len(waited) <= 10


@given(st.integers(0, 10**12 - 1), st.integers(0, 12), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(number: int, place: int, error: int) -> None:
    digits = f"{number:012}"
    right = f"{check_digit(digits)}{digits}"
    assert registration_number(f"T{right}") == f"T{right}"

    wrong_digit = (int(right[place]) + error) % 10
    same_modulo_nine = {wrong_digit, int(right[place])} == {0, 9}
    wrong = f"{right[:place]}{wrong_digit}{right[place + 1 :]}"
    if not same_modulo_nine:
        with pytest.raises(Invalid):
            registration_number(f"T{wrong}")


@pytest.mark.parametrize(
    ("part", "figure"),
    [
        (BOOK, "unit_price_yen"),
        (BOOK.backup_points, "annual"),
        (BOOK.area_points, "deluxe"),
        (BOOK.timing_points, "at_once"),
        (BOOK.tax, "rounding"),
        (BOOK.tax.rates[0], "percent"),
    ],
)
def test_a_book_is_never_changed_in_place(part: object, figure: str) -> None:
    with pytest.raises(AttributeError, match="immutable"):
        setattr(part, figure, 1)
