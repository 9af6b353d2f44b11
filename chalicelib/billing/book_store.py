"""
Price books in DynamoDB (core): one that waits to be published, and those that were.

PRICEBOOKS  DRAFT           the book that somebody proposes; at most one at a time
PRICEBOOKS  BOOK#<version>  a published book, never rewritten

Each has the book's SHA-256 beside it: whoever decides on a draft names the digest they have seen.
"""

from __future__ import annotations

import msgspec
from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import DeleteError, DoesNotExist, PutError, UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.models import Model

from chalicelib.billing.pricebook import PriceBook
from chalicelib.kernel.errors import Conflict
from chalicelib.tables import CoreTable, condition_failed, expecting, transaction

PRICEBOOKS = "PRICEBOOKS"
DRAFT = "DRAFT"
PREFIX = "BOOK#"
OVERTAKEN = "somebody changed or answered it in the meantime: look again"


class Decision(msgspec.Struct, frozen=True):
    """Who decided, when, and why where that was asked for."""

    at: str
    by: str
    reason: str = ""


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """
    A book that is not published yet.

    Attributes:
        proposed: By its author, last.
        declined: By somebody else; None while it waits.
    """

    book: PriceBook
    proposed: Decision
    declined: Decision | None = None


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """A book, and the two people who published it."""

    book: PriceBook
    proposed: Decision
    approved: Decision


class _Row(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True, default=PRICEBOOKS)
    sk = UnicodeAttribute(range_key=True)
    book = UnicodeAttribute()
    sha256 = UnicodeAttribute()
    proposed_at = UnicodeAttribute()
    proposed_by = UnicodeAttribute()


class _Draft(_Row):
    class Meta(CoreTable):
        pass

    declined_at = UnicodeAttribute(null=True)
    declined_by = UnicodeAttribute(null=True)
    reason = UnicodeAttribute(null=True)


class _Book(_Row):
    class Meta(CoreTable):
        pass

    approved_at = UnicodeAttribute()
    approved_by = UnicodeAttribute()


# --- published ------------------------------------------------------------------------------------


def published() -> dict[str, PriceBook]:
    """Return every published book by its version."""
    return {each.book.version: each.book for each in history()}


def history() -> list[Published]:
    """Return every published book with its two people, newest version first."""
    rows = _Book.query(
        PRICEBOOKS, _Book.sk.startswith(PREFIX), scan_index_forward=False, consistent_read=True
    )
    return [_published(row) for row in rows]


def publish(draft: Draft, approved: Decision) -> None:
    """
    Let *draft* be a published book, just as it was seen; it is a draft no more.

    Raises:
        Conflict: ``overtaken``: it was changed or answered, or is its approver's own.
    """
    row = _Book(PRICEBOOKS, PREFIX + draft.book.version)
    _fill(row, draft)
    row.approved_at, row.approved_by = approved.at, approved.by
    with expecting(OVERTAKEN, code="overtaken"), transaction() as write:
        write.save(row, condition=_Book.pk.does_not_exist())
        write.delete(_Draft(PRICEBOOKS, DRAFT), condition=_waits_for(draft, approved.by))


# --- the draft ------------------------------------------------------------------------------------


def draft() -> Draft | None:
    """Return the book that waits, or was declined; None where nobody proposes one."""
    try:
        row = _Draft.get(PRICEBOOKS, DRAFT, consistent_read=True)
    except DoesNotExist:
        return None
    declined = None
    if row.declined_at:
        declined = Decision(row.declined_at, row.declined_by or "", row.reason or "")
    return Draft(book=_book(row), proposed=_proposed(row), declined=declined)


def propose(new: Draft, before: Draft | None) -> None:
    """Put *new* in the place of *before*; raises Conflict ``overtaken`` where that has moved on."""
    row = _Draft(PRICEBOOKS, DRAFT)
    _fill(row, new)
    unchanged = _is(before) if before else _Draft.pk.does_not_exist()
    try:
        row.save(unchanged)
    except PutError as error:
        raise _overtaken(error) from error


def decline(draft: Draft, declined: Decision) -> None:
    """Note who said no to *draft*, and why; raises Conflict as :func:`publish`."""
    actions: list[Action] = [
        _Draft.declined_at.set(declined.at),
        _Draft.declined_by.set(declined.by),
        _Draft.reason.set(declined.reason),
    ]
    try:
        _Draft(PRICEBOOKS, DRAFT).update(actions, condition=_waits_for(draft, declined.by))
    except UpdateError as error:
        raise _overtaken(error) from error


def withdraw(draft: Draft) -> None:
    """Take *draft* away; raises Conflict ``overtaken`` where it is another by now."""
    try:
        _Draft(PRICEBOOKS, DRAFT).delete(_is(draft))
    except DeleteError as error:
        raise _overtaken(error) from error


def _is(draft: Draft) -> Condition:
    """The row still says what *draft* does, declined or not."""
    if draft.declined is None:
        return _both(_same(draft), _Draft.declined_at.does_not_exist())
    return _both(_same(draft), _Draft.declined_at == draft.declined.at)


def _waits_for(draft: Draft, other: str) -> Condition:
    """*draft* waits, and *other* is not who proposed it."""
    waits = _both(_same(draft), _Draft.declined_at.does_not_exist())
    return _both(waits, _Draft.proposed_by != other)


def _same(draft: Draft) -> Condition:
    return _both(
        _Draft.sha256 == draft.book.sha256(),
        _Draft.proposed_at == draft.proposed.at,
    )


def _both(one: Condition, other: Condition) -> Condition:
    both: Condition = one & other
    return both


# --- pieces ---------------------------------------------------------------------------------------


def _fill(row: _Row, draft: Draft) -> None:
    row.book, row.sha256 = msgspec.json.encode(draft.book).decode(), draft.book.sha256()
    row.proposed_at, row.proposed_by = draft.proposed.at, draft.proposed.by


def _published(row: _Book) -> Published:
    approved = Decision(row.approved_at, row.approved_by)
    return Published(book=_book(row), proposed=_proposed(row), approved=approved)


def _book(row: _Row) -> PriceBook:
    return msgspec.json.decode(row.book, type=PriceBook)


def _proposed(row: _Row) -> Decision:
    return Decision(row.proposed_at, row.proposed_by)


def _overtaken(error: PutError | UpdateError | DeleteError) -> Exception:
    """Return what a refused write means; trouble of AWS stays what it is."""
    return Conflict(OVERTAKEN, code="overtaken") if condition_failed(error) else error
