"""What becomes of an inquiry by itself, by the schedule and by the operator's button."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from chalicelib.due import DueRow
from chalicelib.inquiries import collecting, moving, store
from chalicelib.inquiries.departments.rules import Rule
from chalicelib.inquiries.desk import service as desk
from chalicelib.inquiries.model import Delivery, Inquiry, InquiryKind, InquiryState
from chalicelib.kernel import clock
from chalicelib.notices import store as notices
from chalicelib.notices.model import Kind as Notice
from chalicelib.notices.model import State as Mail
from tests.inquiries.desk_scene import (
    HERE,
    OPERATOR,
    a_clerk,
    a_department,
    filed,
    inbox_of,
    ruled,
    with_department,
)

pytestmark = pytest.mark.usefixtures("aws")


def look(inquiry: Inquiry, now: datetime) -> Inquiry:
    """Look at an inquiry as the schedule does; return it as it is then."""
    row = DueRow(f"FACILITY#{inquiry.facility_id}", f"INQUIRY#{inquiry.inquiry_id}", "", {})
    collecting.look(row, now)
    return store.inquiry(inquiry.inquiry_id)


def in_(**span: int) -> datetime:
    return clock.now() + timedelta(**span)


def states(inquiry: Inquiry) -> list[InquiryState]:
    return [each.state for each in inquiry.steps]


def test_what_was_filed_is_collected_and_routed_in_one_look() -> None:
    support, billing = a_department("Support"), a_department("Billing")
    ruled(Rule(department_id=billing.department_id, kind="billing"), default=support)
    found = look(filed(kind=InquiryKind.BILLING), in_(minutes=16))
    assert states(found) == [InquiryState.FILED, InquiryState.COLLECTED, InquiryState.ROUTED]
    assert inbox_of(billing) == [found.inquiry_id]


def test_nothing_is_collected_before_its_time() -> None:
    assert look(filed(), in_(minutes=5)).state is InquiryState.FILED


def test_what_no_rule_fits_is_looked_at_again_and_goes_where_a_new_one_says() -> None:
    found = look(filed(), in_(minutes=16))
    assert (found.state, found.department_id) == (InquiryState.COLLECTED, "")
    ruled(default=a_department())
    assert look(found, clock.parse(found.look_at)).state is InquiryState.ROUTED


def test_a_look_twice_is_one_look() -> None:
    ruled(default=a_department())
    inquiry, at = filed(), in_(minutes=16)
    assert look(inquiry, at) == look(inquiry, at)


def test_the_operator_collects_what_is_there_at_once() -> None:
    department = a_department()
    ruled(default=department)
    several = [filed().inquiry_id for _ in range(3)]
    assert collecting.collect_now(OPERATOR) == 3
    assert collecting.collect_now(OPERATOR) == 0
    assert sorted(inbox_of(department)) == sorted(several)


def test_the_provider_is_told_once_of_what_is_overdue() -> None:
    inquiry = with_department(a_department("Support", hours=1))
    found = look(inquiry, in_(hours=2))
    notice = notices.notice("provider", f"overdue-{inquiry.inquiry_id}-{found.version}")
    assert notice
    assert (notice.kind, notice.facts["department_name"]) == (Notice.INQUIRY_OVERDUE, "Support")
    assert look(inquiry, in_(hours=3)) == found


def test_a_question_that_waits_makes_nothing_overdue() -> None:
    department = a_department(hours=1)
    inquiry = with_department(department)
    desk.ask(a_clerk(department), inquiry.inquiry_id, "Which one?")
    assert not look(inquiry, in_(hours=2)).is_late


@pytest.mark.parametrize("days", [29, 31])
def test_a_question_that_nobody_replies_to_closes_it_after_a_month(days: int) -> None:
    department = a_department()
    inquiry = with_department(department)
    desk.ask(a_clerk(department), inquiry.inquiry_id, "Which one?")
    assert (look(inquiry, in_(days=days)).state is InquiryState.CLOSED) == (days == 31)


def answered(delivery: Delivery) -> Inquiry:
    department = a_department()
    inquiry = with_department(department, delivery)
    return desk.answer(a_clerk(department), inquiry.inquiry_id, "So.")


def settled(inquiry: Inquiry, state: Mail) -> None:
    """Let the mail that tells of an answer end so."""
    notice = notices.notice(HERE, f"{inquiry.inquiry_id}-answer-1")
    assert notice
    notices.settle(notice, state, clock.now())


def test_an_answer_is_delivered_once_its_mail_has_gone() -> None:
    inquiry = answered(Delivery.DIRECT)
    waiting = look(inquiry, in_(minutes=2))
    assert waiting.state is InquiryState.ANSWERED
    settled(inquiry, Mail.SENT)
    assert look(waiting, in_(minutes=5)).state is InquiryState.DELIVERED


def test_an_answer_whose_mail_cannot_go_waits_to_be_picked_up() -> None:
    inquiry = answered(Delivery.DIRECT)
    settled(inquiry, Mail.MAIL_OFF)
    found = look(inquiry, in_(minutes=2))
    assert found.state is InquiryState.ANSWERED
    assert clock.parse(found.look_at) > in_(days=29)
    assert look(found, in_(days=31)).state is InquiryState.CLOSED


@pytest.mark.parametrize("delivery", Delivery)
def test_an_answer_closes_its_inquiry_in_the_end(delivery: Delivery) -> None:
    inquiry = answered(delivery)
    if delivery is Delivery.DIRECT:
        settled(inquiry, Mail.SENT)
        inquiry = look(inquiry, in_(minutes=2))
    found = look(inquiry, in_(days=31))
    assert found.state is InquiryState.CLOSED
    assert found.look_at == ""


def test_a_withdrawn_inquiry_is_never_looked_at_again() -> None:
    inquiry = filed()
    then = moving.withdrawn(inquiry, clock.now())
    store.change(inquiry, then, clock.now())
    assert look(inquiry, in_(days=1)) == then
