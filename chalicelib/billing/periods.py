"""Terms and their periods: half-open local dates, each computed from the anchor."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from itertools import count

import msgspec

from chalicelib.kernel.calendar import months_after, months_between
from chalicelib.kernel.errors import Invalid


class Term(StrEnum):
    """What is signed for: a year or a month (patent, table 1), or capacity until it is full."""

    ANNUAL = "annual"
    MONTHLY = "monthly"
    CAPACITY_ONLY = "capacity_only"


MONTHS_OF = {Term.ANNUAL: 12, Term.MONTHLY: 1}


class BillingPeriod(msgspec.Struct, frozen=True, order=True):
    """The local dates from *start_on* up to, but without, *end_on*."""

    start_on: date
    end_on: date

    @property
    def days(self) -> int:
        return (self.end_on - self.start_on).days

    def days_left(self, day: date) -> int:
        """
        Return the days from *day* to the end, *day* itself included.

        Raises:
            Invalid: *day* is outside the period.
        """
        if not self.start_on <= day < self.end_on:
            raise Invalid(f"{day} is not in the period from {self.start_on} to {self.end_on}")
        return (self.end_on - day).days


def period(anchor: date, term: Term, number: int) -> BillingPeriod:
    """
    Return period *number*, from 0, of a contract that started on *anchor*.

    Raises:
        Invalid: *number* is negative, or the term has no periods (capacity only).

    >>> period(date(2027, 1, 31), Term.MONTHLY, 1)
    BillingPeriod(start_on=datetime.date(2027, 2, 28), end_on=datetime.date(2027, 3, 31))
    """
    if number < 0:
        raise Invalid(f"no period comes before the start on {anchor}", number=number)
    months = _months_of(term)
    return BillingPeriod(
        months_after(anchor, number * months), months_after(anchor, (number + 1) * months)
    )


def periods(anchor: date, term: Term, first: int = 0) -> Iterator[BillingPeriod]:
    """Yield the periods of *anchor* from number *first* on, without end."""
    return (period(anchor, term, number) for number in count(first))


def number_on(anchor: date, term: Term, day: date) -> int:
    """
    Return the number, from 0, of the period that *day* is in.

    Raises:
        Invalid: *day* comes before *anchor*, or the term has no periods.

    >>> number_on(date(2028, 2, 29), Term.ANNUAL, date(2029, 2, 28))
    1
    """
    if day < anchor:
        raise Invalid(f"no period comes before the start on {anchor}")
    return months_between(anchor, day) // _months_of(term)


def _months_of(term: Term) -> int:
    if term not in MONTHS_OF:
        raise Invalid(f"a {term} contract has no periods: it ends when its capacity is full")
    return MONTHS_OF[term]
