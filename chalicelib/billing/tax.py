"""Consumption tax: once per rate per invoice, never per line (qualified invoices, NTA Q&A 57)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from enum import StrEnum

import msgspec

from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.money import Rounding, share_yen


class TaxMode(StrEnum):
    """How list prices are meant."""

    EXCLUSIVE = "exclusive"  # tax comes on top
    INCLUSIVE = "inclusive"  # tax is within
    NONE = "none"  # the issuer charges none


class Rate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rate in whole per cent, and the first local date it holds."""

    from_on: date
    percent: int


class TaxRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The issuer's choices, and the standard rates by date."""

    mode: TaxMode = TaxMode.EXCLUSIVE
    rounding: Rounding = Rounding.FLOOR
    rates: tuple[Rate, ...] = (Rate(date(2019, 10, 1), 10),)

    def rate_on(self, day: date) -> int:
        """
        Return the standard rate on *day*, in per cent.

        Raises:
            Invalid: The rule does not reach back to *day*.
        """
        known = [rate for rate in self.rates if rate.from_on <= day]
        if not known:
            raise Invalid(f"no tax rate is known for {day}: add it to the price book")
        return max(known, key=lambda rate: rate.from_on).percent


class RateTotal(msgspec.Struct, frozen=True):
    """What one rate of an invoice sums up to; *subtotal_yen* is as the lines are priced."""

    percent: int
    subtotal_yen: int
    tax_yen: int


class InvoiceTotals(msgspec.Struct, frozen=True):
    """
    Attributes:
        rates: One total a rate, lowest rate first.
        total_yen: What is to be paid, tax included.
    """

    rates: tuple[RateTotal, ...]
    total_yen: int

    @property
    def subtotal_yen(self) -> int:
        return sum(rate.subtotal_yen for rate in self.rates)

    @property
    def tax_yen(self) -> int:
        return sum(rate.tax_yen for rate in self.rates)


def tax_yen(amount_yen: int, percent: int, rule: TaxRule) -> int:
    """
    Return the tax on, or within, *amount_yen*; negative when it is.

    >>> tax_yen(315, 10, TaxRule()), tax_yen(1_100, 10, TaxRule(mode=TaxMode.INCLUSIVE))
    (31, 100)
    """
    match rule.mode:
        case TaxMode.EXCLUSIVE:
            return share_yen(amount_yen, percent, 100, rule.rounding)
        case TaxMode.INCLUSIVE:
            return share_yen(amount_yen, percent, 100 + percent, rule.rounding)
        case TaxMode.NONE:
            return 0


def with_tax_yen(amount_yen: int, percent: int, rule: TaxRule) -> int:
    """Return what *amount_yen* comes to with its tax: itself, where prices include it."""
    on_top = tax_yen(amount_yen, percent, rule) if rule.mode is TaxMode.EXCLUSIVE else 0
    return amount_yen + on_top


def totals(amounts: Iterable[tuple[int, int]], rule: TaxRule) -> InvoiceTotals:
    """
    Sum up an invoice.

    Args:
        amounts: A pair a line: whole yen as priced, and the rate in per cent.

    >>> totals([(105, 10), (105, 10), (105, 10)], TaxRule()).total_yen
    346
    """
    subtotals: Counter[int] = Counter()
    for amount_yen, percent in amounts:
        subtotals[percent] += amount_yen
    rates = tuple(
        RateTotal(percent, subtotal_yen, tax_yen(subtotal_yen, percent, rule))
        for percent, subtotal_yen in sorted(subtotals.items())
    )
    total = sum(with_tax_yen(rate.subtotal_yen, rate.percent, rule) for rate in rates)
    return InvoiceTotals(rates, total)
