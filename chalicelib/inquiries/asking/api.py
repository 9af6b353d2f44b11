"""Inquiries over HTTP: what a facility's people may do, each with their own."""

from __future__ import annotations

import msgspec

from chalicelib.access import people_store
from chalicelib.access.guard import GuardedRoutes
from chalicelib.access.model import Caller, home_of
from chalicelib.access.policy import Operation
from chalicelib.inquiries import files
from chalicelib.inquiries.asking import filing
from chalicelib.inquiries.asking.drafting import Wanted
from chalicelib.inquiries.model import (
    Delivery,
    File,
    Inquiry,
    InquiryKind,
    InquiryState,
    Message,
    Reference,
    Seen,
    What,
)
from chalicelib.web import languages
from chalicelib.web.routes import Page

routes = GuardedRoutes(__name__)


class InquiryFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """
    A file that is about to be put.

    Attributes:
        sha256: Hex.
    """

    name: str
    size_bytes: int
    sha256: str


class InquiryReference(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """
    The examination an inquiry is about.

    Attributes:
        sha256: Of one file of it; or empty.
        told: What of it the provider may know in words; nothing unless it is said here.
    """

    target_id: str
    examination_id: str
    sha256: str = ""
    told: str = ""


class NewInquiry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """
    What somebody asks.

    Attributes:
        inquiry_id: ``inquiry-`` and a ULID of now in small letters; filed again under the same
            one, it is the same.  One is made where it is left out.
        delivery: ``pick-up`` or ``direct``.
        keeps_names: Tell the names of the files.
    """

    kind: str
    subject: str
    text: str
    inquiry_id: str = ""
    delivery: str = Delivery.PICK_UP.value
    reference: InquiryReference | None = None
    file_ids: list[str] = []
    keeps_names: bool = False


class Reply(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    text: str
    file_ids: list[str] = []
    keeps_names: bool = False


class InquiryStep(msgspec.Struct, frozen=True):
    state: InquiryState
    at: str


class ListedInquiry(msgspec.Struct, frozen=True):
    """
    Attributes:
        waits_since: Since when a question waits for the asker; or empty.
    """

    inquiry_id: str
    kind: InquiryKind
    subject: str
    state: InquiryState
    delivery: Delivery
    filed_at: str
    steps: list[InquiryStep]
    waits_since: str


class MessageFile(msgspec.Struct, frozen=True):
    file_id: str
    name: str
    media_type: str
    size_bytes: int
    sha256: str


class InquiryMessage(msgspec.Struct, frozen=True):
    """
    Attributes:
        is_own: The asker wrote it, not the provider.
    """

    number: int
    what: What
    at: str
    is_own: bool
    text: str
    files: list[MessageFile]


class SeenInquiry(msgspec.Struct, frozen=True):
    inquiry: ListedInquiry
    reference: InquiryReference | None
    messages: list[InquiryMessage]


class FileUrl(msgspec.Struct, frozen=True):
    url: str


@routes.on(
    "POST",
    "/inquiry-files",
    Operation.FILE_INQUIRIES,
    body=InquiryFile,
    status=201,
    problems=(409,),
)
def announce_inquiry_file(caller: Caller, asked: InquiryFile) -> files.AwaitedFile:
    """Announce a file, and hear where its bytes go; it waits a day for its message."""
    return files.announce(caller, asked.name, asked.size_bytes, asked.sha256)


@routes.on(
    "POST",
    "/inquiries",
    Operation.FILE_INQUIRIES,
    body=NewInquiry,
    status=201,
    problems=(404, 409, 429),
)
def file_inquiry(caller: Caller, asked: NewInquiry) -> ListedInquiry:
    """File an inquiry; an answer by mail goes to the address its asker signs in with."""
    account = people_store.person(home_of(caller), caller.id).account
    reads = languages.chosen("", str(routes.request.headers.get("accept-language", "")))
    inquiry_id = asked.inquiry_id or filing.new_id()
    return _listed(filing.file(caller, inquiry_id, _wanted(asked), account, reads))


@routes.on("GET", "/inquiries", Operation.FILE_INQUIRIES, paged=True)
def list_inquiries(caller: Caller, cursor: str | None) -> Page[ListedInquiry]:
    """List what the caller filed, newest first."""
    found = filing.mine(caller, cursor)
    return Page([_listed(each) for each in found.inquiries], found.cursor)


@routes.on("GET", "/inquiries/{inquiry_id}", Operation.FILE_INQUIRIES)
def see_inquiry(caller: Caller, inquiry_id: str) -> SeenInquiry:
    """Show an inquiry of the caller's own with what was said; an answer is picked up by that."""
    return _seen(filing.see(caller, inquiry_id))


@routes.on(
    "POST",
    "/inquiries/{inquiry_id}/replies",
    Operation.FILE_INQUIRIES,
    body=Reply,
    problems=(409,),
)
def reply_to_inquiry(caller: Caller, asked: Reply, inquiry_id: str) -> ListedInquiry:
    """Say more, to a question or an answer or by oneself; after an answer, it is asked again."""
    said = filing.reply(
        caller, inquiry_id, asked.text, asked.file_ids, keeps_names=asked.keeps_names
    )
    return _listed(said)


@routes.on("POST", "/inquiries/{inquiry_id}/withdraw", Operation.FILE_INQUIRIES, problems=(409,))
def withdraw_inquiry(caller: Caller, inquiry_id: str) -> ListedInquiry:
    """Take back what the provider has not looked at yet."""
    return _listed(filing.withdraw(caller, inquiry_id))


@routes.on("POST", "/inquiries/{inquiry_id}/close", Operation.FILE_INQUIRIES, problems=(409,))
def close_inquiry(caller: Caller, inquiry_id: str) -> ListedInquiry:
    """End an inquiry that is settled."""
    return _listed(filing.close(caller, inquiry_id))


@routes.on("GET", "/inquiries/{inquiry_id}/files/{file_id}", Operation.FILE_INQUIRIES)
def download_inquiry_file(caller: Caller, inquiry_id: str, file_id: str) -> FileUrl:
    """Return a URL of a file of the caller's own inquiry for some minutes; on record."""
    return FileUrl(filing.file_url(caller, inquiry_id, file_id))


def _wanted(asked: NewInquiry) -> Wanted:
    return Wanted(
        kind=asked.kind,
        subject=asked.subject,
        text=asked.text,
        delivery=asked.delivery,
        reference=msgspec.convert(asked.reference, Reference | None, from_attributes=True),
        file_ids=asked.file_ids,
        keeps_names=asked.keeps_names,
    )


def _listed(inquiry: Inquiry) -> ListedInquiry:
    """Return what its asker may know; which department has it is the provider's own affair."""
    return ListedInquiry(
        inquiry_id=inquiry.inquiry_id,
        kind=inquiry.kind,
        subject=inquiry.subject,
        state=inquiry.state,
        delivery=inquiry.delivery,
        filed_at=inquiry.filed_at,
        steps=[InquiryStep(each.state, each.at) for each in inquiry.steps],
        waits_since=inquiry.waits_since,
    )


def _seen(seen: Seen) -> SeenInquiry:
    reference = msgspec.convert(
        seen.inquiry.reference, InquiryReference | None, from_attributes=True
    )
    messages = [_message(each, seen.inquiry.person_id) for each in seen.messages]
    return SeenInquiry(_listed(seen.inquiry), reference, messages)


def _message(message: Message, asker: str) -> InquiryMessage:
    return InquiryMessage(
        number=message.number,
        what=message.what,
        at=message.at,
        is_own=message.by == asker,
        text=message.text,
        files=[_file(each) for each in message.files],
    )


def _file(file: File) -> MessageFile:
    return MessageFile(file.file_id, file.name, file.media_type, file.size_bytes, file.sha256)
