"""Inquiries as a department sees them: how old, by when, who has taken them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from chalicelib.access import people_store
from chalicelib.access import store as access_store
from chalicelib.access.model import PROVIDER
from chalicelib.inquiries import spans
from chalicelib.inquiries.model import Inquiry
from chalicelib.inquiries.spans import Span
from chalicelib.kernel import clock


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """
    An inquiry in an inbox.

    Attributes:
        age: Since it was filed.
        until: Until it is due, or since then where it *is_late*.
        taken_by: The address of whoever sees to it, or nothing.
        is_part: Another department answers it, and waits for a part of this one.
    """

    inquiry: Inquiry
    facility: str
    age: Span
    until: Span
    is_late: bool
    taken_by: str
    is_part: bool

    @property
    def waits(self) -> bool:
        """The facility has to say something first; then nothing is due."""
        return bool(self.inquiry.waits_since) and not self.is_part


class Inbox(msgspec.Struct, frozen=True):
    """
    What a department has to do, the most urgent first, and what it waits for.

    Attributes:
        late: How many of *todo* are.
    """

    todo: list[Row]
    waiting: list[Row]

    @property
    def late(self) -> int:
        return sum(each.is_late for each in self.todo)


def inbox(inquiries: list[Inquiry], department_id: str, now: datetime) -> Inbox:
    """Return a page of an inbox as it is shown."""
    names = names_of(inquiries)
    people = accounts() if any(each.taken_by for each in inquiries) else {}
    rows = [row(each, department_id, names, people, now) for each in inquiries]
    return Inbox(
        todo=[each for each in rows if not each.waits],
        waiting=[each for each in rows if each.waits],
    )


def row(
    inquiry: Inquiry,
    department_id: str,
    names: Mapping[str, str],
    people: Mapping[str, str],
    now: datetime,
) -> Row:
    """Return an inquiry as it is shown in the inbox of a department."""
    return Row(
        inquiry=inquiry,
        facility=names[inquiry.facility_id],
        age=spans.between(inquiry.filed_at, now),
        until=spans.between(inquiry.due_at, now),
        is_late=is_late(inquiry, now),
        taken_by=people.get(inquiry.taken_by, inquiry.taken_by),
        is_part=inquiry.department_id != department_id,
    )


def is_late(inquiry: Inquiry, now: datetime) -> bool:
    """Whether it should be answered by now; while a question waits for the facility, it is not."""
    is_due = bool(inquiry.due_at) and not inquiry.waits_since
    return is_due and bool(inquiry.desks) and clock.parse(inquiry.due_at) < now


def accounts() -> dict[str, str]:
    """Return the address of each of the provider's people, by id."""
    return {each.person_id: each.account for each in people_store.people_of(PROVIDER)}


def names_of(inquiries: Sequence[Inquiry]) -> dict[str, str]:
    """Return the names of the facilities that ask; the id of one that is not there any more."""
    asking = {each.facility_id for each in inquiries}
    return {each: each for each in asking} | access_store.names_of_facilities(asking)
