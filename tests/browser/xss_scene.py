"""Everything people type about inquiries, with each string of the corpus in each field."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from chalicelib.inquiries import indexing, moving, room_store, routing, store, texts
from chalicelib.inquiries.departments import ruling
from chalicelib.inquiries.departments import store as department_store
from chalicelib.inquiries.departments.rules import MOST_WORDS, Rule, Rules
from chalicelib.inquiries.desk import canned
from chalicelib.inquiries.model import (
    MOST_SUBJECT,
    MOST_TOLD,
    Delivery,
    Department,
    File,
    Inquiry,
    InquiryKind,
    InquiryState,
    Message,
    Reference,
    Step,
    What,
)
from chalicelib.inquiries.moving import Changed, Said
from chalicelib.kernel import clock, ids
from tests.browser.xss_corpus import CORPUS
from tests.inquiries.desk_scene import ASKER, CLERK, OPERATOR, employed
from tests.support.world import World

WHOLE = "\n".join(CORPUS)
HOUR = timedelta(hours=1)


def packed(most: int) -> list[str]:
    """Return the corpus in as few pieces as hold it, of so many characters each."""
    pieces: list[str] = []
    for each in CORPUS:
        if pieces and len(f"{pieces[-1]} {each}") <= most:
            pieces[-1] += f" {each}"
        else:
            pieces.append(each)
    return pieces


def desks() -> list[Department]:
    """Make a department named after each string, in which the clerk and the operator work."""
    made = [_department(each) for each in CORPUS]
    for somebody in (CLERK, OPERATOR):
        employed(somebody, *made)
    return made


def _department(name: str) -> Department:
    department = Department(department_id=ids.new_id("department", clock.now()), name=name)
    department_store.add(department)
    return department


def keep_answers(department: Department) -> None:
    for title in packed(canned.MOST_TITLE):
        canned.save(CLERK, department.department_id, title, WHOLE)


def rule(department: Department) -> None:
    """Set rules that have each string among their words."""
    words = [CORPUS[at : at + MOST_WORDS] for at in range(0, len(CORPUS), MOST_WORDS)]
    rules = [Rule(department_id=department.department_id, words=each) for each in words]
    ruling.save(OPERATOR, Rules(rules=rules))


def asked(world: World, made: list[Department]) -> list[Inquiry]:
    """File, collect and talk about as many inquiries as hold the corpus in each field."""
    subjects, told = packed(MOST_SUBJECT), packed(MOST_TOLD)
    return [
        _talked_about(_filed(world, subject, told[number % len(told)], number), made, number)
        for number, subject in enumerate(subjects)
    ]


def _filed(world: World, subject: str, told: str, number: int) -> Inquiry:
    now = clock.now()
    inquiry = Inquiry(
        inquiry_id=ids.new_id("inquiry", now),
        facility_id=world.facility_id,
        person_id=ASKER,
        account="doctor@aoba.example",
        language="en",
        kind=list(InquiryKind)[number % len(InquiryKind)],
        subject=texts.subject(subject),
        delivery=Delivery.PICK_UP,
        state=InquiryState.FILED,
        steps=[Step(state=InquiryState.FILED, at=clock.text(now))],
        reference=Reference(target_id=world.target_id, examination_id="e-1", told=texts.told(told)),
    )
    first = Message(
        number=0, what=What.INQUIRY, at=clock.text(now), by=ASKER, text=WHOLE, files=_files(number)
    )
    assert store.add(inquiry, first, room_store.of(world.facility_id), now)
    indexing.index(inquiry, [first])
    return inquiry


def _files(number: int) -> list[File]:
    """Return files whose names share the corpus out among the inquiries."""
    share = CORPUS[number :: len(packed(MOST_SUBJECT))]
    return [
        File(
            file_id=ids.new_id("file", clock.now()),
            name=f"{name}.pdf",
            media_type="application/pdf",
            size_bytes=7,
            sha256="0" * 64,
            key="i/nowhere/0",
        )
        for name in share
    ]


def _talked_about(inquiry: Inquiry, made: list[Department], number: int) -> Inquiry:
    """Say the corpus in each way there is; every third is left open."""
    first, other = made[number % len(made)], made[(number + 1) % len(made)]
    now = clock.now()
    inquiry = _kept(inquiry, moving.collected(inquiry, now + HOUR, now))
    inquiry = _kept(inquiry, moving.routed(inquiry, first.department_id, now + HOUR, now))
    for change in _conversation(first, other):
        inquiry = _said(inquiry, change(inquiry))
    if number % 3:
        asker = Said(by=OPERATOR.id, text=WHOLE)
        inquiry = _said(inquiry, moving.ended(inquiry, asker, now))
    return inquiry


def _conversation(first: Department, other: Department) -> Iterator[Callable[[Inquiry], Changed]]:
    now = clock.now()
    clerk = Said(by=CLERK.id, text=WHOLE, department_id=first.department_id)
    others = Said(by=CLERK.id, text=WHOLE, department_id=other.department_id)
    asker = Said(by=ASKER, text=WHOLE)
    due = routing.due_by(first, now)
    yield lambda found: moving.noted(found, Said(by=OPERATOR.id, text=WHOLE), now)
    yield lambda found: moving.passed(found, clerk, other.department_id, due, now)
    yield lambda found: moving.asked_back(found, others, now)
    yield lambda found: moving.replied(found, asker, due, now)
    yield lambda found: moving.parted(_shared(found, first), clerk, now)
    yield lambda found: moving.answered(found, others, now)


def _shared(inquiry: Inquiry, department: Department) -> Inquiry:
    return _kept(inquiry, moving.shared(inquiry, department.department_id, clock.now()))


def _said(inquiry: Inquiry, changed: Changed) -> Inquiry:
    before = store.inquiry(inquiry.inquiry_id)
    store.change(before, changed.inquiry, clock.now(), changed.message)
    return changed.inquiry


def _kept(before: Inquiry, after: Inquiry) -> Inquiry:
    store.change(before, after, clock.now())
    return after
