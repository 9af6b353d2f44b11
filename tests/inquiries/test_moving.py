"""How an inquiry goes from state to state, and what is not possible.  No storage."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from chalicelib.inquiries import moving
from chalicelib.inquiries.model import (
    ENDED,
    MOST_MESSAGES,
    MOST_SHARES,
    Delivery,
    Inquiry,
    InquiryKind,
    InquiryState,
    Step,
    seen_by_facility,
)
from chalicelib.inquiries.moving import Said
from chalicelib.inquiries.rows import facets, step_of
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict

NOW = datetime(2026, 4, 1, 9, tzinfo=UTC)
DUE, HOUR = NOW + timedelta(hours=72), timedelta(hours=1)
DESK, OTHER = "department-a", "department-b"
SAID = Said(by="person-clerk", text="So it is", department_id=DESK)
OWN = Said(by="person-doctor", text="And so")


def filed() -> Inquiry:
    return Inquiry(
        inquiry_id="inquiry-1",
        facility_id="facility-1",
        person_id="person-doctor",
        account="doctor@clinic.example",
        language="ja",
        kind=InquiryKind.QUESTION,
        subject="A picture is dark",
        delivery=Delivery.PICK_UP,
        state=InquiryState.FILED,
        steps=[Step(state=InquiryState.FILED, at=clock.text(NOW))],
        look_at=clock.text(NOW),
    )


def routed() -> Inquiry:
    return moving.routed(moving.collected(filed(), NOW + HOUR, NOW), DESK, DUE, NOW)


def answered() -> Inquiry:
    return moving.answered(routed(), SAID, NOW).inquiry


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(Conflict) as error:
        act()
    return error.value.code


def test_a_state_line_tells_each_step_with_its_time() -> None:
    inquiry = moving.closed(moving.picked_up(answered(), NOW + HOUR), NOW + 2 * HOUR)

    states = [each.state for each in inquiry.steps]
    assert states == ["filed", "collected", "routed", "answered", "picked-up", "closed"]
    assert [each.at for each in inquiry.steps[-2:]] == [
        clock.text(NOW + HOUR),
        clock.text(NOW + 2 * HOUR),
    ]


def test_the_schedule_looks_at_nothing_that_has_ended() -> None:
    assert moving.withdrawn(filed(), NOW).look_at == moving.closed(routed(), NOW).look_at == ""


def test_the_provider_finds_nothing_that_was_withdrawn() -> None:
    assert list(facets(moving.withdrawn(filed(), NOW))) == []


def test_an_answer_and_an_end_fit_whatever_was_said_before() -> None:
    full = msgspec.structs.replace(routed(), messages=MOST_MESSAGES)

    assert refused(lambda: moving.replied(full, OWN, DUE, NOW)) == "too-long-a-talk"
    assert moving.answered(full, SAID, NOW).inquiry.state is InquiryState.ANSWERED
    assert moving.ended(full, SAID, NOW).inquiry.state is InquiryState.CLOSED


def test_no_more_parts_are_asked_for_than_a_transaction_has_room_for() -> None:
    inquiry = routed()
    for number in range(MOST_SHARES):
        inquiry = moving.shared(inquiry, f"department-{number}", NOW)

    assert refused(lambda: moving.shared(inquiry, OTHER, NOW)) == "too-many-shares"


def test_a_part_is_read_by_the_facility_once_it_is_answered() -> None:
    inquiry = moving.shared(routed(), OTHER, NOW)
    part = moving.parted(inquiry, Said(by="person-2", text="My part", department_id=OTHER), NOW)
    answer = moving.answered(part.inquiry, SAID, NOW)

    assert seen_by_facility([part.message]) == []
    assert seen_by_facility([part.message, answer.message]) == [part.message, answer.message]


def test_reasons_and_notes_stay_inside() -> None:
    handed = moving.passed(routed(), SAID, OTHER, DUE, NOW)
    noted = moving.noted(handed.inquiry, SAID, NOW)

    assert seen_by_facility([handed.message, noted.message]) == []


def test_who_handed_it_on_reads_it_no_more() -> None:
    assert moving.passed(routed(), SAID, OTHER, DUE, NOW).inquiry.readers == {OTHER}


def test_while_a_question_waits_nothing_is_due() -> None:
    waiting = moving.asked_back(routed(), SAID, NOW).inquiry

    assert clock.parse(waiting.look_at) == NOW + moving.REPLY_LIFE
    assert moving.replied(waiting, OWN, DUE, NOW).inquiry.look_at == clock.text(DUE)


def test_what_was_late_is_late_no_more_once_another_has_it() -> None:
    late = moving.overdue(routed())

    assert (late.is_late, late.look_at) == (True, "")
    assert not moving.passed(late, SAID, OTHER, DUE, NOW).inquiry.is_late


@pytest.mark.parametrize("state", sorted(ENDED))
def test_nothing_is_done_with_what_has_ended(state: InquiryState) -> None:
    over = msgspec.structs.replace(routed(), state=state)
    acts: list[Callable[[], object]] = [
        lambda: moving.withdrawn(over, NOW),
        lambda: moving.replied(over, OWN, DUE, NOW),
        lambda: moving.picked_up(over, NOW),
        lambda: moving.closed(over, NOW),
        lambda: moving.collected(over, DUE, NOW),
        lambda: moving.routed(over, OTHER, DUE, NOW),
        lambda: moving.answered(over, SAID, NOW),
        lambda: moving.asked_back(over, SAID, NOW),
        lambda: moving.delivered(over, NOW),
    ]
    assert all(refused(each) for each in acts)


def test_time_to_answer_is_told_within_a_tenth() -> None:
    for minutes in range(1, 200_000, 7):
        assert minutes <= step_of(minutes) <= minutes * 1.1
