"""
A billing run: which periods are due up to a day, their lines, and the invoices they make.

A run is a function of the plans and the day.  Run it again, later, or in parts: the same lines.
A line is known by its plan and the start of its period, so a duplicate is seen as one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum
from itertools import islice, takewhile

import msgspec

from chalicelib.billing.cancellation import ends_on
from chalicelib.billing.periods import BillingPeriod, Term, periods
from chalicelib.billing.pricing import fee_yen
from chalicelib.billing.tax import InvoiceTotals, TaxRule, totals


class InvoiceGrouping(StrEnum):
    """What shares an invoice.  A condition of the contract: it can move the tax by a yen."""

    FACILITY = "facility"
    TARGET = "target"


class BillablePlan(msgspec.Struct, frozen=True, kw_only=True):
    """
    One plan as billing sees it, priced by the book it is pinned to.

    Attributes:
        anchor: The local date its first period starts.
        points: Of one period.
        periods: How many the facility signed for; without end when it renews itself.
        cancel_on: When it was cancelled: the period of this date is the last one.
    """

    plan_id: str
    facility_id: str
    target_id: str
    anchor: date
    term: Term
    points: int
    unit_price_yen: int
    auto_renew: bool = False
    periods: int = 1
    cancel_on: date | None = None


class InvoiceLine(msgspec.Struct, frozen=True, kw_only=True):
    """
    The fee for one period of one plan, due at its start.

    Attributes:
        period: None for capacity without a term, which is paid once.
        amount_yen: As priced.
    """

    bill_on: date
    plan_id: str
    facility_id: str
    target_id: str
    period: BillingPeriod | None
    points: int
    amount_yen: int


class InvoiceDraft(msgspec.Struct, frozen=True):
    """The lines that fall on one day for one facility, or one target of it."""

    bill_on: date
    billed_id: str
    lines: tuple[InvoiceLine, ...]
    totals: InvoiceTotals


def lines_due(plan: BillablePlan, upto: date, billed: int = 0) -> Iterator[InvoiceLine]:
    """
    Yield the lines of *plan* that are due on or before *upto*, oldest first.

    Args:
        billed: Periods that have been billed; the next one is numbered so.
    """
    if plan.term is Term.CAPACITY_ONLY:
        if not billed and plan.anchor <= min(upto, plan.cancel_on or upto):
            yield _line(plan, plan.anchor, None)
        return
    for period in _periods(plan, upto, billed):
        yield _line(plan, period.start_on, period)


def run(plans: Iterable[BillablePlan], upto: date) -> list[InvoiceLine]:
    """Return every line of *plans* due on or before *upto*, by day and then by plan."""
    lines = [line for plan in plans for line in lines_due(plan, upto)]
    return sorted(lines, key=lambda line: (line.bill_on, line.plan_id))


def invoices(
    lines: Iterable[InvoiceLine],
    tax: TaxRule,
    grouping: InvoiceGrouping = InvoiceGrouping.FACILITY,
) -> list[InvoiceDraft]:
    """Return the invoices *lines* make, by day; taxed at the rate of the day."""
    groups: defaultdict[tuple[date, str], list[InvoiceLine]] = defaultdict(list)
    for line in lines:
        groups[line.bill_on, _billed_id(line, grouping)].append(line)
    return [
        InvoiceDraft(bill_on, billed_id, tuple(group), _totals(group, tax))
        for (bill_on, billed_id), group in sorted(groups.items())
    ]


def _periods(plan: BillablePlan, upto: date, billed: int) -> Iterator[BillingPeriod]:
    last = None if plan.auto_renew else max(plan.periods - billed, 0)
    end_on = ends_on(plan.anchor, plan.term, plan.cancel_on) if plan.cancel_on else date.max
    due = islice(periods(plan.anchor, plan.term, first=billed), last)
    return takewhile(lambda period: period.start_on <= upto and period.start_on < end_on, due)


def _line(plan: BillablePlan, bill_on: date, period: BillingPeriod | None) -> InvoiceLine:
    return InvoiceLine(
        bill_on=bill_on,
        plan_id=plan.plan_id,
        facility_id=plan.facility_id,
        target_id=plan.target_id,
        period=period,
        points=plan.points,
        amount_yen=fee_yen(plan.points, unit_price_yen=plan.unit_price_yen),
    )


def _billed_id(line: InvoiceLine, grouping: InvoiceGrouping) -> str:
    return line.facility_id if grouping is InvoiceGrouping.FACILITY else line.target_id


def _totals(lines: Iterable[InvoiceLine], tax: TaxRule) -> InvoiceTotals:
    return totals(((line.amount_yen, tax.rate_on(line.bill_on)) for line in lines), tax)
