"""The provider sets up departments, their people, their texts and the rules, without JavaScript."""

from __future__ import annotations

import pytest

from chalicelib.inquiries.departments import ruling
from chalicelib.inquiries.departments import service as departments
from chalicelib.inquiries.departments.rules import Rule
from chalicelib.inquiries.desk import canned
from tests.inquiries.desk_page_scene import DEPARTMENTS, DESK, RULES, at_desk, operator_at, said
from tests.inquiries.desk_scene import (
    CLERK,
    OPERATOR,
    a_clerk,
    a_department,
    inbox_of,
    ruled,
    with_department,
)
from tests.web.test_languages import mislabelled

pytestmark = pytest.mark.usefixtures("aws")


def test_a_department_is_added() -> None:
    operator = operator_at()
    operator.get(DEPARTMENTS)
    page = operator.send(DEPARTMENTS, name="サポート", answer_hours="２４")
    assert "Now choose who works in it" in said(page)
    assert "answers within 24 hours" in said(operator.get(DEPARTMENTS))


@pytest.mark.parametrize(
    ("name", "hours", "why"),
    [
        (" ", "72", "Give it a name."),
        ("Support", "72", "There is a department of that name."),
        ("Billing", "soon", "1 to 2,160 hours"),
    ],
)
def test_a_refused_department_stays_typed(name: str, hours: str, why: str) -> None:
    a_department("Support")
    operator = operator_at()
    operator.get(DEPARTMENTS)
    page = operator.submit(DEPARTMENTS, name=name, answer_hours=hours)
    assert page.status in {409, 422}
    assert why in said(page)
    assert f'value="{name}"' in page.text
    assert f'value="{hours}"' in page.text


def test_a_department_gets_another_name_and_another_time() -> None:
    path = f"{DEPARTMENTS}/{a_department('Support').department_id}"
    operator = operator_at()
    operator.get(path)
    page = operator.send(path, name="Help desk", answer_hours="8")
    assert "Saved." in said(page)
    assert [(each.name, each.answer_hours) for each in departments.every()] == [("Help desk", 8)]


def test_somebody_joins_and_leaves_and_stays_in_their_other_departments() -> None:
    here, there = a_department("Here"), a_department("There")
    clerk, path = a_clerk(there), f"{DEPARTMENTS}/{here.department_id}"
    operator = operator_at()
    operator.get(path)
    operator.send(f"{path}/people", person_id=clerk.id, step="join")
    assert departments.of(clerk.id) == [here, there]
    page = operator.send(f"{path}/people", person_id=clerk.id, step="leave")
    assert "no more" in said(page)
    assert departments.of(clerk.id) == [there]


def test_nobody_is_chosen() -> None:
    path = f"{DEPARTMENTS}/{a_department().department_id}"
    operator = operator_at()
    operator.get(path)
    page = operator.submit(f"{path}/people", person_id="", step="join")
    assert page.status == 422
    assert "Choose somebody." in said(page)


def test_a_dissolved_departments_inquiries_go_to_its_successor() -> None:
    old, new = a_department("Old"), a_department("New")
    inquiry, path = with_department(old), f"{DEPARTMENTS}/{old.department_id}"
    operator = operator_at()
    operator.get(path)
    page = said(operator.send(f"{path}/dissolve", successor_id=new.department_id))
    assert "New goes on with what it had." in page
    assert inbox_of(new) == [inquiry.inquiry_id]
    assert "Dissolved departments" in said(operator.get(DEPARTMENTS))


def test_canned_answers_are_kept_changed_and_removed_by_who_works_there() -> None:
    department = a_department()
    path, clerk = f"{DEPARTMENTS}/{department.department_id}/canned", at_desk(department)
    clerk.get(path)
    assert "Saved." in said(clerk.send(path, title="Lamp", text="Change the lamp."))
    (kept,) = canned.of(CLERK, department.department_id)
    assert ">Change the lamp.</textarea>" in clerk.get(f"{path}?canned={kept.canned_id}").text
    clerk.send(path, canned_id=kept.canned_id, title="Lamp", text="Clean the lamp.")
    assert [each.text for each in canned.of(CLERK, department.department_id)] == ["Clean the lamp."]
    assert "removed" in said(clerk.send(f"{path}/{kept.canned_id}/forget"))
    assert canned.of(CLERK, department.department_id) == []


def test_a_canned_answer_without_a_text_stays_typed() -> None:
    department = a_department()
    path, clerk = f"{DEPARTMENTS}/{department.department_id}/canned", at_desk(department)
    clerk.get(path)
    page = clerk.submit(path, title="Lamp", text=" ")
    assert page.status == 422
    assert 'value="Lamp"' in page.text


def test_another_departments_canned_answers_are_not_found() -> None:
    path = f"{DEPARTMENTS}/{a_department('Here').department_id}/canned"
    stranger = at_desk(a_department("There"))
    assert stranger.get(path).status == 404
    stranger.get("/portal/desk")
    assert stranger.submit(path, title="x", text="y").status == 404


# --- rules -------------------------------------------------------------------------------------


def test_rules_are_saved_in_their_order() -> None:
    support, billing = a_department("Support"), a_department("Billing")
    operator = operator_at()
    operator.get(RULES)
    page = operator.send(
        RULES,
        count="3",
        **a_rule(0, "billing", "", billing.department_id),
        **a_rule(1, "", "請求、 fee, ", billing.department_id),
        **a_rule(2, "", "", ""),
        default=support.department_id,
        period="５",
        version="0",
    )
    assert "Saved." in said(page)
    saved = ruling.read()
    assert saved.rules == [
        Rule(kind="billing", department_id=billing.department_id),
        Rule(words=["請求", "fee"], department_id=billing.department_id),
    ]
    assert (saved.default_department_id, saved.period_minutes) == (support.department_id, 5)


def a_rule(place: int, kind: str, words: str, department_id: str) -> dict[str, str]:
    return {
        f"kind-{place}": kind,
        f"words-{place}": words,
        f"department-{place}": department_id,
    }


def test_a_rule_is_moved_up_before_anything_is_saved() -> None:
    department_id = a_department().department_id
    operator = operator_at()
    operator.get(RULES)
    typed = a_rule(0, "", "first", department_id) | a_rule(1, "", "second", department_id)
    page = operator.submit(RULES, count="2", period="15", version="0", step="up-1", **typed)
    assert page.text.index('value="second"') < page.text.index('value="first"')
    assert "Not saved yet." in said(page)
    assert ruling.read().rules == []


def test_a_rule_that_cannot_be_kept_is_named_and_stays_typed() -> None:
    department_id = a_department().department_id
    operator = operator_at()
    operator.get(RULES)
    typed = a_rule(0, "", "fee", department_id) | a_rule(1, "", "", department_id)
    page = operator.submit(RULES, count="2", period="15", version="0", **typed)
    assert page.status == 422
    assert "Rule 2 Choose a kind, or type words, or both." in said(page)
    assert 'value="fee"' in page.text


def test_rules_that_somebody_else_saved_meanwhile_are_not_overwritten_unseen() -> None:
    department = a_department()
    operator = operator_at()
    operator.get(RULES)
    ruled(Rule(words=["theirs"], department_id=department.department_id))
    typed = a_rule(0, "", "mine", department.department_id)
    page = operator.submit(RULES, count="1", period="15", version="0", **typed)
    assert page.status == 409
    assert "Somebody else saved other rules" in said(page)
    version = page.text.partition('name="version" value="')[2].partition('"')[0]
    operator.submit(RULES, count="1", period="15", version=version, **typed)
    assert [each.words for each in ruling.read().rules] == [["mine"]]


def test_an_operator_who_manages_departments_reads_no_canned_answers_of_theirs() -> None:
    department = a_department()
    canned.save(a_clerk(department), department.department_id, "Lamp", "Change the lamp.")
    assert "canned" not in operator_at().get(f"{DEPARTMENTS}/{department.department_id}").text
    assert OPERATOR.id not in {
        each.person_id for each in departments.people(department.department_id)
    }


# --- words -------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_text_of_these_pages_says_which_language_it_is_in(language: str) -> None:
    here, gone = a_department("画像サポート"), a_department("Sales")
    inquiry = with_department(here)
    desk, operator = at_desk(here, language=language), operator_at(here, language=language)
    canned.save(CLERK, here.department_id, "挨拶", "お世話になります。")
    canned.save(CLERK, here.department_id, "Thanks", "Thank you.")
    kept = canned.of(CLERK, here.department_id)[0]
    words = Rule(words=["請求"], department_id=gone.department_id)
    ruled(words, default=here)
    departments.dissolve(OPERATOR, gone.department_id, here.department_id)
    one = f"{DEPARTMENTS}/{here.department_id}"
    shown = [
        desk.get(DESK),
        desk.get(f"{DESK}/{inquiry.inquiry_id}"),
        desk.submit(f"{DESK}/{inquiry.inquiry_id}/pass", text="請求の件", department_id=""),
        desk.submit(f"{DESK}/{inquiry.inquiry_id}/answers", text="Like this.", step="begin"),
        desk.get(f"{one}/canned?canned={kept.canned_id}"),
        operator.get(DEPARTMENTS),
        operator.get(one),
        operator.get(f"{DEPARTMENTS}/{gone.department_id}"),
        operator.get(RULES),
    ]
    assert [mislabelled(each.text) for each in shown] == [[]] * len(shown)
