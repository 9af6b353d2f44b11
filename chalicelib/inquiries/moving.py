"""
How an inquiry goes from state to state; what is not possible is a Conflict.  Pure.

Each function takes an inquiry as it was read and returns the next version of it, with the message
that goes with that where there is one: ``store.change`` writes both, or neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from chalicelib.inquiries.model import (
    ENDED,
    HAS_ANSWER,
    IN_BOX,
    LAST,
    MOST_MESSAGES,
    MOST_SHARES,
    AwaitedPart,
    Delivery,
    File,
    Inquiry,
    InquiryState,
    Message,
    Step,
    What,
)
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict

REPLY_LIFE = timedelta(days=30)  # a question that nobody replies to, an answer nobody looks for
READ_LIFE = timedelta(days=14)  # of an inquiry whose answer was read, or delivered
DELIVERY_LOOK = timedelta(minutes=1)  # whether a mail has gone


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody writes: *by* a person, of a department or of nobody's."""

    by: str
    text: str
    department_id: str = ""
    files: Sequence[File] = ()


# --- the facility ------------------------------------------------------------------------------


def withdrawn(inquiry: Inquiry, now: datetime) -> Inquiry:
    """Take back what the provider has not looked at yet."""
    _must(
        inquiry,
        {InquiryState.FILED},
        "too-late",
        "the provider has it already; ask for its closing",
    )
    return _stepped(inquiry, InquiryState.WITHDRAWN, now, look_at="")


def replied(inquiry: Inquiry, said: Said, due_at: datetime, now: datetime) -> Changed:
    """
    Say more; a question that waited is answered by it, and an answer that did not settle it is
    asked again.

    Args:
        due_at: By when it is to be answered from now on.
    """
    _must(inquiry, set(InquiryState) - ENDED, "is-closed", "it has ended; file another inquiry")
    if inquiry.state in HAS_ANSWER:
        changed = _stepped(
            inquiry,
            InquiryState.ROUTED,
            now,
            department_id=inquiry.department_id,
            taken_by="",
            shares=[],
            **_due(due_at),
        )
    elif inquiry.waits_since:
        changed = _next(inquiry, **_due(due_at))
    else:
        changed = _next(inquiry)
    return _with(changed, What.REPLY, said, now)


def shown(inquiry: Inquiry, now: datetime) -> Inquiry:
    """Note that a terminal of the facility gave notice of the answer: so it is delivered."""
    _must(inquiry, HAS_ANSWER, "no-answer", "there is no answer to show")
    after = delivered(inquiry, now) if inquiry.state is InquiryState.ANSWERED else _next(inquiry)
    return msgspec.structs.replace(after, shown_at=clock.text(now))


def picked_up(inquiry: Inquiry, now: datetime) -> Inquiry:
    """Note that its asker read the answer."""
    _must(
        inquiry, HAS_ANSWER - {InquiryState.PICKED_UP}, "no-answer", "there is no answer to pick up"
    )
    return _stepped(inquiry, InquiryState.PICKED_UP, now, look_at=clock.text(now + READ_LIFE))


def closed(inquiry: Inquiry, now: datetime) -> Inquiry:
    """End it: its asker is content, or nobody said anything for long."""
    _must(
        inquiry,
        IN_BOX - {InquiryState.CLOSED},
        "is-closed",
        "it is closed already, or not collected",
    )
    return _stepped(inquiry, InquiryState.CLOSED, now, look_at="", waits_since="")


# --- the provider ------------------------------------------------------------------------------


def collected(inquiry: Inquiry, again_at: datetime, now: datetime) -> Inquiry:
    """
    Take it into the box.

    Args:
        again_at: When the rules are asked again, should no department be found.
    """
    _must(inquiry, {InquiryState.FILED}, "collected", "it was collected, or withdrawn")
    return _stepped(inquiry, InquiryState.COLLECTED, now, look_at=clock.text(again_at))


def routed(inquiry: Inquiry, department_id: str, due_at: datetime, now: datetime) -> Inquiry:
    """Give it to a department, the first time or in place of another."""
    _must(
        inquiry,
        {InquiryState.COLLECTED, InquiryState.ROUTED},
        "not-routable",
        "it is not to be answered now",
    )
    if inquiry.department_id == department_id:
        raise Conflict("the department has it already", code="same-department")
    return _stepped(
        inquiry,
        InquiryState.ROUTED,
        now,
        department_id=department_id,
        taken_by="",
        shares=[each for each in inquiry.shares if each.department_id != department_id],
        routed_first=inquiry.routed_first or department_id,
        **_due(due_at),
    )


def unrouted(inquiry: Inquiry, again_at: datetime, now: datetime) -> Inquiry:
    """Put it back into the box: its department is no more, and no rule names another."""
    _must(inquiry, {InquiryState.ROUTED}, "not-routed", "no department has it")
    look_at = clock.text(again_at)
    changes = {"department_id": "", "taken_by": "", "due_at": "", "is_late": False}
    return _stepped(inquiry, InquiryState.COLLECTED, now, look_at=look_at, shares=[], **changes)


def noted(inquiry: Inquiry, said: Said, now: datetime) -> Changed:
    """Write something that the facility does not read."""
    _must(inquiry, IN_BOX, "not-found", "it is not in the box")
    return _with(_next(inquiry), What.NOTE, said, now)


def ended(inquiry: Inquiry, said: Said, now: datetime) -> Changed:
    """End it by the provider's word, which its asker reads."""
    return _with(closed(inquiry, now), What.CLOSING, said, now)


# --- a department ------------------------------------------------------------------------------


def taken(inquiry: Inquiry, person_id: str) -> Inquiry:
    """Let one person of the department see to it; in place of another, if need be."""
    _must_be_routed(inquiry)
    return _next(inquiry, taken_by=person_id)


def asked_back(inquiry: Inquiry, said: Said, now: datetime) -> Changed:
    """Ask the facility something; until it replies, nothing is due."""
    _must_be_routed(inquiry)
    waits = {"waits_since": clock.text(now), "look_at": clock.text(now + REPLY_LIFE)}
    return _with(_next(inquiry, **waits), What.QUESTION, said, now)


def passed(
    inquiry: Inquiry, said: Said, department_id: str, due_at: datetime, now: datetime
) -> Changed:
    """Hand it on to another department, with a reason that stays inside."""
    _must_be_routed(inquiry)
    return _with(routed(inquiry, department_id, due_at, now), What.PASS, said, now)


def shared(inquiry: Inquiry, department_id: str, now: datetime) -> Inquiry:
    """Ask another department for its part of the answer."""
    _must_be_routed(inquiry)
    if department_id in {inquiry.department_id, *inquiry.awaited}:
        raise Conflict("the department has it already", code="same-department")
    if len(inquiry.shares) >= MOST_SHARES:
        raise Conflict(
            f"at most {MOST_SHARES} parts are asked for; pass it on", code="too-many-shares"
        )
    share = AwaitedPart(department_id=department_id, asked_at=clock.text(now))
    return _next(inquiry, shares=[*inquiry.shares, share])


def share_moved(inquiry: Inquiry, department_id: str, successor_id: str, now: datetime) -> Inquiry:
    """Ask for the part of a department that is no more in its successor, or nowhere."""
    _must_be_routed(inquiry)
    left = [each for each in inquiry.shares if each.department_id != department_id]
    changed = msgspec.structs.replace(inquiry, shares=left)
    if not successor_id or successor_id in {inquiry.department_id, *changed.awaited}:
        return _next(changed)
    return shared(changed, successor_id, now)


def parted(inquiry: Inquiry, said: Said, now: datetime) -> Changed:
    """Give a department's part of the answer."""
    _must_be_routed(inquiry)
    if said.department_id not in inquiry.awaited:
        raise Conflict("nobody waits for a part of your department", code="not-asked")
    at = clock.text(now)
    shares = [
        msgspec.structs.replace(each, answered_at=at)
        if (each.department_id, each.answered_at) == (said.department_id, "")
        else each
        for each in inquiry.shares
    ]
    return _with(_next(inquiry, shares=shares), What.PART, said, now)


def answered(inquiry: Inquiry, said: Said, now: datetime) -> Changed:
    """Answer it; parts that are not there are not waited for any more."""
    _must_be_routed(inquiry)
    is_direct = inquiry.delivery is Delivery.DIRECT
    changes = {
        "answered_at": inquiry.answered_at or clock.text(now),
        "shares": [each for each in inquiry.shares if each.answered_at],
        "look_at": clock.text(now + (DELIVERY_LOOK if is_direct else REPLY_LIFE)),
        "waits_since": "",
        "shown_at": "",
    }
    return _with(_stepped(inquiry, InquiryState.ANSWERED, now, **changes), What.ANSWER, said, now)


# --- the schedule ------------------------------------------------------------------------------


def delivered(inquiry: Inquiry, now: datetime) -> Inquiry:
    """Note that the answer went to its asker directly."""
    _must(inquiry, {InquiryState.ANSWERED}, "not-answered", "there is no answer to deliver")
    return _stepped(inquiry, InquiryState.DELIVERED, now, look_at=clock.text(now + READ_LIFE))


def overdue(inquiry: Inquiry) -> Inquiry:
    """Note that it is late, and look no more until something changes."""
    _must_be_routed(inquiry)
    return _next(inquiry, is_late=True, look_at="")


def looked_at_later(inquiry: Inquiry, at: datetime) -> Inquiry:
    """Have the schedule look at it at another moment."""
    return _next(inquiry, look_at=clock.text(at))


# --- pieces ------------------------------------------------------------------------------------


class Changed(msgspec.Struct, frozen=True):
    """The next version, and the message that made it so."""

    inquiry: Inquiry
    message: Message


def _with(changed: Inquiry, what: What, said: Said, now: datetime) -> Changed:
    if changed.messages >= MOST_MESSAGES and what not in LAST:
        raise Conflict(
            f"an inquiry has at most {MOST_MESSAGES} messages; file another", code="too-long-a-talk"
        )
    message = Message(
        number=changed.messages,
        what=what,
        at=clock.text(now),
        by=said.by,
        text=said.text,
        department_id=said.department_id,
        files=list(said.files),
    )
    return Changed(msgspec.structs.replace(changed, messages=changed.messages + 1), message)


def _stepped(inquiry: Inquiry, state: InquiryState, now: datetime, **changes: Any) -> Inquiry:
    department_id = changes.get("department_id", inquiry.department_id)
    step = Step(state=state, at=clock.text(now), department_id=department_id)
    return _next(inquiry, state=state, steps=[*inquiry.steps, step], **changes)


def _next(inquiry: Inquiry, **changes: Any) -> Inquiry:
    return msgspec.structs.replace(inquiry, version=inquiry.version + 1, **changes)


def _due(due_at: datetime) -> dict[str, Any]:
    """Return what is so of an inquiry that a department has anew."""
    written = clock.text(due_at)
    return {"due_at": written, "look_at": written, "waits_since": "", "is_late": False}


def _must_be_routed(inquiry: Inquiry) -> None:
    _must(inquiry, {InquiryState.ROUTED}, "not-routed", "no department has it to answer now")


def _must(
    inquiry: Inquiry, states: set[InquiryState] | frozenset[InquiryState], code: str, reason: str
) -> None:
    if inquiry.state not in states:
        raise Conflict(reason, code=code)
