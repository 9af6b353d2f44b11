"""
What becomes of an inquiry by itself: collected, routed, delivered, told of as overdue, closed.

A look does what is due by what is stored, one change at a time; whoever looks twice, or at what
somebody else just changed, does nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from chalicelib.access.model import PROVIDER, Caller
from chalicelib.access.service import audit
from chalicelib.due import DueRow
from chalicelib.inquiries import answering, due_times, indexing, moving, routing, rows, store
from chalicelib.inquiries.departments import rule_store, ruling
from chalicelib.inquiries.departments import store as department_store
from chalicelib.inquiries.model import Delivery, Inquiry, InquiryState
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict
from chalicelib.notices import store as notices
from chalicelib.notices.model import Kind
from chalicelib.notices.model import State as Mail
from chalicelib.settings import settings
from chalicelib.tables import expecting, transaction
from chalicelib.telemetry import count


def look(row: DueRow, now: datetime) -> None:
    """Do what is due with the inquiry of a due row."""
    inquiry = store.inquiry(store.from_due(row))
    if not inquiry.look_at or clock.parse(inquiry.look_at) > now:
        return
    try:
        LOOKS[inquiry.state](inquiry, now)
    except Conflict:
        return  # somebody else changed it, and said when to look again


def collect_now(caller: Caller) -> int:
    """Take all that was filed into the box, and on to its departments; return how many."""
    audit(caller, "collect-inquiries", "inquiry-box")
    cursor, taken = None, 0
    while True:
        page = store.page(rows.term(f"state:{InquiryState.FILED}"), cursor, newest_first=False)
        taken += sum(_is_collected(each, clock.now()) for each in page.inquiries)
        cursor = page.cursor
        if cursor is None:
            return taken


# --- by state ----------------------------------------------------------------------------------


def _collect(inquiry: Inquiry, now: datetime) -> None:
    indexing.index(inquiry, store.messages(inquiry.inquiry_id))
    then = moving.collected(inquiry, _again_at(now), now)
    store.change(inquiry, then, now)
    count("InquiriesCollected")
    _route(then, now)


def _route(inquiry: Inquiry, now: datetime) -> None:
    """Give it to the department that the rules name, or ask them again another time."""
    department = ruling.department_for(inquiry)
    if department is None:
        store.change(inquiry, moving.looked_at_later(inquiry, _again_at(now)), now)
        return
    routing.route(inquiry, department, now)
    count("InquiriesRouted")


def _remind(inquiry: Inquiry, now: datetime) -> None:
    """See that somebody answers: a department that is there, in time, an asker who replies."""
    department = department_store.department(inquiry.department_id)
    if department.dissolved_at:
        routing.move_on(inquiry, department, _again_at(now), now)
    elif inquiry.waits_since:
        _close(inquiry, now)
    else:
        _tell_overdue(inquiry, department.name, now)


def _tell_overdue(inquiry: Inquiry, department_name: str, now: datetime) -> None:
    then = moving.overdue(inquiry)
    key = f"overdue-{inquiry.inquiry_id}-{then.version}"
    facts: dict[str, str | int | bool] = {
        "inquiry_id": inquiry.inquiry_id,
        "department_name": department_name,
        "due_at": clock.parse(inquiry.due_at).astimezone(store.ZONE).isoformat(),
    }
    with expecting(*store.CHANGED), transaction() as write:
        store.change_in(write, inquiry, then, now)
        to = settings().operator_mail
        notices.put_in(write, PROVIDER, Kind.INQUIRY_OVERDUE, key, facts, to=to)
    count("InquiriesOverdue")


def _see_after_answer(inquiry: Inquiry, now: datetime) -> None:
    """Note that an answer was delivered; close what nobody looks for any more."""
    is_over = now >= clock.parse(inquiry.steps[-1].at) + moving.REPLY_LIFE
    mail = _mail_of_answer(inquiry)
    if mail is Mail.SENT:
        store.change(inquiry, moving.delivered(inquiry, now), now)
        count("AnswersDelivered")
    elif is_over:
        _close(inquiry, now)
    else:
        store.change(inquiry, moving.looked_at_later(inquiry, _look_for(mail, inquiry, now)), now)


def _close(inquiry: Inquiry, now: datetime) -> None:
    store.change(inquiry, moving.closed(inquiry, now), now)
    count("InquiriesClosed")


LOOKS: dict[InquiryState, Callable[[Inquiry, datetime], None]] = {
    InquiryState.FILED: _collect,
    InquiryState.COLLECTED: _route,
    InquiryState.ROUTED: _remind,
    InquiryState.ANSWERED: _see_after_answer,
    InquiryState.DELIVERED: _close,
    InquiryState.PICKED_UP: _close,
}


# --- pieces ------------------------------------------------------------------------------------


def _is_collected(inquiry: Inquiry, now: datetime) -> bool:
    if inquiry.state is not InquiryState.FILED:
        return False
    try:
        _collect(inquiry, now)
    except Conflict:
        return store.inquiry(inquiry.inquiry_id).state is not InquiryState.WITHDRAWN
    return True


def _again_at(now: datetime) -> datetime:
    return due_times.next_collection(now, rule_store.rules().period_minutes)


def _mail_of_answer(inquiry: Inquiry) -> Mail | None:
    """Return what became of the mail that tells of the newest answer; None where none was put."""
    if inquiry.delivery is not Delivery.DIRECT:
        return None
    notice = notices.notice(inquiry.facility_id, answering.notice_key(inquiry))
    return notice.state if notice else None


def _look_for(mail: Mail | None, inquiry: Inquiry, now: datetime) -> datetime:
    """Return when to look again: soon while a mail waits, else when nobody looks any more."""
    if mail is Mail.WAITING:
        return now + moving.DELIVERY_LOOK
    return clock.parse(inquiry.steps[-1].at) + moving.REPLY_LIFE
