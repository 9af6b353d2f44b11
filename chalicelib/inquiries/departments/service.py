"""The provider's departments and who works in them, as the provider sets them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from chalicelib.access import people_store
from chalicelib.access.model import PROVIDER, Caller, Person
from chalicelib.access.service import audit
from chalicelib.inquiries import due_times
from chalicelib.inquiries.departments import dissolving, store
from chalicelib.inquiries.model import Department
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import Conflict, Invalid

MOST_NAME = 50  # characters
MOST_HOURS = 24 * 90
MOST = 100  # departments, the dissolved ones not counted


def every(*, dissolved: bool = False) -> list[Department]:
    """Return the departments by name; those that were dissolved, too, where wanted."""
    found = [each for each in store.departments() if dissolved or not each.dissolved_at]
    return sorted(found, key=lambda each: (each.name, each.department_id))


def one(department_id: str) -> Department:
    """Return a department, dissolved or not; raises NotFound."""
    return store.department(department_id)


def living(department_id: str) -> Department:
    """Return a department that is there; raises Invalid ``bad-department``."""
    found = {each.department_id: each for each in every()}.get(department_id)
    if found is None:
        raise Invalid("choose a department that is there", code="bad-department")
    return found


def add(caller: Caller, name: str, answer_hours: int) -> Department:
    """
    Add a department.

    Raises:
        Invalid: ``no-name``, ``too-long``, ``bad-hours``.
        Conflict: ``name-taken``, ``too-many-departments``.
    """
    there = every()
    if len(there) >= MOST:
        raise Conflict(f"there are at most {MOST} departments", code="too-many-departments")
    department = Department(
        department_id=ids.new_id("department", clock.now()),
        name=_name(name, there),
        answer_hours=_hours(answer_hours),
    )
    audit(caller, "add-department", department.department_id)
    store.add(department)
    return department


def change(caller: Caller, department_id: str, name: str, answer_hours: int) -> Department:
    """
    Call a department something else, or give it other time to answer what comes from now on.

    Raises:
        NotFound: There is none, or Conflict: ``dissolved``, ``name-taken``,
            ``department-changed``; Invalid: as for :func:`add`.
    """
    before = store.department(department_id)
    if before.dissolved_at:
        raise Conflict("the department was dissolved", code="dissolved")
    others = [each for each in every() if each.department_id != department_id]
    changes = {"name": _name(name, others), "answer_hours": _hours(answer_hours)}
    after = msgspec.structs.replace(before, version=before.version + 1, **changes)
    audit(caller, "change-department", department_id)
    store.change(before, after)
    return after


def dissolve(caller: Caller, department_id: str, successor_id: str = "") -> None:
    """
    Dissolve a department: nobody routes to it any more, and what it had goes to its successor.

    Without a successor the rules say; what they name nobody for lies in the box.  Called again,
    it goes on with what is left.

    Raises:
        NotFound: There is none.
        Invalid: ``bad-department``: the successor is not there, or is itself.
        Conflict: ``department-changed``.
    """
    before, now = store.department(department_id), clock.now()
    if not before.dissolved_at:
        if successor_id == department_id:
            raise Invalid("choose another department for what it had", code="bad-department")
        after = msgspec.structs.replace(
            before,
            dissolved_at=clock.text(now),
            successor_id=living(successor_id).department_id if successor_id else "",
            version=before.version + 1,
        )
        audit(caller, "dissolve-department", department_id)
        store.dissolve(before, after)
    dissolving.empty(department_id, now)


def due_by(department_id: str, now: datetime) -> datetime:
    """
    Return by when a department is to answer what it gets *now*.

    A dissolved one at once: the schedule then finds out who goes on with it.
    """
    department = store.department(department_id)
    return now if department.dissolved_at else due_times.answer_by(now, department.answer_hours)


# --- people ------------------------------------------------------------------------------------


def people(department_id: str) -> list[Person]:
    """Return who works in a department, by account; the disabled, too."""
    theirs = store.everybody()
    return [
        each
        for each in people_store.people_of(PROVIDER)
        if department_id in theirs.get(each.person_id, [])
    ]


def set_departments(caller: Caller, person_id: str, department_ids: Sequence[str]) -> None:
    """
    Say in which departments somebody of the provider works from now on.

    Raises:
        NotFound: They are not of the provider.
        Invalid: ``bad-department``: one is not there.
    """
    people_store.person(PROVIDER, person_id)
    wanted = sorted(set(department_ids))
    if set(wanted) - {each.department_id for each in every()}:
        raise Invalid("choose departments that are there", code="bad-department")
    audit(caller, "set-departments", person_id)
    store.set_person(person_id, wanted)


def of_person(caller: Caller) -> list[Department]:
    """Return the departments the caller works in, by name."""
    return of(caller.id)


def of(person_id: str) -> list[Department]:
    """Return the departments somebody works in, by name."""
    theirs = store.of_person(person_id)
    return [each for each in every() if each.department_id in theirs] if theirs else []


# --- pieces ------------------------------------------------------------------------------------


def _name(typed: str, others: Sequence[Department]) -> str:
    name = " ".join(typed.split())
    if not name:
        raise Invalid("give the department a name", code="no-name")
    if len(name) > MOST_NAME:
        raise Invalid(f"a name has at most {MOST_NAME} characters", code="too-long")
    if name in {each.name for each in others}:
        raise Conflict("there is a department of that name", code="name-taken")
    return name


def _hours(hours: int) -> int:
    if not 1 <= hours <= MOST_HOURS:
        raise Invalid(f"the time to answer is 1 to {MOST_HOURS} hours", code="bad-hours")
    return hours
