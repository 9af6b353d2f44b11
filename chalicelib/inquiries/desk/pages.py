"""A department's inbox, and one inquiry at its desk: read, taken, handed on."""

from __future__ import annotations

from collections.abc import Callable

from chalice.app import Response

from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.inquiries import page_parts
from chalicelib.inquiries.departments import service as departments
from chalicelib.inquiries.desk import canned
from chalicelib.inquiries.desk import service as desk
from chalicelib.inquiries.desk import shown as desk_shown
from chalicelib.inquiries.desk import thread as desk_thread
from chalicelib.inquiries.desk.drafts import Draft, written
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict, HokanError, Invalid, NotAllowed, NotFound
from chalicelib.web import links

DESK = "/portal/desk"
INQUIRY = DESK + "/{inquiry_id}"

STAYS = frozenset({"take", "questions", "answers", "shares", "parts"})  # with who did it
REFUSALS = (Conflict, Invalid, NotAllowed, NotFound)

pages = PageRoutes(__name__)


@pages.on("GET", DESK, Operation.ANSWER_INQUIRIES)
def show_inbox(visit: Visit) -> Response:
    """Show what a department of the visitor's has to do."""
    own = departments.of_person(visit.caller)
    asked = visit.asked("department")
    chosen = next((each for each in own if each.department_id == asked), own[0] if own else None)
    if chosen is None:
        return visit.page("inquiries/no_desk.html")
    found = desk.inbox(visit.caller, chosen.department_id, visit.asked("cursor") or None)
    return page_parts.page(
        visit,
        "inquiries/desk.html",
        departments=own,
        chosen=chosen,
        inbox=desk_shown.inbox(found.inquiries, chosen.department_id, clock.now()),
        cursor=found.cursor,
        is_first=not visit.asked("cursor"),
    )


@pages.on("GET", INQUIRY, Operation.ANSWER_INQUIRIES)
def show_inquiry(visit: Visit, inquiry_id: str) -> Response:
    """Show an inquiry, what was said so far, and what can be done."""
    return inquiry_page(visit, inquiry_id)


@pages.on("POST", INQUIRY + "/files/{file_id}", Operation.ANSWER_INQUIRIES)
def download(visit: Visit, inquiry_id: str, file_id: str) -> Response:
    """Lead to a file's bytes, for some minutes."""
    return page_parts.save(visit, desk.file_url(visit.caller, inquiry_id, file_id))


@pages.on("POST", INQUIRY + "/take", Operation.ANSWER_INQUIRIES)
def take(visit: Visit, inquiry_id: str) -> Response:
    """Note that the visitor sees to it."""
    draft = written("take", visit.form)
    return _moved(
        visit, inquiry_id, draft, lambda: desk.take(visit.caller, inquiry_id, seen=draft.seen)
    )


@pages.on("POST", INQUIRY + "/pass", Operation.ANSWER_INQUIRIES)
def hand_on(visit: Visit, inquiry_id: str) -> Response:
    """Hand it on to another department, and say why."""
    draft = written("pass", visit.form)
    return _moved(
        visit,
        inquiry_id,
        draft,
        lambda: desk.hand_on(
            visit.caller, inquiry_id, draft.department_id, draft.text, seen=draft.seen
        ),
    )


@pages.on("POST", INQUIRY + "/shares", Operation.ANSWER_INQUIRIES)
def share(visit: Visit, inquiry_id: str) -> Response:
    """Ask another department for its part."""
    draft = written("shares", visit.form)
    return _moved(
        visit,
        inquiry_id,
        draft,
        lambda: desk.share(visit.caller, inquiry_id, draft.department_id, seen=draft.seen),
    )


# --- pieces ------------------------------------------------------------------------------------


def _moved(visit: Visit, inquiry_id: str, draft: Draft, move: Callable[[], object]) -> Response:
    """Move it, and lead on; where that was refused, say why, and keep what was typed."""
    try:
        move()
    except REFUSALS as refused:
        return refused_page(visit, inquiry_id, draft, refused)
    return done(visit, inquiry_id, draft.form)


def done(visit: Visit, inquiry_id: str, what: str) -> Response:
    """Lead on to where it is said that something was done."""
    home = f"{DESK}/{inquiry_id}" if what in STAYS else DESK
    return visit.redirect(links.with_query(home, done=what))


def refused_page(visit: Visit, inquiry_id: str, draft: Draft, refused: HokanError) -> Response:
    """Say why something was not done; what was written is there, even if the inquiry is not."""
    try:
        return inquiry_page(visit, inquiry_id, draft, refused)
    except NotFound:
        if not draft.text:
            raise
        return visit.page("inquiries/not_here.html", status=NotFound.status, draft=draft)


def inquiry_page(
    visit: Visit,
    inquiry_id: str,
    draft: Draft | None = None,
    refused: HokanError | None = None,
) -> Response:
    """Answer the page of an inquiry, with what is being written, and why it was refused."""
    seen = desk.see(visit.caller, inquiry_id)
    own = departments.of_person(visit.caller)
    every = departments.every(dissolved=True)
    values = desk_thread.values(seen, own, every, clock.now())
    draft = draft or Draft()
    begins = values["may"].answers
    return page_parts.page(
        visit,
        "inquiries/desk_inquiry.html",
        refused,
        draft=draft,
        waiting=page_parts.waiting(visit.caller, draft.file_ids),
        canned=canned.of(visit.caller, seen.inquiry.department_id) if begins else [],
        me=visit.caller.id,
        **values,
    )
