"""Answers that a department gives again and again, kept to begin a text with."""

from __future__ import annotations

from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.inquiries import texts
from chalicelib.inquiries.departments import service as departments
from chalicelib.inquiries.desk import canned_store
from chalicelib.inquiries.desk.canned_store import Canned
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import Conflict, Invalid, NotFound

MOST, MOST_TITLE = 50, 80  # of one department; characters


def of(caller: Caller, department_id: str) -> list[Canned]:
    """Return a department's canned answers by title; raises NotFound."""
    _check(caller, department_id)
    return canned_store.of(department_id)


def save(
    caller: Caller, department_id: str, title: str, text: str, *, canned_id: str = ""
) -> Canned:
    """
    Keep an answer, or another text in place of the one that has *canned_id*.

    Raises:
        NotFound: The caller does not work there, or there is no such answer.
        Invalid: ``no-name``, ``no-text``, ``too-long``; or Conflict: ``too-many-answers``.
    """
    _check(caller, department_id)
    there = {each.canned_id for each in canned_store.of(department_id)}
    if canned_id and canned_id not in there:
        raise NotFound("there is no such answer")
    if not canned_id and len(there) >= MOST:
        raise Conflict(f"a department keeps at most {MOST} answers", code="too-many-answers")
    answer = Canned(
        canned_id=canned_id or ids.new_id("canned", clock.now()),
        title=_title(title),
        text=texts.text(text),
    )
    audit(caller, "save-canned-answer", answer.canned_id)
    canned_store.save(department_id, answer)
    return answer


def forget(caller: Caller, department_id: str, canned_id: str) -> None:
    """Keep an answer no more; raises NotFound where the caller does not work there."""
    _check(caller, department_id)
    audit(caller, "forget-canned-answer", canned_id)
    canned_store.forget(department_id, canned_id)


def _check(caller: Caller, department_id: str) -> None:
    if department_id not in {each.department_id for each in departments.of_person(caller)}:
        raise NotFound("there is no such department, or you do not work in it")


def _title(typed: str) -> str:
    title = " ".join(typed.split())
    if not title:
        raise Invalid("give the answer a title", code="no-name")
    if len(title) > MOST_TITLE:
        raise Invalid(f"a title has at most {MOST_TITLE} characters", code="too-long")
    return title
