"""Runs bill what is due, once, whatever else is going on."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.billing.bankdays import due_on, is_bank_day
from chalicelib.billing.cancellation import ends_on, months_begun, short_rate
from chalicelib.billing.identifiers import invoice_number, registration_number
from chalicelib.billing.periods import BillingPeriod, Term, number_on, period
from chalicelib.billing.proration import amend, difference_yen
from chalicelib.billing.runs import BillablePlan, InvoiceGrouping, invoices, lines_due, run
from chalicelib.billing.tax import TaxRule
from chalicelib.kernel.errors import Invalid

START = date(2027, 4, 1)
MAY = BillingPeriod(date(2027, 5, 1), date(2027, 6, 1))


def a_plan(plan_id: str = "p-1", **changes: object) -> BillablePlan:
    """Return an ordinary monthly plan; a test names only what it is about."""
    usual: dict[str, object] = {
        "plan_id": plan_id,
        "facility_id": "f-1",
        "target_id": f"target of {plan_id}",
        "anchor": START,
        "term": Term.MONTHLY,
        "points": 1,
        "unit_price_yen": 1_000,
        "auto_renew": True,
    }
    return BillablePlan(**(usual | changes))  # type: ignore[arg-type]


def bill_days(plan: BillablePlan, upto: date, billed: int = 0) -> list[str]:
    return [str(line.bill_on) for line in lines_due(plan, upto, billed)]


# --- which periods are due ---------------------------------------------------------------------


def test_a_period_is_due_on_its_first_day_not_before() -> None:
    assert bill_days(a_plan(), date(2027, 3, 31)) == []
    assert bill_days(a_plan(), START) == ["2027-04-01"]


def test_what_was_billed_is_not_billed_again() -> None:
    assert bill_days(a_plan(), date(2027, 6, 30), billed=2) == ["2027-06-01"]
    assert bill_days(a_plan(), date(2027, 6, 30), billed=3) == []


def test_unless_told_otherwise_a_plan_is_one_period() -> None:
    plan = BillablePlan(
        plan_id="p-1",
        facility_id="f-1",
        target_id="t-1",
        anchor=START,
        term=Term.MONTHLY,
        points=1,
        unit_price_yen=1_000,
    )
    assert bill_days(plan, date(2030, 1, 1)) == ["2027-04-01"]


def test_a_term_that_does_not_renew_is_billed_for_what_was_signed() -> None:
    plan = a_plan(auto_renew=False, periods=2)
    assert bill_days(plan, date(2030, 1, 1)) == ["2027-04-01", "2027-05-01"]
    assert bill_days(plan, date(2030, 1, 1), billed=2) == []


@pytest.mark.parametrize(
    ("cancel_on", "billed"),
    [
        pytest.param(date(2027, 3, 31), [], id="before the start"),
        pytest.param(date(2027, 4, 30), ["2027-04-01"], id="last day of the first period"),
        pytest.param(date(2027, 5, 1), ["2027-04-01", "2027-05-01"], id="first day of the second"),
    ],
)
def test_the_period_of_the_cancellation_is_the_last(cancel_on: date, billed: list[str]) -> None:
    assert bill_days(a_plan(cancel_on=cancel_on), date(2030, 1, 1)) == billed


def test_capacity_without_a_term_is_billed_once() -> None:
    plan = a_plan(term=Term.CAPACITY_ONLY, points=24)
    [line] = lines_due(plan, date(2040, 1, 1))
    assert (line.bill_on, line.period, line.amount_yen) == (START, None, 24_000)
    assert bill_days(plan, date(2040, 1, 1), billed=1) == []
    assert bill_days(plan, date(2027, 3, 31)) == []


def test_capacity_cancelled_before_its_start_is_not_billed() -> None:
    plan = a_plan(term=Term.CAPACITY_ONLY, cancel_on=date(2027, 3, 31))
    assert bill_days(plan, date(2040, 1, 1)) == []


# --- invoices ----------------------------------------------------------------------------------


def test_a_day_of_a_facility_is_one_invoice() -> None:
    lines = run([a_plan("p-1"), a_plan("p-2", points=3)], START)
    [invoice] = invoices(lines, TaxRule())
    assert [line.plan_id for line in invoice.lines] == ["p-1", "p-2"]
    assert invoice.totals.total_yen == 4_400


def test_two_facilities_never_share_an_invoice() -> None:
    lines = run([a_plan("p-1"), a_plan("p-2", facility_id="f-2")], START)
    assert [invoice.billed_id for invoice in invoices(lines, TaxRule())] == ["f-1", "f-2"]


def test_each_target_may_have_its_own_invoice() -> None:
    lines = run([a_plan("p-1"), a_plan("p-2")], START)
    drafts = invoices(lines, TaxRule(), InvoiceGrouping.TARGET)
    assert [draft.billed_id for draft in drafts] == ["target of p-1", "target of p-2"]


def test_a_free_service_is_invoiced_with_zero() -> None:
    [invoice] = invoices(run([a_plan(unit_price_yen=0)], START), TaxRule())
    assert invoice.totals.total_yen == 0


# --- periods, changes, cancellations -----------------------------------------------------------


def test_the_first_day_of_a_period_belongs_to_it_and_the_end_does_not() -> None:
    assert MAY.days_left(date(2027, 5, 1)) == 31
    with pytest.raises(Invalid, match="2027-06-01 is not in the period"):
        MAY.days_left(date(2027, 6, 1))


def test_no_period_comes_before_the_start() -> None:
    with pytest.raises(Invalid, match="before the start") as refused:
        period(START, Term.MONTHLY, -1)
    assert refused.value.facts == {"number": -1}
    with pytest.raises(Invalid, match="before the start"):
        number_on(START, Term.MONTHLY, date(2027, 3, 31))


def test_capacity_without_a_term_has_no_periods() -> None:
    with pytest.raises(Invalid, match="has no periods"):
        period(START, Term.CAPACITY_ONLY, 0)


def test_up_is_charged_at_once_and_down_waits_for_the_next_period() -> None:
    up = amend(1_000, 3_000, MAY, date(2027, 5, 12))
    down = amend(3_000, 1_000, MAY, date(2027, 5, 12))
    assert (up.charge_yen, up.effective_on) == (1_290, date(2027, 5, 12))
    assert (down.charge_yen, down.effective_on) == (0, MAY.end_on)


def test_a_change_at_the_same_price_waits_for_the_next_period() -> None:
    assert amend(1_000, 1_000, MAY, date(2027, 5, 12)).effective_on == MAY.end_on


@pytest.mark.parametrize(("old_yen", "new_yen"), [(1, 2), (2, 1)])
def test_a_change_outside_the_period_is_refused(old_yen: int, new_yen: int) -> None:
    with pytest.raises(Invalid, match="not in the period"):
        amend(old_yen, new_yen, MAY, date(2027, 6, 1))


def test_the_denominator_is_the_whole_period_not_its_rest() -> None:
    assert difference_yen(0, 3_100, MAY, date(2027, 5, 31)) == 100


def test_what_is_cancelled_before_its_start_ends_there() -> None:
    assert ends_on(START, Term.ANNUAL, date(2027, 3, 1)) == START


def test_months_of_a_later_term_are_counted_from_the_anchor() -> None:
    anchor = date(2027, 8, 31)
    assert months_begun(anchor, date(2028, 8, 31), months_before=12) == 1
    assert months_begun(anchor, date(2029, 2, 28), months_before=12) == 6
    assert months_begun(anchor, date(2029, 3, 1), months_before=12) == 7


def test_a_term_that_has_not_begun_is_withdrawn_not_cut_short() -> None:
    with pytest.raises(Invalid, match="withdraw it"):
        months_begun(START, date(2028, 3, 31), months_before=12)


@pytest.mark.parametrize(("refund_yen", "required"), [(9_090, False), (9_091, True)])
def test_a_credit_note_is_required_from_ten_thousand_yen_with_tax(
    *, refund_yen: int, required: bool
) -> None:
    refund = short_rate(
        paid_yen=refund_yen + 500, monthly_yen=500, months=1, tax=TaxRule(), percent=10
    )
    assert refund.refund_yen + refund.tax_yen == 9_999 + required
    assert refund.credit_note_required is required


# --- what stands on an invoice -----------------------------------------------------------------


@pytest.mark.parametrize(
    "day",
    [
        pytest.param(date(2027, 5, 8), id="Saturday"),
        pytest.param(date(2027, 5, 9), id="Sunday"),
        pytest.param(date(2027, 5, 3), id="holiday"),
        pytest.param(date(2027, 3, 22), id="Monday after a holiday on Sunday"),
        pytest.param(date(2026, 12, 31), id="31 December, Thursday"),
        pytest.param(date(2029, 1, 2), id="2 January, Tuesday"),
        pytest.param(date(2029, 1, 3), id="3 January, Wednesday"),
    ],
)
def test_banks_are_closed(day: date) -> None:
    assert not is_bank_day(day)


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 12, 30),
        date(2029, 1, 4),
        date(2027, 2, 1),
        date(2027, 2, 2),
        date(2027, 5, 7),
        date(2028, 2, 29),
    ],
)
def test_banks_are_open(day: date) -> None:
    assert is_bank_day(day)


def test_an_invoice_is_not_due_before_it_is_issued() -> None:
    with pytest.raises(Invalid, match="before it is issued") as refused:
        due_on(START, -1)
    assert refused.value.facts == {"net_days": -1}


@pytest.mark.parametrize(
    ("sequence", "number"), [(1, "20270401-f-1"), (2, "20270401-f-1.2"), (3, "20270401-f-1.3")]
)
def test_only_the_second_invoice_of_a_day_tells_its_place(sequence: int, number: str) -> None:
    assert invoice_number("f-1", START, sequence) == number
    assert invoice_number("f-1", START) == "20270401-f-1"


@pytest.mark.parametrize(
    "written",
    [
        "T7000012050002",
        "Ｔ７０００012050002",
        "T7-0000-1205-0002",
        " T7000−0120ー50002 ",
    ],
)
def test_a_registration_number_is_read_as_people_write_it(written: str) -> None:
    assert registration_number(written) == "T7000012050002"


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("T7000012050003", "check digit"),
        ("7000012050002", "T and 13 digits"),
        ("T70000120500020", "T and 13 digits"),
        ("T٧000012050002", "T and 13 digits"),
        ("", "T and 13 digits"),
    ],
)
def test_a_registration_number_with_an_error_says_which(written: str, problem: str) -> None:
    with pytest.raises(Invalid, match=problem):
        registration_number(written)
