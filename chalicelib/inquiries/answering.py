"""
What a department says to the facility, and the mail that goes with it.

A mail tells that there is something to read, and where; nothing of what was asked or answered.
"""

from __future__ import annotations

from datetime import datetime

from chalicelib.inquiries import store
from chalicelib.inquiries.model import Delivery, Inquiry, What
from chalicelib.inquiries.moving import Changed
from chalicelib.notices import store as notices
from chalicelib.notices.model import Kind
from chalicelib.tables import expecting, transaction

KINDS = {What.ANSWER: Kind.INQUIRY_ANSWERED, What.QUESTION: Kind.INQUIRY_QUESTION}


def tell(before: Inquiry, changed: Changed, now: datetime) -> None:
    """
    Write an answer or a question, with its mail where the asker wants to hear directly.

    Raises:
        Conflict: ``inquiry-changed``.
    """
    inquiry, message = changed.inquiry, changed.message
    with expecting(*store.CHANGED), transaction() as write:
        store.change_in(write, before, inquiry, now, message)
        if inquiry.delivery is Delivery.DIRECT:
            key, facts = notice_key(inquiry.inquiry_id, message.number), _facts(inquiry)
            kind = KINDS[message.what]
            notices.put_in(write, inquiry.facility_id, kind, key, facts, to=inquiry.account)


def notice_key(inquiry_id: str, number: int) -> str:
    """Return the key of the notice of a message."""
    return f"{inquiry_id}-{number}"


def _facts(inquiry: Inquiry) -> dict[str, str | int | bool]:
    return {"inquiry_id": inquiry.inquiry_id}
