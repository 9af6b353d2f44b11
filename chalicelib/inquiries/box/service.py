"""The provider's box: searched, read, routed by hand, noted on, ended.  The filed are not in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.inquiries import files, indexing, moving, routing, store, texts
from chalicelib.inquiries.box import searching
from chalicelib.inquiries.box.searching import Found, Query
from chalicelib.inquiries.departments import service as departments
from chalicelib.inquiries.model import IN_BOX, Inquiry, Seen
from chalicelib.inquiries.moving import Changed, Said
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict, NotFound


def search(caller: Caller, query: Query, cursor: str | None) -> Found:
    """Return a page of what *query* finds, the newest first; audited, without its words."""
    found = searching.search(query, cursor, clock.now())
    audit(caller, "search-inquiries", "inquiry-box")
    return found


def see(caller: Caller, inquiry_id: str) -> Seen:
    """Return an inquiry with all that was said; raises NotFound."""
    inquiry = _boxed(inquiry_id)
    audit(caller, "see-inquiry", inquiry_id)
    return Seen(inquiry, store.messages(inquiry_id))


def file_url(caller: Caller, inquiry_id: str, file_id: str) -> str:
    """Return where a file of an inquiry can be had; audited.  Raises NotFound."""
    _boxed(inquiry_id)
    found = files.named(store.messages(inquiry_id), file_id)
    audit(caller, "download-inquiry-file", file_id)
    return files.url(found)


def route(caller: Caller, inquiry_id: str, department_id: str, *, seen: int = 0) -> Inquiry:
    """
    Give an inquiry to a department, whatever the rules say.

    Args:
        seen: The version that whoever decides saw; zero for any.

    Raises:
        NotFound: It is not in the box.
        Invalid: ``bad-department``.
        Conflict: ``not-routable``, ``same-department``, ``inquiry-changed``.
    """
    inquiry = _boxed(inquiry_id, seen)
    department = departments.living(department_id)
    audit(caller, "route-inquiry", inquiry_id)
    return routing.route(inquiry, department, clock.now())


def note(caller: Caller, inquiry_id: str, text: str) -> Inquiry:
    """Write something that the facility does not read; raises NotFound, Invalid, Conflict."""
    return _say(caller, _boxed(inquiry_id), text, moving.noted, "note-on-inquiry")


def end(caller: Caller, inquiry_id: str, text: str, *, seen: int = 0) -> Inquiry:
    """End an inquiry, with a word that its asker reads; raises NotFound, Invalid, Conflict."""
    return _say(caller, _boxed(inquiry_id, seen), text, moving.ended, "end-inquiry")


def _say(
    caller: Caller,
    inquiry: Inquiry,
    text: str,
    move: Callable[[Inquiry, Said, datetime], Changed],
    action: str,
) -> Inquiry:
    now = clock.now()
    changed = move(inquiry, Said(by=caller.id, text=texts.text(text)), now)
    audit(caller, action, inquiry.inquiry_id)
    indexing.index_message(inquiry, changed.message)
    store.change(inquiry, changed.inquiry, now, changed.message)
    return changed.inquiry


def _boxed(inquiry_id: str, seen: int = 0) -> Inquiry:
    inquiry = store.inquiry(inquiry_id)
    if inquiry.state not in IN_BOX:
        raise NotFound("there is no such inquiry in the box")
    if seen not in {0, inquiry.version}:
        raise Conflict(store.CHANGED[0], code=store.CHANGED[1])
    return inquiry
