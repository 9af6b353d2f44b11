"""Departments and their people; nothing is lost when one is dissolved."""

from __future__ import annotations

import pytest

from chalicelib import due as due_rows
from chalicelib.access import people_store
from chalicelib.access.model import PROVIDER
from chalicelib.inquiries import moving, store
from chalicelib.inquiries.asking import filing
from chalicelib.inquiries.departments import dissolving, ruling
from chalicelib.inquiries.departments import service as departments
from chalicelib.inquiries.departments.rules import Rule
from chalicelib.inquiries.desk import service as desk
from chalicelib.inquiries.model import Inquiry, InquiryState
from chalicelib.inquiries.moving import Said
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict, Invalid, NotFound
from tests.inquiries.desk_scene import (
    OPERATOR,
    a_clerk,
    a_department,
    filed,
    inbox_of,
    ruled,
    with_department,
)
from tests.inquiries.scene import doctor
from tests.purges.scene import deliver, due
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("aws")


def now_of(inquiry: Inquiry) -> Inquiry:
    return store.inquiry(inquiry.inquiry_id)


def test_departments_are_listed_by_name() -> None:
    for name in ("Support", "Billing"):
        a_department(name)
    assert [each.name for each in departments.every()] == ["Billing", "Support"]


@pytest.mark.parametrize(
    ("name", "hours", "code"),
    [(" ", 72, "no-name"), ("x" * 51, 72, "too-long"), ("New", 0, "bad-hours")],
)
def test_a_department_needs_a_name_and_some_time(name: str, hours: int, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        departments.add(OPERATOR, name, hours)
    assert refused.value.code == code


def test_two_departments_have_two_names() -> None:
    support, billing = a_department("Support"), a_department("Billing")
    with pytest.raises(Conflict):
        a_department(" Support ")
    with pytest.raises(Conflict):
        departments.change(OPERATOR, billing.department_id, "Support", 72)
    departments.change(OPERATOR, support.department_id, "Support", 24)
    assert departments.one(support.department_id).answer_hours == 24


def test_somebody_works_in_the_departments_they_were_given() -> None:
    support, billing = a_department("Support"), a_department("Billing")
    clerk = a_clerk(support, billing)
    assert departments.of_person(clerk) == [billing, support]
    assert [each.person_id for each in departments.people(support.department_id)] == [clerk.id]


def test_nobody_works_where_there_is_nothing() -> None:
    with pytest.raises(Invalid):
        departments.set_departments(OPERATOR, a_clerk().id, ["department-none"])
    with pytest.raises(NotFound):
        departments.set_departments(OPERATOR, "person-nobody", [])


def test_a_successor_goes_on_with_what_a_dissolved_department_had() -> None:
    old, new = a_department("Old"), a_department("New")
    inquiry = with_department(old)
    departments.dissolve(OPERATOR, old.department_id, new.department_id)
    assert (inbox_of(old), inbox_of(new)) == ([], [inquiry.inquiry_id])


def test_without_a_successor_the_rules_say_who_goes_on() -> None:
    old, new = a_department("Old"), a_department("New")
    ruled(Rule(department_id=old.department_id, kind="question"), default=new)
    inquiry = with_department(old)
    departments.dissolve(OPERATOR, old.department_id)
    assert inbox_of(new) == [inquiry.inquiry_id]


def test_without_anybody_it_lies_in_the_box() -> None:
    old = a_department("Old")
    ruled(default=old)
    inquiry = with_department(old)
    departments.dissolve(OPERATOR, old.department_id)
    found = now_of(inquiry)
    assert (found.state, found.department_id) == (InquiryState.COLLECTED, "")
    assert found.look_at


def test_the_part_of_a_dissolved_department_is_asked_of_its_successor() -> None:
    own, old, new = (a_department(each) for each in ("Own", "Old", "New"))
    inquiry = with_department(own)
    desk.share(a_clerk(own), inquiry.inquiry_id, old.department_id)
    departments.dissolve(OPERATOR, old.department_id, new.department_id)
    assert now_of(inquiry).awaited == [new.department_id]


def test_the_schedule_goes_on_where_dissolving_broke_off() -> None:
    old, new = a_department("Old"), a_department("New")
    inquiry = with_department(old)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dissolving, "empty", lambda *_: None)
        departments.dissolve(OPERATOR, old.department_id, new.department_id)
    assert inbox_of(old) == [inquiry.inquiry_id]
    now = clock.now()
    for shard in due_rows.SHARDS:
        for row in due_rows.rows(shard, clock.text(now)):
            dissolving.look(row, now)
    assert inbox_of(new) == [inquiry.inquiry_id]
    assert [due_rows.rows(each, clock.text(now)) for each in due_rows.SHARDS] == [[]] * len(
        due_rows.SHARDS
    )


def test_nothing_is_routed_to_a_dissolved_department() -> None:
    old, new = a_department("Old"), a_department("New")
    inquiry, clerk = with_department(new), a_clerk(new)
    departments.dissolve(OPERATOR, old.department_id)
    with pytest.raises(Invalid):
        desk.hand_on(clerk, inquiry.inquiry_id, old.department_id, "Yours")
    with pytest.raises(Invalid):
        ruled(default=old)


def test_rules_follow_a_department_to_its_successor() -> None:
    old, new = a_department("Old"), a_department("New")
    ruled(default=old)
    departments.dissolve(OPERATOR, old.department_id, new.department_id)
    assert ruling.department_for(filed()) == new


def test_a_reply_to_what_a_dissolved_department_answered_is_looked_at_at_once() -> None:
    old, new = a_department("Old"), a_department("New")
    inquiry = with_department(old)
    answered = desk.answer(a_clerk(old), inquiry.inquiry_id, "So.")
    departments.dissolve(OPERATOR, old.department_id, new.department_id)
    due_at = departments.due_by(old.department_id, clock.now())
    said = Said(by="person-doctor", text="Not so.")
    changed = moving.replied(answered, said, due_at, clock.now())
    assert clock.parse(changed.inquiry.look_at) <= clock.now()


def test_a_facility_whose_contract_ended_and_whose_images_are_gone_is_still_answered(
    world: World,
) -> None:
    department = a_department()
    inquiry = with_department(department, facility_id=world.facility_id)
    due(world)
    assert deliver(world)
    desk.answer(a_clerk(department), inquiry.inquiry_id, "We kept nothing.")
    seen = filing.see(doctor(world), inquiry.inquiry_id)
    assert [each.text for each in seen.messages][1:] == ["We kept nothing."]


def test_what_somebody_took_goes_on_when_they_are_disabled() -> None:
    department = a_department()
    inquiry, gone = with_department(department), a_clerk(department)
    desk.take(gone, inquiry.inquiry_id)
    people_store.disable(PROVIDER, gone.id, clock.text(clock.now()), by=OPERATOR.id)
    assert desk.take(a_clerk(department), inquiry.inquiry_id).taken_by != gone.id
