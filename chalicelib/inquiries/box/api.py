"""The provider's box over HTTP.  Words that are looked for come in a body: no log has them."""

from __future__ import annotations

from typing import Annotated

import msgspec

from chalicelib.access.guard import GuardedRoutes
from chalicelib.access.model import Caller
from chalicelib.access.policy import Operation
from chalicelib.inquiries import collecting
from chalicelib.inquiries.box import analysis
from chalicelib.inquiries.box import service as box
from chalicelib.inquiries.box.figures import Figures
from chalicelib.inquiries.box.searching import Found, Query
from chalicelib.inquiries.desk.api import DeskFileUrl, DeskInquiry, DeskMessage, SeenAtDesk
from chalicelib.inquiries.model import Inquiry, InquiryKind, InquiryState
from chalicelib.web.bodies import Body, Id

routes = GuardedRoutes(__name__)

BOX = "/inquiry-box"
BOXED = BOX + "/{inquiry_id}"

Days = Annotated[int, msgspec.Meta(ge=0, le=36_500)]


class BoxSearch(Body):
    """
    What is looked for; all of it must be so.

    Attributes:
        older_than, newer_than: Days since it was filed; zero for any.
        cursor: Of an answer to the same search; it goes on there.
    """

    words: Annotated[str, msgspec.Meta(max_length=1_000)] = ""
    facility_id: Id = ""
    kind: InquiryKind | None = None
    state: InquiryState | None = None
    department_id: Id = ""
    older_than: Days = 0
    newer_than: Days = 0
    cursor: str | None = None


class ToDepartment(Body):
    """
    Attributes:
        version: Of the inquiry as it was seen: refused where it changed since.  0: as it is.
    """

    department_id: Id
    version: int = 0


class BoxWords(Body):
    text: str


class FoundInBox(msgspec.Struct, frozen=True):
    """
    Attributes:
        cursor: Goes into the next search; null when nothing is left to look through.
        looked_back_to: When what was looked through last was filed; empty at the end.
    """

    items: list[DeskInquiry]
    cursor: str | None
    looked_back_to: str


class Collected(msgspec.Struct, frozen=True):
    collected: int


@routes.on("GET", BOX, Operation.SEE_INQUIRY_BOX, paged=True, problems=(422,))
def newest(caller: Caller, cursor: str | None) -> FoundInBox:
    """List what was collected, newest first; on record."""
    return _found(box.search(caller, Query(), cursor))


@routes.on("POST", BOX + "/search", Operation.SEE_INQUIRY_BOX, body=BoxSearch)
def search(caller: Caller, asked: BoxSearch) -> FoundInBox:
    """Find what was collected by words and by what is known of it, newest first; on record."""
    fields = msgspec.structs.asdict(asked)
    cursor = fields.pop("cursor")
    return _found(box.search(caller, Query(**fields), cursor))


@routes.on("POST", BOX + "/collect", Operation.SEE_INQUIRY_BOX)
def collect(caller: Caller) -> Collected:
    """Take all that was filed into the box now, and on to its departments."""
    return Collected(collecting.collect_now(caller))


@routes.on("GET", BOX + "/figures/{month}", Operation.SEE_INQUIRY_BOX, problems=(422,))
def figures(caller: Caller, month: str) -> Figures:
    """Tell the twelve months that end with one (``2026-11``) in figures; on record."""
    return analysis.of(caller, month)


@routes.on("GET", BOXED, Operation.SEE_INQUIRY_BOX)
def see(caller: Caller, inquiry_id: str) -> SeenAtDesk:
    """Show an inquiry with all that was said; on record."""
    found = box.see(caller, inquiry_id)
    messages = [msgspec.convert(each, DeskMessage, from_attributes=True) for each in found.messages]
    return SeenAtDesk(_boxed(found.inquiry), found.inquiry.reference, messages)


@routes.on("GET", BOXED + "/files/{file_id}", Operation.SEE_INQUIRY_BOX)
def download(caller: Caller, inquiry_id: str, file_id: str) -> DeskFileUrl:
    """Return a URL of a file for some minutes; on record."""
    return DeskFileUrl(box.file_url(caller, inquiry_id, file_id))


@routes.on(
    "POST", BOXED + "/route", Operation.SEE_INQUIRY_BOX, body=ToDepartment, problems=(404, 409)
)
def route(caller: Caller, asked: ToDepartment, inquiry_id: str) -> DeskInquiry:
    """Give an inquiry to a department, whatever the rules say."""
    return _boxed(box.route(caller, inquiry_id, asked.department_id, seen=asked.version))


@routes.on("POST", BOXED + "/notes", Operation.SEE_INQUIRY_BOX, body=BoxWords, problems=(404, 409))
def note(caller: Caller, asked: BoxWords, inquiry_id: str) -> DeskInquiry:
    """Write something that the facility does not read."""
    return _boxed(box.note(caller, inquiry_id, asked.text))


@routes.on("POST", BOXED + "/end", Operation.SEE_INQUIRY_BOX, body=BoxWords, problems=(404, 409))
def end(caller: Caller, asked: BoxWords, inquiry_id: str) -> DeskInquiry:
    """End an inquiry, with a word that its asker reads."""
    return _boxed(box.end(caller, inquiry_id, asked.text))


def _found(found: Found) -> FoundInBox:
    items = [_boxed(each) for each in found.inquiries]
    return FoundInBox(items, found.cursor, found.looked_back_to)


def _boxed(inquiry: Inquiry) -> DeskInquiry:
    return msgspec.convert(inquiry, DeskInquiry, from_attributes=True)
