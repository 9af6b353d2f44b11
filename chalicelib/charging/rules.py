"""
What is to be billed of a contract up to a date.  Rules only: no storage, no clock, no AWS.

The run writes what these functions say, and the preview shows it: there is no second computation.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import takewhile

import msgspec

from chalicelib.billing.model import HeadKey, Line, LineKind, TaxTerms
from chalicelib.billing.periods import Term, periods
from chalicelib.billing.runs import InvoiceGrouping
from chalicelib.charging import overage
from chalicelib.charging.agreed import Agreed, effective_on
from chalicelib.charging.overage import Overage
from chalicelib.contracts.amending import period_on
from chalicelib.contracts.kinds import goods_of
from chalicelib.contracts.model import Billed, Contract
from chalicelib.contracts.offer import fee_of, points_of
from chalicelib.contracts.signing import book_for

ONE_DAY = timedelta(days=1)


class Charge(msgspec.Struct, frozen=True):
    """
    A line that is due, and where it goes.

    Attributes:
        key: The invoice of its day, which may have been issued meanwhile.
        after: How far the contract is billed with this line.
    """

    key: HeadKey
    line: Line
    tax: TaxTerms
    after: Billed


def charges(
    agreed: Agreed, billed: Billed, upto: date, counted_upto: date | None = None
) -> Iterator[Charge]:
    """
    Yield what is due on or before the local date *upto*: periods, then changes, then overage.

    Args:
        billed: How far the contract has been billed.
        counted_upto: All that was stored before this date is known; *upto* unless it is named.
    """
    billed = overage.begun(agreed, billed)
    for at in _starts(agreed, billed.periods, upto):
        there = agreed.at_start(at)
        billed = msgspec.structs.replace(billed, periods=billed.periods + 1)
        yield _charge(there, _period_line(there, at, billed), at, billed)
    for each in _changes(agreed, billed.version, upto):
        billed = msgspec.structs.replace(billed, version=each.version)
        yield _charge(each, _change_line(each, billed), effective_on(each), billed)
    for found in overage.over(agreed, billed, counted_upto or upto):
        billed = msgspec.structs.replace(billed, metered_on=found.month.end_on)
        yield _charge(found.there, _overage_line(found, billed), found.month.end_on, billed)


def next_start_on(agreed: Agreed, billed: Billed) -> date | None:
    """Return when the first period begins that was not billed; None where none follows."""
    return next(_starts(agreed, billed.periods, date.max), None)


def charged_for_term(agreed: Agreed, billed: Billed, on: date) -> list[Charge]:
    """Return what was charged for the period that *on* is in: its fee, and changes since."""
    now = period_on(agreed.contract, on)
    assert now is not None  # capacity without a term is never cut short
    there = agreed.at_start(now.start_on)
    since = [each for each in _changes(agreed, 0, on) if effective_on(each) >= now.start_on]
    return [
        _charge(there, _period_line(there, now.start_on, billed), now.start_on, billed),
        *(_charge(each, _change_line(each, billed), effective_on(each), billed) for each in since),
    ]


def _starts(agreed: Agreed, first: int, upto: date) -> Iterator[date]:
    """Yield the starts of the periods from number *first* on that are due by *upto*."""
    contract = agreed.contract
    if contract.term is Term.CAPACITY_ONLY:
        ahead = iter([contract.starts_on] if first == 0 else [])
    else:
        ahead = (each.start_on for each in periods(contract.starts_on, contract.term, first))
    return takewhile(lambda at: at <= upto and _begins(agreed, at), ahead)


def _begins(agreed: Agreed, at: date) -> bool:
    """Whether a period begins *at*: also one that is cut short on its first day, by short rate."""
    end_on = agreed.end_on
    return end_on is None or at < end_on or (at == end_on and agreed.contract.refund_yen > 0)


def _changes(agreed: Agreed, since: int, upto: date) -> list[Contract]:
    """Return the versions after number *since* that cost something of their own by *upto*."""
    return [
        each for each in agreed.since(since) if each.charge_yen > 0 and effective_on(each) <= upto
    ]


def _period_line(there: Contract, start_on: date, billed: Billed) -> Line:
    book = book_for(there)
    now = period_on(there, start_on)
    return Line(
        contract_id=there.contract_id,
        target_id=there.target_id,
        target_name=billed.target_name,
        kind=goods_of(there).line,
        amount_yen=fee_of(there, book, there.unit_price_yen),
        percent=book.tax.rate_on(start_on),
        points=points_of(there, book),
        unit_price_yen=there.unit_price_yen,
        start_on=now.start_on if now else None,
        end_on=now.end_on if now else None,
    )


def _change_line(there: Contract, billed: Billed) -> Line:
    assert there.effective_on is not None
    now = period_on(there, there.effective_on)
    return Line(
        contract_id=there.contract_id,
        target_id=there.target_id,
        target_name=billed.target_name,
        kind=LineKind.AMENDMENT,
        amount_yen=there.charge_yen,
        percent=book_for(there).tax.rate_on(there.effective_on),
        start_on=there.effective_on,
        end_on=now.end_on if now else None,
        version=there.version,
    )


def _overage_line(found: Overage, billed: Billed) -> Line:
    there, month = found.there, found.month
    return Line(
        contract_id=there.contract_id,
        target_id=there.target_id,
        target_name=billed.target_name,
        kind=LineKind.OVERAGE,
        amount_yen=found.amount_yen,
        percent=book_for(there).tax.rate_on(month.end_on - ONE_DAY),  # as it was rendered
        points=found.points,
        unit_price_yen=there.unit_price_yen,
        start_on=month.start_on,
        end_on=month.end_on,
    )


def _charge(there: Contract, line: Line, bill_on: date, after: Billed) -> Charge:
    by_facility = there.invoice_grouping is InvoiceGrouping.FACILITY
    return Charge(
        key=HeadKey(
            facility_id=there.facility_id,
            billed_id=there.facility_id if by_facility else there.target_id,
            bill_on=bill_on,
        ),
        line=line,
        tax=TaxTerms.of(book_for(there).tax),
        after=after,
    )
