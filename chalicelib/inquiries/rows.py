"""
The rows that follow from an inquiry: where it is listed, and what is counted.  Pure.

box  ASKER#<facility id>#<person id>  <inquiry id>              somebody's own inquiries
     ANSWERS#<facility id>            <inquiry id>              whose answer a terminal is to show
     INBOX#<department id>            <due at>#<inquiry id>     what a department has to do
     INQUIRYBOX#<term>                <inquiry id>              what the provider finds it by
     FIGURES#<month filed>            <what was counted>        counters, added to
     FIGURES#<month>#<facility id>    <minutes to an answer>    counters, added to

Ids sort by time.  A listing is a difference: what an inquiry's next version is listed under and
the last one was not is put, and the other way round deleted, in the transaction that writes it.
"""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.inquiries.model import IN_BOX, Inquiry, InquiryState
from chalicelib.kernel import clock

Key = tuple[str, str]  # partition, sort


def listed(inquiry: Inquiry | None) -> set[Key]:
    """Return where an inquiry is listed; nothing of none."""
    if inquiry is None:
        return set()
    keys = {(asker(inquiry.facility_id, inquiry.person_id), inquiry.inquiry_id)}
    if inquiry.is_to_show:
        keys.add((answers(inquiry.facility_id), inquiry.inquiry_id))
    keys |= {(inbox(each), inbox_sk(inquiry)) for each in inquiry.desks}
    return keys | {(term(each), inquiry.inquiry_id) for each in facets(inquiry)}


def facets(inquiry: Inquiry) -> Iterator[str]:
    """Yield the terms that the provider finds an inquiry by, beside its words."""
    if inquiry.state is not InquiryState.WITHDRAWN:
        yield f"state:{inquiry.state}"
    if inquiry.state in IN_BOX:
        yield "all"
        yield f"kind:{inquiry.kind}"
        yield f"facility:{inquiry.facility_id}"
        yield from (f"department:{each}" for each in inquiry.readers)


def counted(before: Inquiry | None, after: Inquiry, month: str, minutes: int) -> list[Key]:
    """
    Return the counters that go up by one with a change.

    Args:
        month: ``2026-11``, in which it was filed, by the provider's calendar.
        minutes: From filing to the change, see :func:`step_of`.
    """
    pk = figures(month)
    keys: list[Key] = []
    if before is None:
        return keys
    if before.state is InquiryState.FILED and after.state is InquiryState.COLLECTED:
        keys += [(pk, f"filed#kind#{after.kind}"), (pk, f"filed#facility#{after.facility_id}")]
    if not before.routed_first and after.routed_first:
        keys.append((pk, f"filed#department#{after.routed_first}"))
    if not before.answered_at and after.answered_at:
        took = f"{step_of(minutes):07}"
        keys += [
            (pk, f"answered#kind#{after.kind}#{took}"),
            (pk, f"answered#department#{after.department_id}#{took}"),
            (figures_of(month, after.facility_id), took),
        ]
    return keys


def step_of(minutes: int) -> int:
    """
    Return *minutes* in two digits that count, rounded up: counters by it tell medians within 10 %.

    >>> [step_of(each) for each in (0, 7, 99, 100, 101, 1234)]
    [0, 7, 99, 100, 110, 1300]
    """
    scale: int = 10 ** max(0, len(str(minutes)) - 2)
    return -(-minutes // scale) * scale


def minutes_between(begun_at: str, ended_at: str) -> int:
    """Return the whole minutes from one moment to another, both RFC 3339."""
    return int((clock.parse(ended_at) - clock.parse(begun_at)).total_seconds() // 60)


def inquiry(inquiry_id: str) -> str:
    """Return the partition of an inquiry: HEAD, and a MESSAGE#<number> each."""
    return f"INQUIRY#{inquiry_id}"


def asker(facility_id: str, person_id: str) -> str:
    return f"ASKER#{facility_id}#{person_id}"


def answers(facility_id: str) -> str:
    return f"ANSWERS#{facility_id}"


def inbox(department_id: str) -> str:
    return f"INBOX#{department_id}"


def inbox_sk(inquiry: Inquiry) -> str:
    return f"{inquiry.due_at}#{inquiry.inquiry_id}"


def term(text: str) -> str:
    return f"INQUIRYBOX#{text}"


def figures(month: str) -> str:
    return f"FIGURES#{month}"


def figures_of(month: str, facility_id: str) -> str:
    """Return where the answers to one facility are counted: a month's figures stay few."""
    return f"FIGURES#{month}#{facility_id}"
