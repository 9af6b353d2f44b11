"""
Which price books there are: the one every deployment begins with, and those published since.

A version is named by the month from which it is for new agreements, and never changes.  It is
published days before that month begins anywhere, so what was read today tells all that hold today:
a process asks once a day, however many contracts it looks at.

Where books are kept is told by whoever starts the process (app.py), as the clock's offset is: the
rules that ask here know no storage.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache

from chalicelib.billing.pricebook import PriceBook
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Invalid

FIRST = PriceBook(version="2026-01")  # the figures are PriceBook's own

Reader = Callable[[], Mapping[str, PriceBook]]


def nowhere() -> Mapping[str, PriceBook]:
    """Return no book: nothing has been published."""
    return {}


_read: Reader = nowhere


def keep(reader: Reader) -> None:
    """Let *reader* tell the published books from now on, by version."""
    global _read  # noqa: PLW0603 - one place a process is the point
    _read = reader
    forget()


def forget() -> None:
    """Let the next question read the books again."""
    _of_day.cache_clear()


def book_of(version: str) -> PriceBook:
    """Return the price book of *version*; raises Invalid, naming those there are."""
    if version not in _books():
        forget()  # it may have been published since this process asked
    books = _books()
    if version not in books:
        raise Invalid(f"there is no price book {version}, only {', '.join(sorted(books))}")
    return books[version]


def newest_book(on: date) -> PriceBook:
    """Return the book that what is agreed on *on* is by: the newest whose month has begun."""
    books = _books()
    begun = [version for version in books if version <= on.isoformat()[:7]]
    return books[max(begun, default=min(books))]


def _books() -> Mapping[str, PriceBook]:
    return _of_day(clock.now().date())


@lru_cache(maxsize=1)
def _of_day(day: date) -> Mapping[str, PriceBook]:  # noqa: ARG001 - what is kept is kept for it
    return {FIRST.version: FIRST, **_read()}
