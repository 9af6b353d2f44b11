"""Answers that a department keeps for another time."""

from __future__ import annotations

import pytest

from chalicelib.inquiries.desk import canned
from chalicelib.kernel.errors import Conflict, Invalid, NotFound
from tests.inquiries.desk_scene import a_clerk, a_department

pytestmark = pytest.mark.usefixtures("aws")


def test_a_department_keeps_answers_by_title() -> None:
    here = a_department()
    clerk = a_clerk(here)
    for title in ("Restart", "Lamp"):
        canned.save(clerk, here.department_id, title, "Do so.")
    assert [each.title for each in canned.of(clerk, here.department_id)] == ["Lamp", "Restart"]


def test_an_answer_is_written_anew_and_forgotten() -> None:
    here = a_department()
    clerk = a_clerk(here)
    kept = canned.save(clerk, here.department_id, "Lamp", "Change it.").canned_id
    canned.save(clerk, here.department_id, "Lamp", "Change the lamp.", canned_id=kept)
    (answer,) = canned.of(clerk, here.department_id)
    assert answer.text == "Change the lamp."
    canned.forget(clerk, here.department_id, kept)
    assert canned.of(clerk, here.department_id) == []


def test_another_departments_answers_are_not_found() -> None:
    here, elsewhere = a_department("Here"), a_department("Elsewhere")
    kept = canned.save(a_clerk(here), here.department_id, "Lamp", "Change it.").canned_id
    stranger = a_clerk(elsewhere)
    with pytest.raises(NotFound):
        canned.of(stranger, here.department_id)
    with pytest.raises(NotFound):
        canned.forget(stranger, here.department_id, kept)
    with pytest.raises(NotFound):
        canned.save(stranger, elsewhere.department_id, "Lamp", "Mine", canned_id=kept)


def test_a_department_keeps_only_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canned, "MOST", 1)
    here = a_department()
    clerk = a_clerk(here)
    canned.save(clerk, here.department_id, "Lamp", "Change it.")
    with pytest.raises(Conflict):
        canned.save(clerk, here.department_id, "Fuse", "Change it.")


@pytest.mark.parametrize(("title", "text"), [("", "x"), ("x" * 81, "x"), ("x", " ")])
def test_what_is_no_answer_is_refused(title: str, text: str) -> None:
    here = a_department()
    with pytest.raises(Invalid):
        canned.save(a_clerk(here), here.department_id, title, text)
