"""A department answers in a browser without JavaScript."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from chalicelib.inquiries import store
from chalicelib.inquiries.desk import canned
from chalicelib.inquiries.desk import service as desk
from chalicelib.inquiries.model import InquiryState, Reference
from chalicelib.kernel import clock
from tests.inquiries.desk_page_scene import DESK, Desk, at_desk, said
from tests.inquiries.desk_scene import (
    CLERK,
    TEXT,
    a_clerk,
    a_department,
    employed,
    with_department,
)
from tests.support.canary import found_in
from tests.support.visitor import written_form

pytestmark = pytest.mark.usefixtures("aws")


@pytest.fixture
def at() -> Desk:
    return Desk()


def test_an_inbox_shows_whose_it_is_how_old_and_by_when(at: Desk) -> None:
    page = said(at.clerk.get(DESK))
    assert "A picture is dark" in page
    assert "filed 1 minute ago" in page
    assert "nobody has taken it" in page
    assert "2 days left" in page


def test_what_is_late_is_marked(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    then = clock.now() + timedelta(hours=76)
    monkeypatch.setattr(clock, "now", lambda: then)
    page = said(at_desk(at.department).get(DESK))
    assert "1 is late" in page
    assert "4 hours late" in page


def test_what_waits_for_the_facility_stands_apart(at: Desk) -> None:
    at.does("questions", text="Which lamp?")
    page = said(at.clerk.get(DESK))
    assert page.index("Nothing is to be answered.") < page.index("Waits for the facility")
    assert page.index("Waits for the facility") < page.index("A picture is dark")


def test_somebody_of_two_departments_goes_from_one_to_the_other(at: Desk) -> None:
    both = at_desk(at.department, at.other)
    assert "A picture is dark" not in said(both.get(f"{DESK}?department={at.other.department_id}"))
    path = f"{DESK}?department={at.department.department_id}"
    assert path in both.get(DESK).text
    assert "A picture is dark" in said(both.get(path))


def test_whoever_is_in_no_department_is_told_so() -> None:
    assert "in no department yet" in said(at_desk().get(DESK))


def test_the_inquiry_is_read_at_the_desk_and_named_nowhere_else(at: Desk) -> None:
    page = at.opened()
    assert TEXT in said(page)
    assert found_in(page.title) == []
    assert found_in(at.clerk.get(DESK).text) == []


def test_it_is_taken(at: Desk) -> None:
    page = said(at.does("take"))
    assert "It is yours now." in page
    assert "Who sees to it: clerk@aoba.example" in page


def test_it_is_answered(at: Desk) -> None:
    page = said(at.does("answers", text="It was the lamp."))
    assert "on its way back" in page
    assert "It was the lamp." in page
    assert at.now.state is InquiryState.ANSWERED


def test_an_answer_takes_a_file_along(at: Desk) -> None:
    at.opened()
    typed = {"csrf": at.clerk.token, "text": "See this.", "keeps_names": "yes"}
    kind, body = written_form(typed, {"attachment": b"%PDF-1.7 a report"})
    body = body.replace(b'filename="a.csv"', b'filename="report.pdf"')
    headers = {"content_type": kind, "origin": "https://hokan.example"}
    page = at.clerk.follow(at.clerk.ask("POST", f"{at.path}/answers", headers, body))
    assert "report.pdf" in said(page)
    (file_id,) = (each.file_id for each in desk.see(CLERK, at.inquiry_id).messages[-1].files)
    led = at.clerk.submit(f"{at.path}/files/{file_id}")
    assert led.status == 303
    assert "response-content-disposition=attachment" in led.location


def test_an_answer_begins_with_a_canned_one_and_what_was_written(at: Desk) -> None:
    department_id = at.department.department_id
    kept = canned.save(CLERK, department_id, "Lamp", "Change the lamp.")
    page = at.does("answers", step="begin", canned_id=kept.canned_id, text="Good morning.")
    assert "Good morning.\n\nChange the lamp.</textarea>" in page.text
    assert at.now.state is InquiryState.ROUTED


def test_it_is_passed_on_with_a_reason_that_stays_inside(at: Desk) -> None:
    page = at.does("pass", department_id=at.other.department_id, text="About an invoice")
    assert "with the other department now" in said(page)
    assert at.opened().status == 404
    seen = said(at_desk(at.other).get(at.path))
    assert "About an invoice" in seen
    assert "The facility does not see this" in seen


def test_another_department_gives_its_part(at: Desk) -> None:
    assert "asked for its part" in said(at.does("shares", department_id=at.other.department_id))
    there = at_desk(at.other)
    assert "your part is asked for" in said(there.get(DESK))
    page = there.get(at.path)
    assert "Send the answer" not in said(page)
    assert "Your part is there" in said(there.send(f"{at.path}/parts", text="It costs nothing."))


@pytest.mark.parametrize(
    ("form", "typed", "why"),
    [
        ("answers", {"text": " "}, "Write something first."),
        ("answers", {"text": "x" * 4_001}, "longer than 4,000 characters"),
        ("pass", {"text": "Not ours", "department_id": ""}, "Choose a department that is there."),
        ("shares", {"department_id": "department-none"}, "Choose a department that is there."),
    ],
    ids=["nothing", "too much", "to nobody", "of nobody"],
)
def test_a_refusal_says_why_and_keeps_what_was_typed(
    at: Desk, form: str, typed: dict[str, str], why: str
) -> None:
    page = at.does(form, **typed)
    assert page.status == 422
    assert page.title.startswith("Error: ")
    assert why in said(page)
    assert typed.get("text", "") in page.text


def test_what_a_colleague_did_meanwhile_is_shown_before_anything_is_sent(at: Desk) -> None:
    at.opened()
    seen = str(at.now.version)
    desk.ask(a_clerk(at.department), at.inquiry_id, "Which lamp?")
    page = at.clerk.submit(f"{at.path}/answers", text="So.", seen=seen)
    assert page.status == 409
    assert "Somebody else was faster" in said(page)
    assert "Which lamp?" in said(page)
    assert ">So.</textarea>" in page.text


def test_what_was_written_about_an_inquiry_that_was_answered_meanwhile_is_shown(at: Desk) -> None:
    at.opened()
    desk.answer(a_clerk(at.department), at.inquiry_id, "The lamp.")
    page = at.clerk.submit(f"{at.path}/answers", text="My own words")
    assert page.status == 409
    assert "It was not sent. Copy what you still need. My own words" in said(page)


def test_what_was_written_about_an_inquiry_that_went_elsewhere_is_shown(at: Desk) -> None:
    at.opened()
    desk.hand_on(a_clerk(at.department), at.inquiry_id, at.other.department_id, "Theirs")
    page = at.clerk.submit(f"{at.path}/answers", text="My own words")
    assert page.status == 404
    assert "My own words" in said(page)
    assert "Theirs" not in said(page)


def test_what_another_department_has_is_not_found(at: Desk) -> None:
    stranger = at_desk(a_department("Elsewhere"))
    assert stranger.get(at.path).status == 404
    stranger.get(DESK)
    for form in ("take", "answers", "questions", "parts", "pass", "shares", "files/file-1"):
        assert stranger.submit(f"{at.path}/{form}").status == 404


def test_an_answer_of_a_facility_that_is_no_more_can_still_be_written() -> None:
    """Its rows may be gone; what it asked is not."""
    department = a_department()
    inquiry = with_department(department, facility_id="facility-ended")
    employed(CLERK, department)
    page = at_desk(department).get(f"{DESK}/{inquiry.inquiry_id}")
    assert "facility-ended" in said(page)
    assert "Send the answer" in said(page)


def test_what_it_refers_to_is_told_by_opaque_ids_and_by_what_its_asker_chose_to_tell(
    at: Desk,
) -> None:
    before = at.now
    about = Reference(target_id="target-1", examination_id="examination-1", told="EGD of Monday")
    then = msgspec.structs.replace(before, version=before.version + 1, reference=about)
    store.change(before, then, clock.now())
    page = at.opened()
    assert "examination-1" in said(page)
    assert "Told by the asker EGD of Monday" in said(page)
    assert "/portal/album" not in page.text
