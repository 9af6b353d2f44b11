"""
Changes inside a period: by the day, each price on its own, rounded down.

The denominator is the whole period as the anchor gives it, never the part that is left of it.
"""

from __future__ import annotations

from datetime import date

import msgspec

from chalicelib.billing.periods import BillingPeriod
from chalicelib.kernel.money import share_yen


class Amendment(msgspec.Struct, frozen=True):
    """
    Attributes:
        charge_yen: To be billed now, before tax.
        effective_on: The first local date under the new terms.
        next_period_yen: Price of the next whole period.
    """

    charge_yen: int
    effective_on: date
    next_period_yen: int


def rest_yen(price_yen: int, period: BillingPeriod, on: date) -> int:
    """
    Return what *period*, which costs *price_yen*, costs from *on* to its end, rounded down.

    Raises:
        Invalid: *on* is outside the period.

    >>> rest_yen(1_000, BillingPeriod(date(2027, 4, 1), date(2027, 5, 1)), date(2027, 4, 17))
    466
    """
    return share_yen(price_yen, period.days_left(on), period.days)


def difference_yen(old_yen: int, new_yen: int, period: BillingPeriod, on: date) -> int:
    """
    Return what the rest of *period*, from *on*, costs more at *new_yen* than at *old_yen*.

    Args:
        old_yen: Price of the whole period, as is *new_yen*.

    Raises:
        Invalid: *on* is outside the period.

    >>> difference_yen(1_000, 3_000, BillingPeriod(date(2027, 5, 1), date(2027, 6, 1)),
    ...                date(2027, 5, 12))
    1290
    """
    return rest_yen(new_yen, period, on) - rest_yen(old_yen, period, on)


def change_now(old_yen: int, new_yen: int, period: BillingPeriod, on: date) -> Amendment:
    """Return the change that takes effect on *on*: the difference is billed, or credited."""
    return Amendment(difference_yen(old_yen, new_yen, period, on), on, new_yen)


def change_next(new_yen: int, period: BillingPeriod, on: date) -> Amendment:
    """
    Return the change, asked for on *on*, that waits for the next period: nothing is due now.

    Raises:
        Invalid: *on* is outside the period.
    """
    period.days_left(on)
    return Amendment(0, period.end_on, new_yen)


def amend(old_yen: int, new_yen: int, period: BillingPeriod, on: date) -> Amendment:
    """Return the change under the standard terms: up at once, down with the next period."""
    if new_yen > old_yen:
        return change_now(old_yen, new_yen, period, on)
    return change_next(new_yen, period, on)
