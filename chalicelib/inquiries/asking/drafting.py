"""An inquiry as it is about to be filed: what somebody typed, looked at."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from chalicelib.access.model import Caller
from chalicelib.inquiries import due_times, references, texts
from chalicelib.inquiries.departments import ruling
from chalicelib.inquiries.model import (
    Delivery,
    File,
    Inquiry,
    InquiryKind,
    InquiryState,
    Message,
    Reference,
    Step,
    What,
)
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import Invalid

FORM_LIFE = timedelta(days=1)  # from a form that is opened to the inquiry it files
AHEAD = timedelta(minutes=5)  # of our clock, who makes an id may be
_ID = re.compile(r"inquiry-[0-9a-hjkmnp-tv-z]{26}")


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """
    What somebody asks, as they typed it.

    Attributes:
        keeps_names: Tell the names of the files.
    """

    kind: str
    subject: str
    text: str
    delivery: str = Delivery.PICK_UP
    reference: Reference | None = None
    file_ids: Sequence[str] = ()
    keeps_names: bool = False


class Reader(msgspec.Struct, frozen=True):
    """Whom an answer goes to: where they get mail, and the language they read."""

    account: str
    language: str


def checked(caller: Caller, wanted: Wanted) -> Wanted:
    """Return what is wanted as it is kept; raises Invalid, NotFound."""
    if wanted.kind not in set(InquiryKind):
        raise Invalid(f"kind must be one of {', '.join(InquiryKind)}", code="bad-kind")
    if wanted.delivery not in set(Delivery):
        raise Invalid(f"delivery must be one of {', '.join(Delivery)}", code="bad-delivery")
    return msgspec.structs.replace(
        wanted,
        subject=texts.subject(wanted.subject),
        text=texts.text(wanted.text),
        reference=references.checked(caller, wanted.reference),
        file_ids=list(dict.fromkeys(wanted.file_ids)),
    )


def check_id(inquiry_id: str) -> None:
    """Let pass an id that was made of late; raises Invalid."""
    now = clock.now()
    first, last = (ids.first_id("inquiry", now + by) for by in (-FORM_LIFE, AHEAD))
    if not (_ID.fullmatch(inquiry_id) and first <= inquiry_id < last):
        raise Invalid("this form is too old, or its id is none; open it anew", code="bad-id")


def fresh(
    caller: Caller, inquiry_id: str, wanted: Wanted, reader: Reader, now: datetime
) -> Inquiry:
    minutes = ruling.read().period_minutes
    return Inquiry(
        inquiry_id=inquiry_id,
        facility_id=caller.facility_id,
        person_id=caller.id,
        account=reader.account,
        language=reader.language,
        kind=InquiryKind(wanted.kind),
        subject=wanted.subject,
        delivery=Delivery(wanted.delivery),
        state=InquiryState.FILED,
        steps=[Step(state=InquiryState.FILED, at=clock.text(now))],
        reference=wanted.reference,
        look_at=clock.text(due_times.next_collection(now, minutes)),
    )


def first(inquiry: Inquiry, text: str, taken: list[File]) -> Message:
    return Message(
        number=0,
        what=What.INQUIRY,
        at=inquiry.filed_at,
        by=inquiry.person_id,
        text=text,
        files=taken,
    )
