"""Inquiries of a few facilities, put into the box as they are filed and as they move on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from chalicelib.inquiries import indexing, moving, room_store, store
from chalicelib.inquiries.model import (
    Delivery,
    Inquiry,
    InquiryKind,
    InquiryState,
    Message,
    Step,
    What,
)
from chalicelib.inquiries.moving import Said
from chalicelib.kernel import clock, ids

NOW = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def file(
    text: str,
    *,
    subject: str = "",
    facility_id: str = "facility-1",
    kind: InquiryKind = InquiryKind.QUESTION,
    at: datetime = NOW,
) -> Inquiry:
    """File an inquiry; nobody collected it yet."""
    inquiry = Inquiry(
        inquiry_id=ids.new_id("inquiry", at),
        facility_id=facility_id,
        person_id="person-1",
        account="someone@hospital.example",
        language="ja",
        kind=kind,
        subject=subject,
        delivery=Delivery.PICK_UP,
        state=InquiryState.FILED,
        steps=[Step(state=InquiryState.FILED, at=clock.text(at))],
    )
    first = Message(number=0, what=What.INQUIRY, at=clock.text(at), by="person-1", text=text)
    seen = room_store.of(facility_id)
    assert store.add(inquiry, first, seen, at)
    return inquiry


def collect(inquiry: Inquiry, *, at: datetime | None = None) -> Inquiry:
    """Take an inquiry into the box, an hour after it was filed unless told *at*."""
    now = at or clock.parse(inquiry.filed_at) + HOUR
    indexing.index(inquiry, store.messages(inquiry.inquiry_id))
    return moved(inquiry, moving.collected(inquiry, now, now), now)


def route(inquiry: Inquiry, department_id: str, *, at: datetime = NOW) -> Inquiry:
    """Give an inquiry to a department."""
    return moved(inquiry, moving.routed(inquiry, department_id, at + 72 * HOUR, at), at)


def answer(inquiry: Inquiry, text: str, *, at: datetime = NOW) -> Inquiry:
    """Answer an inquiry that a department has."""
    said = Said(by="clerk-1", text=text, department_id=inquiry.department_id)
    changed = moving.answered(inquiry, said, at)
    indexing.index_message(inquiry, changed.message)
    store.change(inquiry, changed.inquiry, at, changed.message)
    return changed.inquiry


def withdraw(inquiry: Inquiry, *, at: datetime = NOW) -> Inquiry:
    return moved(inquiry, moving.withdrawn(inquiry, at), at)


def moved(before: Inquiry, after: Inquiry, at: datetime) -> Inquiry:
    """Write the next version of an inquiry, and return it."""
    store.change(before, after, at)
    return after
