"""Tax as the issuer chose it."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from chalicelib.billing.tax import Rate, TaxMode, TaxRule, tax_yen, totals
from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.money import Rounding

CHANGING = TaxRule(rates=(Rate(date(2019, 10, 1), 10), Rate(date(2030, 4, 1), 12)))


@pytest.mark.parametrize(
    ("mode", "tax", "total"),
    [(TaxMode.EXCLUSIVE, 110, 1_210), (TaxMode.INCLUSIVE, 100, 1_100), (TaxMode.NONE, 0, 1_100)],
)
def test_the_mode_says_how_list_prices_are_meant(mode: TaxMode, tax: int, total: int) -> None:
    summed = totals([(1_100, 10)], TaxRule(mode=mode))
    assert (summed.subtotal_yen, summed.tax_yen, summed.total_yen) == (1_100, tax, total)


@pytest.mark.parametrize("mode", [TaxMode.EXCLUSIVE, TaxMode.INCLUSIVE])
@pytest.mark.parametrize(
    ("rounding", "tax"), [(Rounding.FLOOR, 1), (Rounding.HALF_UP, 1), (Rounding.CEIL, 2)]
)
def test_part_of_a_yen_becomes_what_the_issuer_chose(
    mode: TaxMode, rounding: Rounding, tax: int
) -> None:
    assert tax_yen(13, 10, TaxRule(mode=mode, rounding=rounding)) == tax


@pytest.mark.parametrize(
    ("day", "percent"), [(date(2030, 3, 31), 10), (date(2030, 4, 1), 12), (date(2019, 10, 1), 10)]
)
def test_a_rate_holds_from_its_first_day(day: date, percent: int) -> None:
    assert CHANGING.rate_on(day) == percent


@pytest.mark.parametrize("day", [date(2019, 10, 1), date(2019, 10, 2), date(2027, 4, 1)])
def test_ten_per_cent_is_what_a_book_starts_with(day: date) -> None:
    assert TaxRule().rate_on(day) == 10


def test_the_order_of_rates_does_not_matter() -> None:
    backwards = msgspec.structs.replace(CHANGING, rates=CHANGING.rates[::-1])
    assert backwards.rate_on(date(2031, 1, 1)) == 12


def test_a_day_before_every_rate_is_refused() -> None:
    with pytest.raises(Invalid, match="no tax rate is known for 2019-09-30"):
        TaxRule().rate_on(date(2019, 9, 30))
    with pytest.raises(Invalid, match="add it to the price book"):
        CHANGING.rate_on(date(2019, 9, 30))


def test_one_invoice_for_two_targets_may_differ_by_a_yen_from_two() -> None:
    together = totals([(466, 10), (645, 10)], TaxRule())
    assert together.tax_yen == 111
    assert tax_yen(466, 10, TaxRule()) + tax_yen(645, 10, TaxRule()) == 110


def test_an_invoice_without_lines_comes_to_nothing() -> None:
    assert totals([], TaxRule()).total_yen == 0
