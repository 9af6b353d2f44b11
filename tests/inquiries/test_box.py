"""The provider's box: what operators find, read and decide; the filed are not theirs."""

from __future__ import annotations

import pytest

from chalicelib.access.model import Role
from chalicelib.audit import store as audit_store
from chalicelib.inquiries import store
from chalicelib.inquiries.box import service as box
from chalicelib.inquiries.box.searching import Query
from chalicelib.inquiries.model import InquiryState, seen_by_facility
from chalicelib.kernel.errors import Conflict, NotFound
from tests.inquiries.box_scene import collect, file, withdraw
from tests.inquiries.desk_scene import OPERATOR, a_department
from tests.support.canary import CANARY_NAME
from tests.support.visitor import Visitor, signed_in

pytestmark = pytest.mark.usefixtures("aws")
BOX = "/portal/inquiry-box"


@pytest.fixture
def operator() -> Visitor:
    visitor = signed_in(Role.OPERATOR)
    visitor.language = "en"
    return visitor


def test_what_is_only_filed_or_was_withdrawn_is_not_in_the_box() -> None:
    for inquiry in (file("x"), withdraw(file("y"))):
        with pytest.raises(NotFound):
            box.see(OPERATOR, inquiry.inquiry_id)


def test_an_operator_gives_it_to_a_department_and_to_another() -> None:
    first, other = a_department("Support"), a_department("Billing")
    inquiry_id = collect(file("x")).inquiry_id
    box.route(OPERATOR, inquiry_id, first.department_id)
    box.route(OPERATOR, inquiry_id, other.department_id)
    assert [each.inquiry_id for each in store.of_department(other.department_id, None).inquiries]
    assert not store.of_department(first.department_id, None).inquiries


def test_who_decides_on_what_has_changed_looks_again() -> None:
    inquiry = collect(file("x"))
    with pytest.raises(Conflict):
        box.route(OPERATOR, inquiry.inquiry_id, a_department().department_id, seen=1)


def test_a_note_is_found_and_not_told_to_the_facility() -> None:
    inquiry_id = collect(file("x")).inquiry_id
    box.note(OPERATOR, inquiry_id, "見積りを待つ")
    found = box.search(OPERATOR, Query(words="見積り"), None).inquiries
    told = seen_by_facility(store.messages(inquiry_id))
    assert ([each.inquiry_id for each in found], len(told)) == ([inquiry_id], 1)


def test_what_an_operator_ends_is_closed_with_a_word_its_asker_reads() -> None:
    inquiry_id = collect(file("x")).inquiry_id
    assert box.end(OPERATOR, inquiry_id, "It was a test").state is InquiryState.CLOSED
    assert seen_by_facility(store.messages(inquiry_id))[-1].text == "It was a test"


def test_a_search_is_on_record_without_its_words() -> None:
    box.search(OPERATOR, Query(words=CANARY_NAME), None)
    told = [(event.action, event.subject) for _, event, _ in audit_store.of_facility("provider")]
    assert told == [("search-inquiries", "inquiry-box")]


# --- pages -------------------------------------------------------------------------------------


def test_the_box_shows_what_was_collected(operator: Visitor) -> None:
    collect(file("x", subject="Dark pictures"))
    file("y", subject="Not collected yet")
    text = operator.get(BOX).text
    assert ("Dark pictures" in text, "Not collected yet" in text) == (True, False)


def test_the_page_finds_by_words(operator: Visitor) -> None:
    collect(file("画像が暗い", subject="Dark pictures"))
    collect(file("請求", subject="An invoice"))
    operator.get(BOX)
    text = operator.submit(BOX, words="画像").text
    assert ("Dark pictures" in text, "An invoice" in text) == (True, False)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("older_than", "soon"),
        ("kind", "nothing"),
        ("words", " ".join(map(str, range(40)))),
        ("facility", "x" * 300),
    ],
)
def test_what_cannot_be_looked_for_is_said(operator: Visitor, field: str, typed: str) -> None:
    operator.get(BOX)
    answer = operator.submit(BOX, **{field: typed})
    assert (answer.status, 'role="alert"' in answer.text) == (422, True)


def test_a_page_gives_an_inquiry_to_a_department(operator: Visitor) -> None:
    inquiry, department = collect(file("x")), a_department("Imaging desk")
    path = f"{BOX}/{inquiry.inquiry_id}"
    operator.get(path)
    seen = {"department_id": department.department_id, "seen": str(inquiry.version)}
    assert "The department has it" in operator.follow(operator.submit(f"{path}/route", **seen)).text
    assert operator.submit(f"{path}/route", **seen).status == 409


def test_what_was_typed_is_there_when_it_was_refused(operator: Visitor) -> None:
    inquiry = collect(file("x"))
    path = f"{BOX}/{inquiry.inquiry_id}"
    operator.get(path)
    answer = operator.submit(f"{path}/end", text="Settled by phone", seen="1")
    assert (answer.status, "Settled by phone" in answer.text) == (409, True)


def test_collecting_now_says_how_many(operator: Visitor) -> None:
    file("x")
    operator.get(BOX)
    assert "1 inquiry was collected" in operator.follow(operator.submit(f"{BOX}/collect")).text
