"""The provider's departments, who works there, and what lies with them."""

from __future__ import annotations

import secrets
from datetime import timedelta

from chalicelib.access import people_store
from chalicelib.access.model import PROVIDER, Caller, Person, Role
from chalicelib.inquiries import moving, room_store, routing, store
from chalicelib.inquiries.departments import ruling
from chalicelib.inquiries.departments import service as departments
from chalicelib.inquiries.departments.rules import Rule, Rules
from chalicelib.inquiries.model import (
    Delivery,
    Department,
    Inquiry,
    InquiryKind,
    InquiryState,
    Message,
    Step,
    What,
)
from chalicelib.kernel import clock, ids
from tests.support.canary import CANARY_NAME

OPERATOR = Caller(Role.OPERATOR, "person-operator")
CLERK = Caller(Role.CLERK, "person-clerk")
ACCOUNT = "asker@clinic.example"
HERE, ASKER = "facility-1", "person-doctor"
TEXT = f"Of {CANARY_NAME}: why?"


def a_department(name: str = "Support", hours: int = 72) -> Department:
    return departments.add(OPERATOR, name, hours)


def employed(person: Caller, *where: Department) -> Caller:
    """Let somebody of the provider work in departments."""
    known = {each.person_id for each in people_store.people_of(PROVIDER)}
    if person.id not in known:
        account = f"{person.id}@provider.example"
        people_store.add(PROVIDER, Person(person.id, account, person.role, gets_mail=False))
    departments.set_departments(OPERATOR, person.id, [each.department_id for each in where])
    return person


def a_clerk(*where: Department) -> Caller:
    """Return somebody new who works in departments."""
    return employed(Caller(Role.CLERK, f"person-{secrets.token_hex(4)}"), *where)


def ruled(*rules: Rule, default: Department | None = None, period: int = 15) -> Rules:
    """Set the rules."""
    default_id = default.department_id if default else ""
    seen = ruling.read().version
    wanted = Rules(
        rules=list(rules), default_department_id=default_id, period_minutes=period, version=seen
    )
    return ruling.save(OPERATOR, wanted)


def filed(
    subject: str = "A picture is dark",
    kind: InquiryKind = InquiryKind.QUESTION,
    delivery: Delivery = Delivery.PICK_UP,
    facility_id: str = HERE,
) -> Inquiry:
    """File an inquiry that is collected in a quarter of an hour."""
    now = clock.now()
    inquiry = Inquiry(
        inquiry_id=ids.new_id("inquiry", now),
        facility_id=facility_id,
        person_id=ASKER,
        account=ACCOUNT,
        language="ja",
        kind=kind,
        subject=subject,
        delivery=delivery,
        state=InquiryState.FILED,
        steps=[Step(state=InquiryState.FILED, at=clock.text(now))],
        look_at=clock.text(now + timedelta(minutes=15)),
    )
    first = Message(number=0, what=What.INQUIRY, at=clock.text(now), by=ASKER, text=TEXT)
    assert store.add(inquiry, first, room_store.of(facility_id), now)
    return inquiry


def collected(inquiry: Inquiry) -> Inquiry:
    """Take it into the box."""
    now = clock.now()
    then = moving.collected(inquiry, now + timedelta(minutes=15), now)
    store.change(inquiry, then, now)
    return then


def with_department(
    department: Department, delivery: Delivery = Delivery.PICK_UP, facility_id: str = HERE
) -> Inquiry:
    """Have an inquiry lie with a department."""
    inquiry = collected(filed(delivery=delivery, facility_id=facility_id))
    return routing.route(inquiry, department, clock.now())


def inbox_of(department: Department) -> list[str]:
    """Return the ids of what a department has to do, the most urgent first."""
    page = store.of_department(department.department_id, None)
    return [each.inquiry_id for each in page.inquiries]
