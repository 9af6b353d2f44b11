"""A price book and its form are the same thing: nothing is lost on the way, or invented."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.billing.book_form import (
    GIGABYTE,
    MOST_CASES,
    MOST_GIGABYTES,
    MOST_POINTS,
    MOST_RATES,
    MOST_YEN,
    Typed,
    book_from,
    fields_of,
    typed,
)
from chalicelib.billing.pricebook import AreaPoints, Points, PriceBook, TimingPoints
from chalicelib.billing.tax import Rate, TaxMode, TaxRule
from chalicelib.kernel.money import Rounding

amounts = st.integers(0, MOST_POINTS)
points = st.builds(Points, annual=amounts, monthly=amounts)
cases = st.integers(0, MOST_CASES)
rates = st.dictionaries(
    st.dates(date(1989, 4, 1)), st.integers(0, 99), min_size=1, max_size=MOST_RATES
).map(lambda found: tuple(Rate(day, found[day]) for day in sorted(found)))
books = st.builds(
    PriceBook,
    version=st.dates().map(lambda day: day.isoformat()[:7]),
    unit_price_yen=st.integers(0, MOST_YEN),
    block_bytes=st.integers(1, MOST_GIGABYTES * GIGABYTE),
    backup_points=points,
    timing_points=st.builds(TimingPoints, nightly=amounts, per_exam=amounts, at_once=amounts),
    capacity_only_points_per_block=amounts,
    overage_points_per_block=amounts,
    area_points=st.builds(AreaPoints, economy=points, deluxe=points),
    included_cases=cases,
    display_points=points,
    cases_per_unit=st.integers(1, MOST_CASES),
    case_unit_points=points,
    tax=st.builds(
        TaxRule, mode=st.sampled_from(TaxMode), rounding=st.sampled_from(Rounding), rates=rates
    ),
)


@given(books)
def test_a_book_typed_into_the_form_is_that_book(book: PriceBook) -> None:
    filled_in = Typed(fields_of(book))
    assert book_from(filled_in) == book
    assert filled_in.wrong == {}


@given(st.dictionaries(st.sampled_from(sorted(fields_of(PriceBook(version="2026-01")))), st.text()))
def test_whatever_is_typed_is_a_book_or_is_said_to_be_wrong(form: dict[str, str]) -> None:
    filled_in = typed(fields_of(PriceBook(version="2026-01")) | form)
    book = book_from(filled_in)
    assert (book is None) == bool(filled_in.wrong)
    if book is not None:
        assert book_from(Typed(fields_of(book))) == book
