"""
What a form costs, before it is signed.  Arithmetic only.

The figures come from the functions that bill later, so what is shown is what is charged.
"""

from __future__ import annotations

from datetime import date

import msgspec

from chalicelib.billing.periods import BillingPeriod
from chalicelib.billing.pricebook import PriceBook
from chalicelib.billing.pricing import fee_yen
from chalicelib.billing.runs import BillablePlan, InvoiceLine, invoices, lines_due
from chalicelib.billing.tax import TaxRule
from chalicelib.billing.units import blocks_for, case_limit
from chalicelib.contracts.form import Form, settled, terms_digest
from chalicelib.contracts.kinds import Terms, goods_of

STANDARD_BLOCKS = 100  # more capacity for one target than this is agreed on with the provider


class Price(msgspec.Struct, frozen=True):
    """Whole yen: the fee as the book lists prices, the tax on or within it, and what is paid."""

    fee_yen: int
    tax_yen: int
    total_yen: int


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """
    What signing a form would mean.

    Attributes:
        blocks: Of capacity; 0 where nothing is stored.
        cases: How many a display tool holds; None elsewhere.
        points: Of all periods signed for; *points_per_period* times *periods*.
        per_period: What the first invoice says.
        in_all: For all periods signed for, renewals aside.
        first_period: None for capacity without a term.
        next_bill_on: When the first fee is due: a period is paid at its start.
        second_bill_on: When the one after it is, unless there is none.
        ends_on: The first date after the terms signed for; None for capacity without a term.
        terms_sha256: What both sides accept: the form as meant, and the price book.
        special: Why the provider has to accept it; empty for standard terms.
    """

    price_book: str
    price_book_sha256: str
    terms_sha256: str
    blocks: int
    cases: int | None
    points_per_period: int
    periods: int
    points: int
    unit_price_yen: int
    per_period: Price
    in_all: Price
    first_period: BillingPeriod | None
    next_bill_on: date
    second_bill_on: date | None
    ends_on: date | None
    auto_renew: bool
    special: list[str]

    @property
    def is_standard(self) -> bool:
        """Standard terms are accepted at once, special ones wait for the provider."""
        return not self.special


def offer(form: Form, book: PriceBook) -> Offer:
    """Return what *form*, which has been checked, costs by *book*."""
    terms = settled(form, book)
    points, unit_price_yen = points_of(terms, book), terms.unit_price_yen or 0
    lines = _lines(terms, points, unit_price_yen)
    first, last = lines[0].period, lines[-1].period
    goes_on = len(lines) > 1 or bool(terms.auto_renew)
    return Offer(
        price_book=book.version,
        price_book_sha256=book.sha256(),
        terms_sha256=terms_digest(form, book),
        blocks=blocks_for(book, terms.capacity_bytes) if goods_of(terms).stores else 0,
        cases=cases_of(terms, book),
        points_per_period=points,
        periods=len(lines),
        points=points * len(lines),
        unit_price_yen=unit_price_yen,
        per_period=price(lines[:1], book.tax),
        in_all=price(lines, book.tax),
        first_period=first,
        next_bill_on=lines[0].bill_on,
        second_bill_on=first.end_on if first and goes_on else None,
        ends_on=last.end_on if last else None,
        auto_renew=bool(terms.auto_renew),
        special=special_terms(terms.capacity_bytes, unit_price_yen, book),
    )


def points_of(terms: Terms, book: PriceBook) -> int:
    """Return the points of one period."""
    return goods_of(terms).points(terms, book)


def cases_of(terms: Terms, book: PriceBook) -> int | None:
    """Return how many cases a display tool holds; None for what is none."""
    return None if terms.case_units is None else case_limit(book, terms.case_units)


def fee_of(terms: Terms, book: PriceBook, unit_price_yen: int) -> int:
    """Return the fee of one period, as the book lists prices."""
    return fee_yen(points_of(terms, book), unit_price_yen=unit_price_yen)


def price(lines: list[InvoiceLine], tax: TaxRule) -> Price:
    """Return what *lines* come to, each day's invoice taxed on its own."""
    drafts = invoices(lines, tax)
    return Price(
        sum(each.totals.subtotal_yen for each in drafts),
        sum(each.totals.tax_yen for each in drafts),
        sum(each.totals.total_yen for each in drafts),
    )


def special_terms(capacity_bytes: int, unit_price_yen: int, book: PriceBook) -> list[str]:
    """Return in which ways these are not the terms the provider offers everybody."""
    offered = STANDARD_BLOCKS * book.block_bytes
    reasons = {
        f"the unit price is not the price book's {book.unit_price_yen} yen": (
            unit_price_yen != book.unit_price_yen
        ),
        f"capacity_bytes is more than the {offered} offered": capacity_bytes > offered,
    }
    return [reason for reason, holds in reasons.items() if holds]


def _lines(terms: Form, points: int, unit_price_yen: int) -> list[InvoiceLine]:
    """Return the line of each period signed for, as a billing run makes them."""
    plan = BillablePlan(
        plan_id=terms.target_id,
        facility_id="",
        target_id=terms.target_id,
        anchor=terms.starts_on,
        term=terms.term,
        points=points,
        unit_price_yen=unit_price_yen,
        periods=terms.term_count,
    )
    return list(lines_due(plan, date.max))
