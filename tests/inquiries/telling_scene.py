"""Inquiries that were answered, for what a facility's terminals are told of them."""

from __future__ import annotations

from datetime import timedelta

from chalicelib.inquiries import moving, room_store, store
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

HOUR = timedelta(hours=1)
DEPARTMENT = "department-1"


def filed(
    facility_id: str, person_id: str = "person-doctor", delivery: Delivery = Delivery.DIRECT
) -> Inquiry:
    """File an inquiry as it stands after filing; return it."""
    now = clock.now()
    inquiry = Inquiry(
        inquiry_id=ids.new_id("inquiry", now),
        facility_id=facility_id,
        person_id=person_id,
        account="doctor@example.jp",
        language="en",
        kind=InquiryKind.QUESTION,
        subject="Whose is it?",
        delivery=delivery,
        state=InquiryState.FILED,
        steps=[Step(state=InquiryState.FILED, at=clock.text(now))],
        look_at=clock.text(now),
    )
    first = Message(number=0, what=What.INQUIRY, at=clock.text(now), by=person_id, text="It is so.")
    assert store.add(inquiry, first, room_store.of(facility_id), now)
    return inquiry


def answered(
    facility_id: str, person_id: str = "person-doctor", delivery: Delivery = Delivery.DIRECT
) -> Inquiry:
    """File an inquiry and take it to its answer; return it."""
    now, inquiry = clock.now(), filed(facility_id, person_id, delivery)
    collected = _changed(inquiry, moving.collected(inquiry, now + HOUR, now))
    routed = _changed(collected, moving.routed(collected, DEPARTMENT, now + HOUR, now))
    return answered_again(routed)


def answered_again(routed: Inquiry) -> Inquiry:
    now = clock.now()
    change = moving.answered(routed, Said(by="person-clerk", text="So it is."), now)
    return _changed(routed, change.inquiry, change.message)


def replied(inquiry: Inquiry) -> Inquiry:
    now = clock.now()
    change = moving.replied(inquiry, Said(by=inquiry.person_id, text="No."), now + HOUR, now)
    return _changed(inquiry, change.inquiry, change.message)


def _changed(before: Inquiry, after: Inquiry, message: Message | None = None) -> Inquiry:
    store.change(before, after, clock.now(), message)
    return after
