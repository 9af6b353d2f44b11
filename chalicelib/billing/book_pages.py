"""Price books on pages: one person of the provider proposes a version, another publishes it."""

from __future__ import annotations

from typing import Any

from chalice.app import Response

from chalicelib.access.local_times import zone_for
from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.billing import book_form, book_shown, book_store, books, publishing
from chalicelib.billing.book_form import Typed
from chalicelib.billing.book_store import Draft
from chalicelib.billing.pricebook import PriceBook
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict, HokanError, Invalid

BOOKS = "/portal/billing/books"
BOOK = BOOKS + "/{version}"
NEW = "/portal/billing/new-book"

pages = PageRoutes(__name__)


@pages.on("GET", BOOKS, Operation.MANAGE_PRICE_BOOKS)
def show_books(visit: Visit) -> Response:
    """Show the versions, newest first, and what waits for a second person."""
    found = book_shown.shown_books(visit.caller)
    return visit.page("billing/books.html", found=found, done=visit.asked("done"))


@pages.on("GET", BOOK, Operation.MANAGE_PRICE_BOOKS)
def show_book(visit: Visit, version: str) -> Response:
    """Show a version: what it changes, every figure, and what can be done about it."""
    return _book(visit, version)


# --- by its author --------------------------------------------------------------------------------


@pages.on("GET", NEW, Operation.MANAGE_PRICE_BOOKS)
def ask_book(visit: Visit) -> Response:
    """Ask for the figures: those of the draft, or of the newest book."""
    draft = book_store.draft()
    try:
        publishing.check_may_replace(visit.caller, draft)
    except Conflict:
        return visit.redirect(f"{BOOKS}?done=anothers-draft")
    return _form(visit, Typed(_first_fields(draft)), draft.book.sha256() if draft else "")


@pages.on("POST", NEW, Operation.MANAGE_PRICE_BOOKS)
def take_book(visit: Visit) -> Response:
    """Check what was typed, go back to it, or propose it: as the button says."""
    typed, seen = book_form.typed(visit.form), visit.form.get("seen", "")
    step = visit.form.get("step", "check")
    if step == "edit":
        return _form(visit, typed, seen)
    book = book_form.book_from(typed)
    if book is None:
        return _form(visit, typed, seen, status=Invalid.status)
    try:
        if step == "propose":
            publishing.propose(visit.caller, book, seen)
            return _done(visit, book.version, "proposed")
        publishing.check(visit.caller, book)
    except (Conflict, Invalid) as refused:
        typed.refuse(refused.code)
        return _form(visit, typed, seen, status=refused.status)
    return _check(visit, typed, book, seen)


@pages.on("POST", BOOK + "/withdraw", Operation.MANAGE_PRICE_BOOKS)
def withdraw(visit: Visit, version: str) -> Response:
    """Take one's own draft away."""
    try:
        publishing.withdraw(visit.caller, version, visit.form.get("sha256", ""))
    except Conflict as refused:
        return _book(visit, version, refused)
    return visit.redirect(f"{BOOKS}?done=withdrawn")


# --- by somebody else -----------------------------------------------------------------------------


@pages.on("POST", BOOK + "/approve", Operation.MANAGE_PRICE_BOOKS)
def approve(visit: Visit, version: str) -> Response:
    """Publish a draft, as it was shown."""
    try:
        publishing.approve(visit.caller, version, visit.form.get("sha256", ""))
    except Conflict as refused:
        return _book(visit, version, refused)
    return _done(visit, version, "approved")


@pages.on("POST", BOOK + "/decline", Operation.MANAGE_PRICE_BOOKS)
def decline(visit: Visit, version: str) -> Response:
    """Say no to a draft; its author reads why."""
    reason = visit.form.get("reason", "")
    try:
        publishing.decline(visit.caller, version, visit.form.get("sha256", ""), reason)
    except (Conflict, Invalid) as refused:
        return _book(visit, version, refused, reason)
    return _done(visit, version, "declined")


# --- pieces ---------------------------------------------------------------------------------------


def _book(
    visit: Visit, version: str, refused: HokanError | None = None, reason: str = ""
) -> Response:
    found = book_shown.shown_book(visit.caller, version)
    return visit.page(
        "billing/book.html",
        status=refused.status if refused else 200,
        found=found,
        last_moment=publishing.last_moment(version).astimezone(zone_for(visit.caller)),
        refused=refused.code if refused else "",
        reason=reason,
        done=visit.asked("done"),
        **_compared(found.book, found.before),
    )


def _form(visit: Visit, typed: Typed, seen: str, *, status: int = 200) -> Response:
    return visit.page(
        "billing/new_book.html",
        status=status,
        typed=typed.fields,
        wrong=typed.wrong_in_order,
        rows=typed.rows,
        sections=book_form.SECTIONS,
        seen=seen,
    )


def _check(visit: Visit, typed: Typed, book: PriceBook, seen: str) -> Response:
    before = publishing.before(book.version)
    return visit.page(
        "billing/book_check.html",
        typed=typed.fields,
        seen=seen,
        book=book,
        begins_on=publishing.begins_on(book.version),
        before=before,
        **_compared(book, before),
    )


def _compared(book: PriceBook, before: PriceBook | None) -> dict[str, Any]:
    return {
        "figures": book_shown.figures(book, before),
        "rates": book_shown.rates(book),
        "rates_before": book_shown.rates(before) if before else None,
        "examples": book_shown.examples(book, before),
    }


def _first_fields(draft: Draft | None) -> dict[str, str]:
    if draft is not None:
        return book_form.fields_of(draft.book)
    published = book_store.published()
    newest = published[max(published)] if published else books.FIRST
    version = publishing.earliest_version(clock.now())
    return book_form.fields_of(newest) | {"version": version}


def _done(visit: Visit, version: str, what: str) -> Response:
    return visit.redirect(f"{BOOK.format(version=version)}?done={what}")
