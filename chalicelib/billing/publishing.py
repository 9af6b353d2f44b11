"""
Price books are published by two people: one proposes, another approves, and nobody changes it then.

What holds today was published days ago, so that no process can know less than another.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import msgspec

from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.billing import book_store, books
from chalicelib.billing.book_store import Decision, Draft, Published
from chalicelib.billing.pricebook import PriceBook
from chalicelib.kernel import clock
from chalicelib.kernel.calendar import months_after
from chalicelib.kernel.errors import Conflict, Invalid, NotFound
from chalicelib.telemetry import count

EARLIEST_ZONE = timedelta(hours=14)  # where a day begins first: UTC+14
NOTICE = timedelta(days=2)  # twice what a process may remember the books for
FURTHEST_MONTHS = 24
MOST_REASON = 500  # characters
_MONTH = re.compile(r"[2-9][0-9]{3}-(0[1-9]|1[0-2])")


def begins_on(version: str) -> date:
    """Return the first local date on which agreements are by *version*; raises Invalid."""
    if not _MONTH.fullmatch(version):
        raise Invalid("a version is a month such as 2027-04", code="month")
    return date.fromisoformat(f"{version}-01")


def last_moment(version: str) -> datetime:
    """Return the last moment at which *version* may be approved: days before it begins anywhere."""
    first = begins_on(version)
    return datetime(first.year, first.month, 1, tzinfo=UTC) - EARLIEST_ZONE - NOTICE


def earliest_version(now: datetime) -> str:
    """Return the first month that can still be approved for, with as much time again to do it."""
    following = months_after(now.date().replace(day=1), 1)
    if now + NOTICE > last_moment(following.isoformat()[:7]):
        following = months_after(following, 1)
    return following.isoformat()[:7]


def check_version(version: str, now: datetime) -> None:
    """
    Let pass a version that can still be published.

    Raises:
        Invalid: ``month``, ``too-late``, ``too-far`` or ``version-taken``.
    """
    first = begins_on(version)
    if now > last_moment(version):
        raise Invalid("it is too late for this month: choose a later one", code="too-late")
    if first > months_after(now.date(), FURTHEST_MONTHS):
        raise Invalid(f"choose a month in the next {FURTHEST_MONTHS}", code="too-far")
    if version in book_store.published() or version == books.FIRST.version:
        raise Invalid(
            "there is a book of this month, and it never changes: choose another month",
            code="version-taken",
        )


def propose(caller: Caller, book: PriceBook, seen_sha256: str) -> Draft:
    """
    Propose *book* to somebody else; sent twice, it is proposed once.

    Args:
        seen_sha256: Of the draft it takes the place of; empty where there was none.

    Raises:
        Invalid: As :func:`check`.
        Conflict: As :func:`check`; ``overtaken``: that draft moved on.
    """
    now, found = clock.now(), book_store.draft()
    if found and found.book == book and found.proposed.by == caller.id and not found.declined:
        return found
    check(caller, book)
    if (found.book.sha256() if found else "") != seen_sha256:
        raise Conflict(book_store.OVERTAKEN, code="overtaken")
    new = Draft(book=book, proposed=Decision(clock.text(now), caller.id))
    audit(caller, "propose-price-book", book.version)
    book_store.propose(new, found)
    count("PriceBooksProposed")
    return new


def check(caller: Caller, book: PriceBook) -> None:
    """
    Let pass what *caller* may propose now.

    Raises:
        Invalid: As :func:`check_version`; ``no-rate``: of tax, for agreements dated back;
            ``nothing-changes``: all figures are as before.
        Conflict: ``anothers-draft``: somebody else's waits.
    """
    check_version(book.version, clock.now())
    a_year_before = months_after(begins_on(book.version), -12)
    if not any(each.from_on <= a_year_before for each in book.tax.rates):
        raise Invalid("keep a rate that has held for a year by then", code="no-rate")
    if _figures(book) == _figures(before(book.version)):
        raise Invalid("all figures are as before", code="nothing-changes")
    check_may_replace(caller, book_store.draft())


def check_may_replace(caller: Caller, found: Draft | None) -> None:
    """Let pass where nobody else's draft waits; raises Conflict ``anothers-draft``."""
    if found and found.proposed.by != caller.id and not found.declined:
        raise Conflict("somebody else's draft waits: answer it first", code="anothers-draft")


def approve(caller: Caller, version: str, seen_sha256: str) -> Published:
    """
    Publish the draft of *version* for the provider; approved twice, it is published once.

    Raises:
        NotFound: There is no such draft.
        Conflict: ``own-draft``: it takes another person; ``too-late`` for its month;
            ``overtaken``: it is not what was shown, or was declined.
    """
    try:
        found = _seen(version, seen_sha256)
    except Conflict:
        already = find(version)
        if already is None or already.book.sha256() != seen_sha256:
            raise
        return already
    check_is_others(caller, found)
    now = clock.now()
    if now > last_moment(version):
        raise Conflict(
            "it is too late for this month: its author can choose a later one", code="too-late"
        )
    approved = Decision(clock.text(now), caller.id)
    audit(caller, "approve-price-book", version)
    book_store.publish(found, approved)
    books.forget()
    count("PriceBooksPublished")
    return Published(book=found.book, proposed=found.proposed, approved=approved)


def decline(caller: Caller, version: str, seen_sha256: str, reason: str) -> None:
    """
    Say no to the draft of *version*; its author reads why and may change it.

    Raises:
        Invalid: ``no-reason``: none, or a long one.
        NotFound, Conflict: As :func:`approve`.
    """
    if not 1 <= len(reason.strip()) <= MOST_REASON:
        raise Invalid(f"say why in 1 to {MOST_REASON} characters", code="no-reason")
    found = _seen(version, seen_sha256)
    check_is_others(caller, found)
    audit(caller, "decline-price-book", version)
    book_store.decline(found, Decision(clock.text(clock.now()), caller.id, reason.strip()))


def withdraw(caller: Caller, version: str, seen_sha256: str) -> None:
    """
    Take one's own draft of *version* away.

    Raises:
        NotFound: There is no such draft.
        Conflict: ``anothers-draft``, ``overtaken``.
    """
    found = _draft(version)
    if found.proposed.by != caller.id:
        raise Conflict("only its author can withdraw it", code="anothers-draft")
    if found.book.sha256() != seen_sha256:
        raise Conflict(book_store.OVERTAKEN, code="overtaken")
    audit(caller, "withdraw-price-book", version)
    book_store.withdraw(found)


def check_is_others(caller: Caller, found: Draft) -> None:
    """Let pass a draft of somebody else; raises Conflict ``own-draft``."""
    if found.proposed.by == caller.id:
        raise Conflict("a book takes two people: somebody else has to answer", code="own-draft")


def before(version: str) -> PriceBook:
    """Return the published book that holds until *version* does."""
    known = {books.FIRST.version: books.FIRST, **book_store.published()}
    return known[max((each for each in known if each < version), default=books.FIRST.version)]


def to_answer(caller: Caller) -> str:
    """Return the version that *caller* may approve or decline; nothing where none waits."""
    found = book_store.draft()
    waits = found is not None and not found.declined and found.proposed.by != caller.id
    return found.book.version if found and waits else ""


def find(version: str) -> Published | None:
    """Return the published book of *version* with its two people, or None."""
    return next((each for each in book_store.history() if each.book.version == version), None)


def _seen(version: str, seen_sha256: str) -> Draft:
    """Return the draft of *version* if it waits and is just what was seen."""
    found = _draft(version)
    if found.book.sha256() != seen_sha256 or found.declined:
        raise Conflict(book_store.OVERTAKEN, code="overtaken")
    return found


def _draft(version: str) -> Draft:
    found = book_store.draft()
    if found is not None and found.book.version == version:
        return found
    if find(version) is None:  # asked last: a draft that is gone may be published by now
        raise NotFound("there is no draft of this version")
    raise Conflict(book_store.OVERTAKEN, code="overtaken")


def _figures(book: PriceBook) -> PriceBook:
    """Return *book* without its name."""
    return msgspec.structs.replace(book, version="")
