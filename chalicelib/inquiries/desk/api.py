"""A department at work, over HTTP: what lies with it, and what its people do about it."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from chalicelib.access.guard import GuardedRoutes
from chalicelib.access.model import Caller
from chalicelib.access.policy import Operation
from chalicelib.inquiries import files
from chalicelib.inquiries.departments import service as departments
from chalicelib.inquiries.desk import service as desk
from chalicelib.inquiries.model import (
    AwaitedPart,
    Inquiry,
    InquiryKind,
    InquiryState,
    Message,
    Reference,
    Seen,
    What,
)
from chalicelib.web.routes import Page

routes = GuardedRoutes(__name__)

ONE = "/desk/inquiries/{inquiry_id}"


class DeskFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """
    A file that is about to be put.

    Attributes:
        sha256: Hex.
    """

    name: str
    size_bytes: int
    sha256: str


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """
    What a department writes.

    Attributes:
        keeps_names: Tell the names of the files.
        version: Of the inquiry as it was seen: refused where it changed since.  0: as it is.
    """

    text: str
    file_ids: list[str] = []
    keeps_names: bool = True
    version: int = 0


class Pass(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where an inquiry goes on to, and why; the facility reads neither."""

    department_id: str
    reason: str
    version: int = 0


class AskedPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who is asked for a part of the answer."""

    department_id: str
    version: int = 0


class Desk(msgspec.Struct, frozen=True):
    """A department the caller works in."""

    department_id: str
    name: str
    answer_hours: int


class DeskInquiry(msgspec.Struct, frozen=True):
    """
    An inquiry as its department sees it.

    Attributes:
        due_at: By when it is to be answered.
        waits_since: Since when a question waits for the facility; or empty.
        taken_by: Who sees to it; or empty.
        shares: Departments that were asked for their part.
    """

    inquiry_id: str
    facility_id: str
    kind: InquiryKind
    subject: str
    state: InquiryState
    version: int
    filed_at: str
    department_id: str
    due_at: str
    waits_since: str
    is_late: bool
    taken_by: str
    shares: list[AwaitedPart]


class DeskMessageFile(msgspec.Struct, frozen=True):
    file_id: str
    name: str
    media_type: str
    size_bytes: int
    sha256: str


class DeskMessage(msgspec.Struct, frozen=True):
    number: int
    what: What
    at: str
    by: str
    department_id: str
    text: str
    files: list[DeskMessageFile]


class SeenAtDesk(msgspec.Struct, frozen=True):
    inquiry: DeskInquiry
    reference: Reference | None
    messages: list[DeskMessage]


class DeskFileUrl(msgspec.Struct, frozen=True):
    url: str


@routes.on("GET", "/desks", Operation.ANSWER_INQUIRIES)
def list_desks(caller: Caller) -> Page[Desk]:
    """List the departments the caller works in, by name."""
    found = departments.of_person(caller)
    return Page([Desk(each.department_id, each.name, each.answer_hours) for each in found], None)


@routes.on("GET", "/desks/{department_id}/inquiries", Operation.ANSWER_INQUIRIES, paged=True)
def list_inbox(caller: Caller, department_id: str, cursor: str | None) -> Page[DeskInquiry]:
    """List what a department has to do, the most urgent first."""
    found = desk.inbox(caller, department_id, cursor)
    return Page([_listed(each) for each in found.inquiries], found.cursor)


@routes.on("GET", ONE, Operation.ANSWER_INQUIRIES)
def see_at_desk(caller: Caller, inquiry_id: str) -> SeenAtDesk:
    """Show an inquiry with all that was said; on record."""
    return _seen(desk.see(caller, inquiry_id))


@routes.on("POST", f"{ONE}/take", Operation.ANSWER_INQUIRIES, problems=(409,))
def take_inquiry(caller: Caller, inquiry_id: str) -> DeskInquiry:
    """See to an inquiry oneself; in place of a colleague, if need be."""
    return _listed(desk.take(caller, inquiry_id))


@routes.on("POST", f"{ONE}/questions", Operation.ANSWER_INQUIRIES, body=Words, problems=(409,))
def ask_back(caller: Caller, asked: Words, inquiry_id: str) -> DeskInquiry:
    """Ask the facility something; nothing is due until it replies."""
    return _listed(_with(desk.ask, caller, inquiry_id, asked))


@routes.on("POST", f"{ONE}/answers", Operation.ANSWER_INQUIRIES, body=Words, problems=(409,))
def answer_inquiry(caller: Caller, asked: Words, inquiry_id: str) -> DeskInquiry:
    """Answer it; who wanted it directly is told of it by mail."""
    return _listed(_with(desk.answer, caller, inquiry_id, asked))


@routes.on("POST", f"{ONE}/parts", Operation.ANSWER_INQUIRIES, body=Words, problems=(409,))
def give_part(caller: Caller, asked: Words, inquiry_id: str) -> DeskInquiry:
    """Give the part of an answer that one's department was asked for."""
    return _listed(_with(desk.part, caller, inquiry_id, asked))


@routes.on("POST", f"{ONE}/pass", Operation.ANSWER_INQUIRIES, body=Pass, problems=(409,))
def pass_inquiry(caller: Caller, asked: Pass, inquiry_id: str) -> DeskInquiry:
    """Give it to another department, with a reason that the facility does not read."""
    given = desk.hand_on(caller, inquiry_id, asked.department_id, asked.reason, seen=asked.version)
    return _listed(given)


@routes.on("POST", f"{ONE}/shares", Operation.ANSWER_INQUIRIES, body=AskedPart, problems=(409,))
def share_inquiry(caller: Caller, asked: AskedPart, inquiry_id: str) -> DeskInquiry:
    """Ask another department for its part of the answer."""
    return _listed(desk.share(caller, inquiry_id, asked.department_id, seen=asked.version))


@routes.on("GET", f"{ONE}/files/{{file_id}}", Operation.ANSWER_INQUIRIES)
def download_at_desk(caller: Caller, inquiry_id: str, file_id: str) -> DeskFileUrl:
    """Say where a file can be had, for some minutes; on record."""
    return DeskFileUrl(desk.file_url(caller, inquiry_id, file_id))


@routes.on(
    "POST",
    "/desk-files",
    Operation.ANSWER_INQUIRIES,
    body=DeskFile,
    status=201,
    problems=(409,),
)
def announce_desk_file(caller: Caller, asked: DeskFile) -> files.AwaitedFile:
    """Announce a file, and hear where its bytes go; it waits a day for its message."""
    return files.announce(caller, asked.name, asked.size_bytes, asked.sha256)


# --- shapes ------------------------------------------------------------------------------------


def _with(act: Callable[..., Inquiry], caller: Caller, inquiry_id: str, asked: Words) -> Inquiry:
    more = {"keeps_names": asked.keeps_names, "seen": asked.version}
    return act(caller, inquiry_id, asked.text, asked.file_ids, **more)


def _listed(inquiry: Inquiry) -> DeskInquiry:
    return msgspec.convert(inquiry, DeskInquiry, from_attributes=True)


def _seen(seen: Seen) -> SeenAtDesk:
    messages = [_told(each) for each in seen.messages]
    return SeenAtDesk(_listed(seen.inquiry), seen.inquiry.reference, messages)


def _told(message: Message) -> DeskMessage:
    return msgspec.convert(message, DeskMessage, from_attributes=True)
