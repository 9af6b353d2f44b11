"""
A facility's people and their inquiries: the list of them, and a new one.

Works without a script; a file that comes by a form is small, for the gateway lets no more through.
"""

from __future__ import annotations

import msgspec
from chalice.app import Response

from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.inquiries import page_parts
from chalicelib.inquiries.asking import filing
from chalicelib.inquiries.asking import typed as asking
from chalicelib.inquiries.asking.typed import Typed
from chalicelib.inquiries.model import MOST_OPEN, Delivery, InquiryKind
from chalicelib.kernel.errors import Conflict, HokanError, Invalid, NotFound, TooMany
from chalicelib.web.links import with_query

INQUIRIES = "/portal/inquiries"
NEW = INQUIRIES + "/new"

pages = PageRoutes(__name__)


@pages.on("GET", INQUIRIES, Operation.FILE_INQUIRIES)
def show_own(visit: Visit) -> Response:
    """Show what the visitor filed, the newest first."""
    found = filing.mine(visit.caller, visit.asked("cursor") or None)
    return page_parts.page(
        visit,
        "inquiries/list.html",
        inquiries=found.inquiries,
        cursor=found.cursor,
        open=filing.room(visit.caller).open,
        most=MOST_OPEN,
    )


@pages.on("GET", NEW, Operation.FILE_INQUIRIES)
def show_new(visit: Visit) -> Response:
    """Show an empty form, about the examination or image that the address names."""
    about = {name: visit.asked(name) for name in ("target", "examination", "sha256")}
    return _form(visit, Typed(inquiry_id=filing.new_id(), **about), [])


@pages.on("POST", NEW, Operation.FILE_INQUIRIES, takes_files=True)
def file_new(visit: Visit) -> Response:
    """File what was typed; or only take the file along that came with it."""
    typed, file_ids = asking.typed(visit.form), page_parts.ticked(visit.form)
    try:
        file_ids = page_parts.taken(visit)
        if visit.form.get("step") == "add":
            return _form(visit, typed, file_ids)
        wanted = asking.wanted(typed, file_ids)
        found = filing.file(visit.caller, typed.inquiry_id, wanted, visit.account, visit.language)
    except NotFound:  # what is asked about, and nothing else
        return _form(visit, typed, file_ids, Invalid("no such examination", code="no-reference"))
    except (Invalid, Conflict, TooMany) as refused:
        return _form(visit, _again(typed, refused), file_ids, refused)
    return visit.redirect(with_query(f"{INQUIRIES}/{found.inquiry_id}", done="filed"))


@pages.on("POST", "/portal/inquiry-files", Operation.FILE_INQUIRIES)
def announce_file(visit: Visit) -> Response:
    """Tell the page's script where the bytes of a file go."""
    return page_parts.announced(visit)


def _form(
    visit: Visit, typed: Typed, file_ids: list[str], refused: HokanError | None = None
) -> Response:
    return page_parts.page(
        visit,
        "inquiries/new.html",
        refused,
        typed=typed,
        waiting=page_parts.waiting(visit.caller, file_ids),
        again_at=refused.facts.get("again_at", "") if refused else "",
        kinds=list(InquiryKind),
        ways=list(Delivery),
        open=filing.room(visit.caller).open,
        most=MOST_OPEN,
    )


def _again(typed: Typed, refused: HokanError) -> Typed:
    """Return what was typed, under a fresh id where this one is no use any more."""
    if refused.code not in {"bad-id", "filed-already"}:
        return typed
    return msgspec.structs.replace(typed, inquiry_id=filing.new_id())
