"""One inquiry at the desk: how it stands, and what its reader's departments can do about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from chalicelib.inquiries import spans
from chalicelib.inquiries.desk import shown as desk_shown
from chalicelib.inquiries.model import Department, Inquiry, InquiryState, Seen


class Powers(msgspec.Struct, frozen=True):
    """
    What the visitor can do, by the departments they are in.

    Attributes:
        answers: It is theirs to answer now.
        parts: Departments of theirs whose part is waited for; whoever answers may write it there.
    """

    answers: bool
    parts: list[str]


def powers(inquiry: Inquiry, own: Sequence[Department]) -> Powers:
    """Return what people of the departments *own* can do about an inquiry."""
    mine = {each.department_id for each in own}
    is_routed = inquiry.state is InquiryState.ROUTED
    return Powers(
        answers=is_routed and inquiry.department_id in mine,
        parts=[each for each in inquiry.awaited if is_routed and each in mine],
    )


def values(
    seen: Seen, own: list[Department], every: list[Department], now: datetime
) -> dict[str, Any]:
    """Return what the page of an inquiry tells: *own* departments among *every* one there was."""
    inquiry = seen.inquiry
    people = desk_shown.accounts() if inquiry.taken_by else {}
    is_due = inquiry.state is InquiryState.ROUTED and not inquiry.waits_since
    return {
        "inquiry": inquiry,
        "messages": seen.messages,
        "facility": desk_shown.names_of([inquiry])[inquiry.facility_id],
        "taken_by": people.get(inquiry.taken_by, inquiry.taken_by),
        "is_late": desk_shown.is_late(inquiry, now),
        "until": spans.between(inquiry.due_at, now) if is_due else None,
        "may": powers(inquiry, own),
        "others": [each for each in every if _is_other(each, inquiry)],
    }


def _is_other(department: Department, inquiry: Inquiry) -> bool:
    """Whether it could be handed on to a department, or that asked for its part."""
    is_there = not department.dissolved_at
    return is_there and department.department_id not in {inquiry.department_id, *inquiry.awaited}
