"""
What is stored above the limit where that is agreed on, month by month, in arrears.  Rules only.

Months are the contract's own, from its anchor, also where a term is a year.  A month costs what
its peak costs.  Nothing is deleted while a contract runs, so the peak of a stretch of days with
one limit is at its end.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import msgspec

from chalicelib.billing.periods import BillingPeriod, Term, number_on, period
from chalicelib.billing.pricing import fee_yen
from chalicelib.billing.units import LimitPolicy, overage_blocks
from chalicelib.charging.agreed import Agreed, effective_on
from chalicelib.contracts.model import Billed, Contract
from chalicelib.contracts.signing import book_for


class Overage(msgspec.Struct, frozen=True):
    """
    What a month costs beyond its fee.

    Attributes:
        there: The version by which its peak is priced.
        points: Of all blocks above the limit.
    """

    month: BillingPeriod
    there: Contract
    points: int

    @property
    def amount_yen(self) -> int:
        return fee_yen(self.points, unit_price_yen=self.there.unit_price_yen)


def begun(agreed: Agreed, billed: Billed) -> Billed:
    """Return *billed* with the month from which on overage counts, once a version agrees on it."""
    if billed.metered_on is not None:
        return billed
    since = [
        effective_on(each)
        for each in agreed.since(billed.version)
        if each.limit_policy is LimitPolicy.OVERAGE
    ]
    if not since:
        return billed
    return msgspec.structs.replace(billed, metered_on=_month_on(agreed, min(since)).start_on)


def over(agreed: Agreed, billed: Billed, upto: date) -> Iterator[Overage]:
    """Yield what the months cost that were not billed and have ended by the date *upto*."""
    for month in _months(agreed, billed, upto):
        found = [
            Overage(month, there, _points(agreed, there, start_on, until))
            for there, start_on, until in _stretches(agreed, month)
        ]
        dearest = max(found, key=lambda each: each.amount_yen)
        if dearest.amount_yen:
            yield dearest


def settled(agreed: Agreed, billed: Billed, upto: date) -> Billed:
    """Return *billed* with every month done that has ended by *upto*, dear or not."""
    for month in _months(agreed, billed, upto):
        billed = msgspec.structs.replace(billed, metered_on=month.end_on)
    return billed


def due_on(agreed: Agreed, billed: Billed) -> date | None:
    """Return when the next month ends that may cost something; None where none does."""
    return next((each.end_on for each in _months(agreed, billed, date.max)), None)


def _months(agreed: Agreed, billed: Billed, upto: date) -> Iterator[BillingPeriod]:
    """Yield the months not billed yet that end by *upto*; the last one ends with the service."""
    start_on, end_on = billed.metered_on, agreed.end_on or date.max
    while start_on is not None and start_on < end_on:
        found = BillingPeriod(start_on, min(_month_on(agreed, start_on).end_on, end_on))
        if found.end_on > upto:
            return
        yield found
        start_on = found.end_on


def _month_on(agreed: Agreed, on: date) -> BillingPeriod:
    anchor = agreed.contract.starts_on
    return period(anchor, Term.MONTHLY, number_on(anchor, Term.MONTHLY, max(on, anchor)))


def _stretches(agreed: Agreed, month: BillingPeriod) -> Iterator[tuple[Contract, date, date]]:
    """Yield each version that held in *month*, from when, and until when: half-open."""
    changes = {effective_on(each) for each in agreed.since(0)}
    starts = [month.start_on, *sorted(on for on in changes if month.start_on < on < month.end_on)]
    for start_on, until in zip(starts, [*starts[1:], month.end_on], strict=True):
        yield agreed.on(start_on), start_on, until


def _points(agreed: Agreed, there: Contract, start_on: date, until: date) -> int:
    book = book_for(there)
    peak_bytes = _peak(agreed, start_on, until)
    blocks = overage_blocks(
        book, there.limit_policy, peak_bytes=peak_bytes, limit_bytes=there.capacity_bytes
    )
    return blocks * book.overage_points_per_block


def _peak(agreed: Agreed, start_on: date, until: date) -> int:
    """Return the most that was stored at any moment of some days; what is erased makes it less."""
    stored = peak = sum(size_bytes for on, size_bytes in agreed.growth() if on < start_on)
    for on, size_bytes in agreed.growth():
        if start_on <= on < until:
            stored += size_bytes
            peak = max(peak, stored)
    return peak
