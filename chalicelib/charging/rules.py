"""
What is to be billed of a contract up to a date.  Rules only: no storage, no clock, no AWS.

The run writes what these functions say, and the preview shows it: there is no second computation.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import takewhile

from chalicelib.billing.model import HeadKey, Line, LineKind, TaxTerms
from chalicelib.billing.periods import Term, periods
from chalicelib.billing.runs import InvoiceGrouping
from chalicelib.contracts.amending import period_on
from chalicelib.contracts.cancelling import holds_at_start
from chalicelib.contracts.model import Billed, Contract, in_force_on
from chalicelib.contracts.offer import fee_of, points_of
from chalicelib.contracts.renewal import renewed
from chalicelib.contracts.signing import book_for

Versions = Callable[[], Collection[Contract]]


@dataclass(frozen=True, slots=True)
class Charge:
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
    contract: Contract, versions: Versions, billed: Billed, end_on: date | None, upto: date
) -> Iterator[Charge]:
    """
    Yield what is due of *contract* on or before the local date *upto*: periods, then changes.

    Args:
        contract: In the version and the term that hold on *upto*.
        versions: Returns all that both sides agreed on; asked only when one may have changed.
        billed: How far it has been billed.
        end_on: The first date on which nothing begins any more; None where no end is in sight.
    """
    for at in _starts(contract, billed.periods, end_on, upto):
        there = _at_start(contract, versions, at)
        billed = replace(billed, periods=billed.periods + 1)
        yield _charge(there, _period_line(there, at, billed), billed)
    if contract.version > max(billed.version, 1):
        for each in _changes(versions(), billed.version, upto):
            billed = replace(billed, version=each.version)
            yield _charge(each, _change_line(each, billed), billed)


def next_start_on(contract: Contract, billed: Billed, end_on: date | None) -> date | None:
    """Return when the first period begins that was not billed; None where none follows."""
    return next(_starts(contract, billed.periods, end_on, date.max), None)


def charged_for_term(
    contract: Contract, versions: Collection[Contract], billed: Billed, on: date
) -> list[Charge]:
    """Return what was charged for the period that *on* is in: its fee, and changes since."""
    now = period_on(contract, on)
    assert now is not None  # capacity without a term is never cut short
    there = _at_start(contract, lambda: versions, now.start_on)
    since = [
        each
        for each in _changes(versions, 0, on)
        if each.effective_on and each.effective_on >= now.start_on
    ]
    return [
        _charge(there, _period_line(there, now.start_on, billed), billed),
        *(_charge(each, _change_line(each, billed), billed) for each in since),
    ]


def _starts(contract: Contract, first: int, end_on: date | None, upto: date) -> Iterator[date]:
    """Yield the starts of the periods from number *first* on that are due by *upto*."""
    if contract.term is Term.CAPACITY_ONLY:
        ahead = iter([contract.starts_on] if first == 0 else [])
    else:
        ahead = (each.start_on for each in periods(contract.starts_on, contract.term, first))
    return takewhile(lambda at: at <= upto and _begins(contract, at, end_on), ahead)


def _begins(contract: Contract, at: date, end_on: date | None) -> bool:
    """Whether a period begins *at*: also one that is cut short on its first day, by short rate."""
    return end_on is None or at < end_on or (at == end_on and contract.refund_yen > 0)


def _at_start(contract: Contract, versions: Versions, start_on: date) -> Contract:
    """Return the version that the period from *start_on* on is billed by."""
    there = renewed(in_force_on(contract, start_on), start_on, contract.signed_at)
    if holds_at_start(there, start_on):
        return there
    earlier = (each for each in versions() if holds_at_start(each, start_on))
    return max(earlier, key=lambda each: each.version)


def _changes(versions: Collection[Contract], since: int, upto: date) -> list[Contract]:
    """Return the versions after number *since* that cost something of their own by *upto*."""
    found = [
        each
        for each in versions
        if each.version > since
        and each.charge_yen > 0
        and each.effective_on is not None
        and each.effective_on <= upto
    ]
    return sorted(found, key=lambda each: each.version)


def _period_line(there: Contract, start_on: date, billed: Billed) -> Line:
    book = book_for(there)
    now = period_on(there, start_on)
    return Line(
        contract_id=there.contract_id,
        target_id=there.target_id,
        target_name=billed.target_name,
        kind=LineKind.BACKUP,
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


def _charge(there: Contract, line: Line, after: Billed) -> Charge:
    by_facility = there.invoice_grouping is InvoiceGrouping.FACILITY
    return Charge(
        key=HeadKey(
            facility_id=there.facility_id,
            billed_id=there.facility_id if by_facility else there.target_id,
            bill_on=line.start_on or there.starts_on,
        ),
        line=line,
        tax=TaxTerms.of(book_for(there).tax),
        after=after,
    )
