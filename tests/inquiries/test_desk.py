"""Departments at work: who sees what, and what they do about it."""

from __future__ import annotations

import pytest

from chalicelib.access.model import PROVIDER
from chalicelib.audit.store import of_facility
from chalicelib.inquiries import store
from chalicelib.inquiries.desk import service as desk
from chalicelib.inquiries.model import Delivery, InquiryState, What
from chalicelib.kernel.errors import Conflict, NotAllowed, NotFound
from chalicelib.notices import store as notices
from chalicelib.notices.model import Kind
from tests.inquiries.desk_scene import (
    ACCOUNT,
    HERE,
    OPERATOR,
    a_clerk,
    a_department,
    employed,
    inbox_of,
    with_department,
)
from tests.inquiries.scene import sent

pytestmark = pytest.mark.usefixtures("aws")


def test_an_inbox_lists_the_most_urgent_first() -> None:
    slow, quick = a_department("Slow", hours=100), a_department("Quick", hours=1)
    late, soon = with_department(slow), with_department(quick)
    clerk = a_clerk(slow, quick)
    desk.hand_on(clerk, soon.inquiry_id, slow.department_id, "Yours")
    page = desk.inbox(clerk, slow.department_id, None)
    assert [each.inquiry_id for each in page.inquiries] == [late.inquiry_id, soon.inquiry_id]


def test_whoever_works_elsewhere_finds_nothing() -> None:
    here, elsewhere = a_department("Here"), a_department("Elsewhere")
    inquiry, stranger = with_department(here), a_clerk(elsewhere)
    for refused in (
        lambda: desk.inbox(stranger, here.department_id, None),
        lambda: desk.see(stranger, inquiry.inquiry_id),
        lambda: desk.answer(stranger, inquiry.inquiry_id, "So."),
        lambda: desk.see(OPERATOR, inquiry.inquiry_id),  # of no department
    ):
        with pytest.raises(NotFound):
            refused()


def test_an_operator_answers_where_they_work() -> None:
    department = a_department()
    inquiry = with_department(department)
    employed(OPERATOR, department)
    assert desk.answer(OPERATOR, inquiry.inquiry_id, "So.").state is InquiryState.ANSWERED


def test_an_answer_is_told_by_mail_to_who_wants_it_directly() -> None:
    department = a_department()
    direct = with_department(department, Delivery.DIRECT)
    clerk = a_clerk(department)
    desk.answer(clerk, direct.inquiry_id, "It was the lamp.")
    notice = notices.notice(HERE, f"{direct.inquiry_id}-answer-1")
    assert notice
    assert (notice.kind, notice.to) == (Kind.INQUIRY_ANSWERED, ACCOUNT)
    assert dict(notice.facts) == {"inquiry_id": direct.inquiry_id}


def test_who_picks_answers_up_gets_no_mail() -> None:
    department = a_department()
    inquiry = with_department(department)
    desk.answer(a_clerk(department), inquiry.inquiry_id, "So.")
    assert notices.notice(HERE, f"{inquiry.inquiry_id}-answer-1") is None


def test_what_was_answered_lies_in_no_inbox() -> None:
    department = a_department()
    inquiry = with_department(department)
    desk.answer(a_clerk(department), inquiry.inquiry_id, "So.")
    assert inbox_of(department) == []


def test_a_second_click_does_nothing() -> None:
    department = a_department()
    inquiry, clerk = with_department(department), a_clerk(department)
    desk.ask(clerk, inquiry.inquiry_id, "Which one?", seen=inquiry.version)
    with pytest.raises(Conflict, match="changed"):
        desk.ask(clerk, inquiry.inquiry_id, "Which one?", seen=inquiry.version)
    assert len(store.messages(inquiry.inquiry_id)) == 2


def test_another_department_gives_its_part_and_no_answer() -> None:
    own, other = a_department("Own"), a_department("Other")
    inquiry, helper = with_department(own), a_clerk(other)
    desk.share(a_clerk(own), inquiry.inquiry_id, other.department_id)
    assert inbox_of(other) == [inquiry.inquiry_id]
    with pytest.raises(NotAllowed):
        desk.answer(helper, inquiry.inquiry_id, "So.")
    desk.part(helper, inquiry.inquiry_id, "The lamp is old.")
    assert inbox_of(other) == []
    assert store.messages(inquiry.inquiry_id)[-1].what is What.PART


def test_who_hands_on_sees_it_no_more() -> None:
    here, there = a_department("Here"), a_department("There")
    inquiry, clerk = with_department(here), a_clerk(here)
    desk.hand_on(clerk, inquiry.inquiry_id, there.department_id, "Not ours")
    with pytest.raises(NotFound):
        desk.see(clerk, inquiry.inquiry_id)
    seen = desk.see(a_clerk(there), inquiry.inquiry_id)
    assert seen.messages[-1].text == "Not ours"


def test_what_a_department_reads_is_on_record() -> None:
    department = a_department()
    inquiry, clerk = with_department(department), a_clerk(department)
    file_id = sent(clerk)
    desk.ask(clerk, inquiry.inquiry_id, "Like this?", [file_id])
    desk.see(clerk, inquiry.inquiry_id)
    desk.file_url(clerk, inquiry.inquiry_id, file_id)
    *_, seen, fetched = (event for _, event, _ in of_facility(PROVIDER))
    assert (seen.action, seen.subject) == ("see-inquiry", inquiry.inquiry_id)
    assert (fetched.action, fetched.subject) == ("download-inquiry-file", file_id)


def test_a_file_of_a_department_keeps_its_name() -> None:
    department = a_department()
    inquiry, clerk = with_department(department), a_clerk(department)
    desk.answer(clerk, inquiry.inquiry_id, "See there.", [sent(clerk, "manual.pdf")])
    (file,) = store.messages(inquiry.inquiry_id)[-1].files
    assert file.name == "manual.pdf"
