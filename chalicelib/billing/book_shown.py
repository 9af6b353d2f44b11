"""Price books as their pages show them: whose they are, what they change, and what that means."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import msgspec

from chalicelib.access import people_store
from chalicelib.access.local_times import local, zone_for
from chalicelib.access.model import PROVIDER, Caller
from chalicelib.billing import book_store, books, publishing
from chalicelib.billing.book_form import SECTIONS, fields_of
from chalicelib.billing.book_store import Decision, Draft, Published
from chalicelib.billing.periods import Term
from chalicelib.billing.pricebook import PriceBook, ServiceClass
from chalicelib.billing.pricing import area_points, backup_points, fee_yen
from chalicelib.billing.tax import Rate, with_tax_yen
from chalicelib.billing.units import blocks_for, case_units, display_points
from chalicelib.kernel import clock
from chalicelib.kernel.calendar import local_date
from chalicelib.kernel.errors import NotFound

HUNDRED_GB = 100 * 10**9
A_HUNDRED_CASES = 100


class Signed(msgspec.Struct, frozen=True):
    """What somebody decided on, as a reader is told; *by* is an account where it is known."""

    by: str
    at: datetime | None
    reason: str


class Shown(msgspec.Struct, frozen=True):
    """
    A book and the people behind it; the first one has none.

    Attributes:
        standing: ``waits``, ``declined``, ``ahead``, ``holds`` or ``over``.
        before: What it takes the place of; None for the first book.
        is_own: The reader proposed it.
    """

    book: PriceBook
    begins_on: date
    standing: str
    before: PriceBook | None
    is_own: bool = False
    proposed: Signed | None = None
    approved: Signed | None = None
    declined: Signed | None = None


class Figure(msgspec.Struct, frozen=True):
    """A field of a book, as typed, and what it was before; None where there was no book."""

    name: str
    now: str
    before: str | None

    @property
    def changes(self) -> bool:
        return self.before not in (None, self.now)


class Example(msgspec.Struct, frozen=True):
    """What somebody pays for something usual, tax included; and what they paid before."""

    name: str
    now_yen: int
    before_yen: int | None


def shown_books(caller: Caller) -> list[Shown]:
    """Return every book, newest version first; the draft before all others."""
    shelf = _Shelf(caller)
    found = [*map(shelf.published, shelf.history), shelf.first()]
    draft = book_store.draft()
    return [shelf.draft(draft), *found] if draft else found


def shown_book(caller: Caller, version: str) -> Shown:
    """Return the book of *version*, published or not; raises NotFound."""
    found = [each for each in shown_books(caller) if each.book.version == version]
    if not found:
        raise NotFound("there is no such price book")
    return found[-1]  # a draft may have the month of a book that was published meanwhile


def figures(book: PriceBook, before: PriceBook | None) -> dict[str, list[Figure]]:
    """Return every figure of *book* beside that of *before*, by section; rates are shown apart."""
    now, then = fields_of(book), fields_of(before) if before else {}
    return {
        section: [Figure(name, now[name], then.get(name)) for name in names]
        for section, names in SECTIONS.items()
    }


def rates(book: PriceBook | None) -> tuple[Rate, ...]:
    return book.tax.rates if book else ()


def examples(book: PriceBook, before: PriceBook | None) -> list[Example]:
    """Return what something usual costs by *book*, and what it cost *before*, on its first day."""
    on = publishing.begins_on(book.version)
    then = _prices(before, on) if before else {}
    return [Example(name, yen, then.get(name)) for name, yen in _prices(book, on).items()]


def _prices(book: PriceBook, on: date) -> dict[str, int]:
    blocks, more_blocks = blocks_for(book, HUNDRED_GB), blocks_for(book, 10 * HUNDRED_GB)
    points = {
        "annual": backup_points(book, Term.ANNUAL, blocks=blocks),
        "annual_more": backup_points(book, Term.ANNUAL, blocks=more_blocks),
        "monthly": backup_points(book, Term.MONTHLY, blocks=blocks),
        "prepaid": backup_points(book, Term.CAPACITY_ONLY, blocks=blocks),
        "overage": book.overage_points_per_block * blocks,
        "economy": area_points(book, Term.ANNUAL, ServiceClass.ECONOMY),
        "deluxe": area_points(book, Term.ANNUAL, ServiceClass.DELUXE),
        "display": display_points(book, Term.ANNUAL, case_units(book, A_HUNDRED_CASES)),
    }
    fees = {
        name: fee_yen(each, unit_price_yen=book.unit_price_yen) for name, each in points.items()
    }
    percent = book.tax.rate_on(on)
    return {name: with_tax_yen(fee, percent, book.tax) for name, fee in fees.items()}


class _Shelf:
    """The published books and the provider's people, read once a page."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._zone = zone_for(caller)
        self._accounts = {each.person_id: each.account for each in people_store.people_of(PROVIDER)}
        self.history = book_store.history()
        self._known = [*(each.book for each in self.history), books.FIRST]
        month = local_date(clock.now(), self._zone).isoformat()[:7]
        begun = (each.version for each in self._known if each.version <= month)
        self._holding = next(begun, books.FIRST.version)

    def draft(self, found: Draft) -> Shown:
        return Shown(
            **self._facts(found.book),
            standing="declined" if found.declined else "waits",
            is_own=found.proposed.by == self._caller.id,
            proposed=self._signed(found.proposed),
            declined=self._signed(found.declined) if found.declined else None,
        )

    def published(self, found: Published) -> Shown:
        return Shown(
            **self._facts(found.book),
            standing=self._standing(found.book.version),
            proposed=self._signed(found.proposed),
            approved=self._signed(found.approved),
        )

    def first(self) -> Shown:
        return Shown(**self._facts(books.FIRST), standing=self._standing(books.FIRST.version))

    def _facts(self, book: PriceBook) -> dict[str, Any]:
        earlier = (each for each in self._known if each.version < book.version)
        on = publishing.begins_on(book.version)
        return {"book": book, "begins_on": on, "before": next(earlier, None)}

    def _standing(self, version: str) -> str:
        if version == self._holding:
            return "holds"
        return "ahead" if version > self._holding else "over"

    def _signed(self, decision: Decision) -> Signed:
        by = self._accounts.get(decision.by, decision.by)
        return Signed(by, local(decision.at, self._zone), decision.reason)
