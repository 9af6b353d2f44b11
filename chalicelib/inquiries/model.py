"""What a facility asks of the provider, and what is said about it.  Rules only: no storage."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import msgspec

MOST_SUBJECT, MOST_TEXT = 100, 4_000  # characters
MOST_TOLD = 200  # characters
MOST_MESSAGES = 100  # of one inquiry; its answer and its end always fit
MOST_SHARES = 10  # of one inquiry
MOST_FILES = 5  # of one message
MOST_OPEN, MOST_AN_HOUR = 20, 10  # of one facility


class InquiryKind(StrEnum):
    """What an inquiry is about; rules route by it."""

    QUESTION = "question"
    WISH = "wish"
    FAULT = "fault"
    BILLING = "billing"
    RECORDS = "records"
    OTHER = "other"


class InquiryState(StrEnum):
    FILED = "filed"  # the provider has not looked yet; it can be withdrawn
    COLLECTED = "collected"  # in the box; no department has it
    ROUTED = "routed"  # with a department
    ANSWERED = "answered"
    DELIVERED = "delivered"  # the answer went to its asker directly
    PICKED_UP = "picked-up"  # the asker read the answer
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


ENDED = frozenset({InquiryState.CLOSED, InquiryState.WITHDRAWN})
HAS_ANSWER = frozenset({InquiryState.ANSWERED, InquiryState.DELIVERED, InquiryState.PICKED_UP})
IN_BOX = frozenset(InquiryState) - {
    InquiryState.FILED,
    InquiryState.WITHDRAWN,
}  # what the provider sees


class Delivery(StrEnum):
    """How an answer comes back."""

    PICK_UP = "pick-up"  # the asker looks for it in the portal
    DIRECT = "direct"  # a mail with a link, and a notice on the facility's terminals


class What(StrEnum):
    """What a message is."""

    INQUIRY = "inquiry"
    QUESTION = "question"  # a department asks back
    REPLY = "reply"  # the facility says more
    ANSWER = "answer"
    PART = "part"  # what another department has to say to it; goes along with the answer
    PASS = "pass"  # noqa: S105 - why a department handed it on
    NOTE = "note"  # what the provider's people write to each other
    CLOSING = "closing"  # why the provider ended it


INSIDE = frozenset({What.PASS, What.NOTE})  # the facility never sees these
LAST = frozenset({What.ANSWER, What.CLOSING})  # however much was said before


class Step(msgspec.Struct, frozen=True):
    """
    A moment in the life of an inquiry.

    Attributes:
        at: RFC 3339.
        department_id: Which one it was routed to, or answered by; or empty.
    """

    state: InquiryState
    at: str
    department_id: str = ""


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """
    The examination or image an inquiry is about, by ids that tell nobody's data.

    Attributes:
        sha256: Of one file of it; or empty.
        told: What of it the asker chose to tell the provider in words (a patient's number, a
            date); empty unless they did.
    """

    target_id: str
    examination_id: str
    sha256: str = ""
    told: str = ""


class File(msgspec.Struct, frozen=True, kw_only=True):
    """
    A file that goes with a message.

    Attributes:
        name: As its reader sees it; a number and an extension unless its sender chose to tell more.
        key: Where its bytes are in the objects bucket.
    """

    file_id: str
    name: str
    media_type: str
    size_bytes: int
    sha256: str
    key: str


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """
    Attributes:
        number: From 0, the inquiry itself.
        by: The person who wrote it, or "service".
        department_id: Whose person that is; empty for the facility's and for operators.
    """

    number: int
    what: What
    at: str
    by: str
    text: str
    department_id: str = ""
    files: list[File] = []


class AwaitedPart(msgspec.Struct, frozen=True, kw_only=True):
    """A department that is asked for its part of an answer."""

    department_id: str
    asked_at: str
    answered_at: str = ""


class Department(msgspec.Struct, frozen=True, kw_only=True):
    """
    A department of the provider, which answers what is routed to it.

    Attributes:
        answer_hours: Within how many it is to answer.
        dissolved_at: RFC 3339; empty while it is there.
        successor_id: Who goes on with what it had; empty where the rules say.
    """

    department_id: str
    name: str
    answer_hours: int = 72
    dissolved_at: str = ""
    successor_id: str = ""
    version: int = 1


class Inquiry(msgspec.Struct, frozen=True, kw_only=True):
    """
    An inquiry as it stands; every change makes the next *version* of it.

    Attributes:
        facility_id, person_id: Who asks; the answer is theirs alone.
        account: The address they sign in with, for mail.
        language: That its asker reads.
        steps: What became of it so far, the oldest first.
        department_id: Who is to answer it, or empty.
        taken_by: Of that department; or empty.
        due_at: By when it is to be answered; empty while no department has it.
        waits_since: Since when a department's question waits for the facility; or empty.
        is_late: It was overdue, and the provider was told.
        shares: Departments that were asked for their part.
        routed_first: The first department it went to; figures count it there.
        answered_at: When it was answered first; or empty.
        messages: How many were written.
        look_at: When the schedule looks at it next; empty for never.
        shown_at: When a terminal of the facility gave notice of the last answer; or empty.
    """

    inquiry_id: str
    facility_id: str
    person_id: str
    account: str
    language: str
    kind: InquiryKind
    subject: str
    delivery: Delivery
    state: InquiryState
    steps: list[Step]
    version: int = 1
    reference: Reference | None = None
    department_id: str = ""
    taken_by: str = ""
    due_at: str = ""
    waits_since: str = ""
    is_late: bool = False
    shares: list[AwaitedPart] = []
    routed_first: str = ""
    answered_at: str = ""
    messages: int = 1
    look_at: str = ""
    shown_at: str = ""

    @property
    def filed_at(self) -> str:
        return self.steps[0].at

    @property
    def is_open(self) -> bool:
        """It counts against what a facility may have open at once."""
        return self.state not in ENDED

    @property
    def awaited(self) -> list[str]:
        """The departments whose part is not there yet."""
        return [each.department_id for each in self.shares if not each.answered_at]

    @property
    def is_to_show(self) -> bool:
        """A terminal of the facility is to give notice of its answer."""
        is_unread = self.state in HAS_ANSWER - {InquiryState.PICKED_UP}
        return self.delivery is Delivery.DIRECT and is_unread and not self.shown_at

    @property
    def desks(self) -> list[str]:
        """The departments that have something to do about it now; it lies in their inboxes."""
        if self.state is not InquiryState.ROUTED:
            return []
        return [self.department_id, *self.awaited]

    @property
    def readers(self) -> set[str]:
        """The departments that may read it: whose it is, and who were asked for a part."""
        if self.state not in IN_BOX:
            return set()
        return {self.department_id, *(each.department_id for each in self.shares)} - {""}


class Seen(msgspec.Struct, frozen=True):
    """An inquiry, and what of it was said that whoever looks may read, in order."""

    inquiry: Inquiry
    messages: list[Message]


def seen_by_facility(messages: Iterable[Message]) -> list[Message]:
    """Return what the asker may read: a part of an answer only once it was answered."""
    listed = list(messages)
    answered = max((each.number for each in listed if each.what is What.ANSWER), default=-1)
    return [
        each
        for each in listed
        if each.what not in INSIDE and (each.what is not What.PART or each.number < answered)
    ]
