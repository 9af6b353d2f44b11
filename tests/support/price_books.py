"""Price books that two people publish, as the provider does."""

from __future__ import annotations

from datetime import date, timedelta

from chalicelib.access.model import Caller, Role
from chalicelib.billing import publishing
from chalicelib.billing.pricebook import PriceBook
from chalicelib.kernel import clock
from chalicelib.kernel.calendar import months_after
from tests.support.world import today

AUTHOR = Caller(Role.OPERATOR, "person-author")
APPROVER = Caller(Role.OPERATOR, "person-approver")


def first_of_month(ahead: int = 1) -> date:
    """Return the first day of a month to come, in Japan."""
    return months_after(today().replace(day=1), ahead)


def month(ahead: int = 1) -> str:
    """Return the version of a book that holds from that month on."""
    return first_of_month(ahead).isoformat()[:7]


def dearer_book(ahead: int = 1, unit_price_yen: int = 1_200) -> PriceBook:
    """Return a book by which everything costs more, from a month to come."""
    return PriceBook(version=month(ahead), unit_price_yen=unit_price_yen)


def published(book: PriceBook) -> PriceBook:
    """Let two people publish *book*, in good time before its month."""
    ahead = round((clock.now() - clock.wall_now()).total_seconds())
    in_time = publishing.last_moment(book.version) - timedelta(days=1)
    clock.move(round((in_time - clock.wall_now()).total_seconds()))
    publishing.propose(AUTHOR, book, "")
    publishing.approve(APPROVER, book.version, book.sha256())
    clock.move(ahead)
    return book
