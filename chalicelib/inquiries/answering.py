"""
What a department says to the facility, and the mail that goes with it.

A mail tells that there is something to read, and where; nothing of what was asked or answered.
"""

from __future__ import annotations

from datetime import datetime

from pynamodb.transactions import TransactWrite

from chalicelib.inquiries import indexing, store
from chalicelib.inquiries.model import Delivery, Inquiry, InquiryState, Message, What
from chalicelib.inquiries.moving import Changed
from chalicelib.notices import store as notices
from chalicelib.notices.model import Kind
from chalicelib.tables import expecting, transaction


def tell(before: Inquiry, changed: Changed, now: datetime) -> None:
    """
    Write an answer or a question, with its mail where the asker wants to hear directly.

    Raises:
        Conflict: ``inquiry-changed``.
    """
    inquiry, message = changed.inquiry, changed.message
    indexing.index_message(inquiry, message)
    with expecting(*store.CHANGED), transaction() as write:
        store.change_in(write, before, inquiry, now, message)
        if inquiry.delivery is Delivery.DIRECT:
            _put_notice(write, inquiry, message)


def notice_key(inquiry: Inquiry) -> str:
    """Return the key of the notice that tells of the newest answer."""
    answers = sum(each.state is InquiryState.ANSWERED for each in inquiry.steps)
    return f"{inquiry.inquiry_id}-answer-{answers}"


def _put_notice(write: TransactWrite, inquiry: Inquiry, message: Message) -> None:
    facts: dict[str, str | int | bool] = {"inquiry_id": inquiry.inquiry_id}
    if message.what is What.ANSWER:
        kind, key = Kind.INQUIRY_ANSWERED, notice_key(inquiry)
    else:
        kind, key = Kind.INQUIRY_QUESTION, f"{inquiry.inquiry_id}-question-{message.number}"
    notices.put_in(write, inquiry.facility_id, kind, key, facts, to=inquiry.account)
