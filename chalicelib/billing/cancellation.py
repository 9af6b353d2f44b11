"""Ending a contract early: at the end of its period, or at once for the monthly price so far."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec

from chalicelib.billing.periods import Term, number_on, period
from chalicelib.billing.tax import TaxRule, tax_yen, with_tax_yen
from chalicelib.kernel.calendar import months_after, months_between
from chalicelib.kernel.errors import Invalid

CREDIT_NOTE_FROM_YEN = 10_000  # tax included; below it no qualified return invoice is required


class CancellationPolicy(StrEnum):
    END_OF_TERM = "end_of_term"
    SHORT_RATE = "short_rate"


class Refund(msgspec.Struct, frozen=True):
    """
    What is paid back of a term cut short.

    Attributes:
        months_begun: Months that stay charged, at the monthly price.
        refund_yen: As priced, never more than was paid.
        tax_yen: The tax on, or within, it.
        credit_note_required: The law asks for a qualified return invoice.
    """

    months_begun: int
    refund_yen: int
    tax_yen: int
    credit_note_required: bool


def ends_on(anchor: date, term: Term, cancel_on: date) -> date:
    """
    Return the first date no longer covered when the period of *cancel_on* is the last one.

    The standard terms: nothing is refunded and no further period begins.  A contract cancelled
    before its start never starts.

    >>> ends_on(date(2027, 1, 31), Term.MONTHLY, date(2027, 2, 28))
    datetime.date(2027, 3, 31)
    """
    if cancel_on < anchor:
        return anchor
    return period(anchor, term, number_on(anchor, term, cancel_on)).end_on


def months_begun(anchor: date, cancel_on: date, months_before: int = 0) -> int:
    """
    Return the months begun when *cancel_on* is the first day without service, at least one.

    Args:
        months_before: Months of earlier terms, which do not count.  Boundaries are still
            computed from *anchor*, where the first term began.

    Raises:
        Invalid: *cancel_on* comes before the term: there is nothing to cut short.

    >>> months_begun(date(2027, 1, 31), date(2027, 2, 28))
    1
    >>> months_begun(date(2027, 1, 31), date(2027, 3, 1))
    2
    """
    start_on = months_after(anchor, months_before)
    if cancel_on < start_on:
        raise Invalid(f"the term starts on {start_on}: withdraw it instead of cancelling it")
    whole = months_between(anchor, cancel_on)
    begun = whole if months_after(anchor, whole) == cancel_on else whole + 1
    return max(1, begun - months_before)


def short_rate(
    *,
    paid_yen: int,
    monthly_yen: int,
    months: int,
    tax: TaxRule,
    percent: int,
) -> Refund:
    """
    Return what is left of *paid_yen* once each of *months* begun costs *monthly_yen*.

    Args:
        paid_yen: For the term, as priced.
        monthly_yen: Of the same plan, paid by the month.
        percent: The rate of tax the term was billed at.

    >>> short_rate(paid_yen=10_000, monthly_yen=1_000, months=4, tax=TaxRule(), percent=10)
    Refund(months_begun=4, refund_yen=6000, tax_yen=600, credit_note_required=False)
    """
    refund_yen = max(0, paid_yen - months * monthly_yen)
    return Refund(
        months_begun=months,
        refund_yen=refund_yen,
        tax_yen=tax_yen(refund_yen, percent, tax),
        credit_note_required=with_tax_yen(refund_yen, percent, tax) >= CREDIT_NOTE_FROM_YEN,
    )
