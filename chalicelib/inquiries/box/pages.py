"""The provider's box in the portal: what is in it, found by words; and one inquiry of it."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from chalice.app import Response

from chalicelib.access import store as access_store
from chalicelib.access.model import Facility
from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.inquiries import collecting, page_parts
from chalicelib.inquiries.box import service as box
from chalicelib.inquiries.box.form import Typed, query
from chalicelib.inquiries.box.searching import Found
from chalicelib.inquiries.departments import service as departments
from chalicelib.inquiries.model import ENDED, IN_BOX, InquiryKind, InquiryState
from chalicelib.kernel import ids
from chalicelib.kernel.errors import Conflict, HokanError, Invalid
from chalicelib.web.links import with_query

BOX = "/portal/inquiry-box"
INQUIRY = BOX + "/{inquiry_id}"
MOST_CHOICES = 100
NOTHING = Found([], None, "")

pages = PageRoutes(__name__)


# --- the box -----------------------------------------------------------------------------------


@pages.on("GET", BOX, Operation.SEE_INQUIRY_BOX)
def show_box(visit: Visit) -> Response:
    """Show what was collected, the newest first; all of it, or what an address asks for."""
    facility_id, state = visit.asked("facility"), visit.asked("state")
    return _box(visit, Typed(facility=facility_id, state=state))


@pages.on("POST", BOX, Operation.SEE_INQUIRY_BOX)
def search(visit: Visit) -> Response:
    """Show what a search finds; its words come in a form, so that no address has them."""
    known = {name: visit.form.get(name, "") for name in Typed.__struct_fields__}
    return _box(visit, Typed(**known), visit.form.get("cursor") or None)


@pages.on("POST", BOX + "/collect", Operation.SEE_INQUIRY_BOX)
def collect(visit: Visit) -> Response:
    """Take all that was filed into the box now."""
    taken = collecting.collect_now(visit.caller)
    return visit.redirect(with_query(BOX, collected=str(taken)))


def _box(visit: Visit, typed: Typed, cursor: str | None = None) -> Response:
    refused: HokanError | None = None
    try:
        found = box.search(visit.caller, query(typed), cursor)
    except Invalid as error:
        found, refused = NOTHING, error
    collected = visit.asked("collected")
    return page_parts.page(
        visit,
        "inquiries/box.html",
        refused,
        typed=typed,
        found=found,
        goes_on=bool(cursor),
        names=_names({each.facility_id for each in found.inquiries} | {typed.facility}),
        facilities=_choices(),
        departments=departments.every(dissolved=True),
        kinds=list(InquiryKind),
        states=[each for each in InquiryState if each in IN_BOX],
        collected=int(collected) if collected.isascii() and collected.isdecimal() else None,
    )


def _names(facility_ids: set[str]) -> dict[str, str]:
    wanted = {each for each in facility_ids if 0 < len(each) <= ids.LONGEST}
    return access_store.names_of_facilities(wanted) if wanted else {}


def _choices() -> list[Facility]:
    """Return the facilities to choose from, by name; where there are too many, some of them."""
    found, _ = access_store.facilities_page(None, MOST_CHOICES)
    return sorted(found, key=lambda each: each.name)


# --- one inquiry -------------------------------------------------------------------------------


@pages.on("GET", INQUIRY, Operation.SEE_INQUIRY_BOX)
def show_inquiry(visit: Visit, inquiry_id: str) -> Response:
    """Show an inquiry, what was said, and who has it."""
    return _inquiry(visit, inquiry_id)


@pages.on("POST", INQUIRY + "/files/{file_id}", Operation.SEE_INQUIRY_BOX)
def download(visit: Visit, inquiry_id: str, file_id: str) -> Response:
    """Lead to a file's bytes, for some minutes."""
    return page_parts.save(visit, box.file_url(visit.caller, inquiry_id, file_id))


@pages.on("POST", INQUIRY + "/route", Operation.SEE_INQUIRY_BOX)
def route(visit: Visit, inquiry_id: str) -> Response:
    """Give it to a department, whatever the rules say."""
    chosen, seen = visit.form.get("department_id", ""), _seen(visit)
    return _done(
        visit, inquiry_id, "route", lambda: box.route(visit.caller, inquiry_id, chosen, seen=seen)
    )


@pages.on("POST", INQUIRY + "/notes", Operation.SEE_INQUIRY_BOX)
def note(visit: Visit, inquiry_id: str) -> Response:
    """Write something that the facility does not read."""
    text = visit.form.get("text", "")
    return _done(visit, inquiry_id, "notes", lambda: box.note(visit.caller, inquiry_id, text))


@pages.on("POST", INQUIRY + "/end", Operation.SEE_INQUIRY_BOX)
def end(visit: Visit, inquiry_id: str) -> Response:
    """End it, with a word that its asker reads."""
    text, seen = visit.form.get("text", ""), _seen(visit)
    return _done(
        visit, inquiry_id, "end", lambda: box.end(visit.caller, inquiry_id, text, seen=seen)
    )


class Draft(msgspec.Struct, frozen=True):
    """What a form came back with that was refused."""

    form: str = ""
    text: str = ""
    department_id: str = ""


def _done(visit: Visit, inquiry_id: str, form: str, act: Callable[[], object]) -> Response:
    try:
        act()
    except (Conflict, Invalid) as refused:
        draft = Draft(form, visit.form.get("text", ""), visit.form.get("department_id", ""))
        return _inquiry(visit, inquiry_id, draft, refused)
    return visit.redirect(with_query(f"{BOX}/{inquiry_id}", done=form))


def _seen(visit: Visit) -> int:
    """Return the version that the form was made of; one that none has where there is none."""
    typed = visit.form.get("seen", "")
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 9 else -1


def _inquiry(
    visit: Visit,
    inquiry_id: str,
    draft: Draft | None = None,
    refused: HokanError | None = None,
) -> Response:
    found = box.see(visit.caller, inquiry_id)
    inquiry = found.inquiry
    others = [each for each in departments.every() if each.department_id != inquiry.department_id]
    return page_parts.page(
        visit,
        "inquiries/boxed.html",
        refused,
        inquiry=inquiry,
        messages=found.messages,
        facility=_names({inquiry.facility_id}).get(inquiry.facility_id, inquiry.facility_id),
        others=others,
        is_routable=inquiry.state in {InquiryState.COLLECTED, InquiryState.ROUTED},
        is_open=inquiry.state not in ENDED,
        draft=draft or Draft(),
    )
