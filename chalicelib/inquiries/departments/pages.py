"""The provider's departments: what they are called, their time to answer, who works there."""

from __future__ import annotations

from collections.abc import Callable

from chalice.app import Response

from chalicelib.access import people_store
from chalicelib.access.model import PROVIDER, Person
from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.inquiries.departments import service as departments
from chalicelib.inquiries.model import Department
from chalicelib.kernel.errors import Conflict, HokanError, Invalid
from chalicelib.web import links
from chalicelib.web.forms import one_line

DEPARTMENTS = "/portal/departments"
DEPARTMENT = DEPARTMENTS + "/{department_id}"
USUAL_HOURS = "72"

pages = PageRoutes(__name__)


@pages.on("GET", DEPARTMENTS, Operation.MANAGE_DEPARTMENTS)
def list_departments(visit: Visit) -> Response:
    """Show the departments, and a form for another one."""
    return _list(visit)


@pages.on("POST", DEPARTMENTS, Operation.MANAGE_DEPARTMENTS)
def add(visit: Visit) -> Response:
    """Add a department."""
    try:
        added = departments.add(visit.caller, visit.form.get("name", ""), _hours(visit))
    except (Conflict, Invalid) as refused:
        return _list(visit, refused)
    return _done(visit, added.department_id, "added")


@pages.on("GET", DEPARTMENT, Operation.MANAGE_DEPARTMENTS)
def show_department(visit: Visit, department_id: str) -> Response:
    """Show a department, who works there, and what can be changed."""
    return _one(visit, department_id)


@pages.on("POST", DEPARTMENT, Operation.MANAGE_DEPARTMENTS)
def change(visit: Visit, department_id: str) -> Response:
    """Call it something else, or give it other time to answer."""
    name = visit.form.get("name", "")
    return _changed(
        visit,
        department_id,
        "changed",
        lambda: departments.change(visit.caller, department_id, name, _hours(visit)),
    )


@pages.on("POST", DEPARTMENT + "/people", Operation.MANAGE_DEPARTMENTS)
def set_person(visit: Visit, department_id: str) -> Response:
    """Let somebody work there from now on, or no more."""
    person_id = visit.form.get("person_id", "")
    leaves = visit.form.get("step") == "leave"
    return _changed(
        visit,
        department_id,
        "left" if leaves else "joined",
        lambda: _moved(visit, department_id, person_id, leaves=leaves),
    )


@pages.on("POST", DEPARTMENT + "/dissolve", Operation.MANAGE_DEPARTMENTS)
def dissolve(visit: Visit, department_id: str) -> Response:
    """Dissolve it; its inquiries go to its successor, or where the rules say."""
    successor_id = visit.form.get("successor_id", "")
    return _changed(
        visit,
        department_id,
        "dissolved",
        lambda: departments.dissolve(visit.caller, department_id, successor_id),
    )


# --- pieces ------------------------------------------------------------------------------------


def _moved(visit: Visit, department_id: str, person_id: str, *, leaves: bool) -> None:
    """Let somebody join the department or leave it; the others of theirs stay as they are."""
    if not person_id:
        raise Invalid("choose somebody", code="nobody-chosen")
    there = {each.department_id for each in departments.of(person_id)} - {department_id}
    wanted = there if leaves else there | {department_id}
    departments.set_departments(visit.caller, person_id, sorted(wanted))


def _changed(visit: Visit, department_id: str, what: str, change: Callable[[], object]) -> Response:
    """Change something, and show the department as it is then; where refused, say why."""
    try:
        change()
    except (Conflict, Invalid) as refused:
        return _one(visit, department_id, refused)
    return _done(visit, department_id, what)


def _done(visit: Visit, department_id: str, what: str) -> Response:
    return visit.redirect(links.with_query(f"{DEPARTMENTS}/{department_id}", done=what))


def _hours(visit: Visit) -> int:
    """Return the hours that were typed; 0, which is refused, for what is no number."""
    typed = one_line(visit.form.get("answer_hours", ""))
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else 0


def _list(visit: Visit, refused: HokanError | None = None) -> Response:
    every = departments.every(dissolved=True)
    return visit.page(
        "inquiries/departments.html",
        status=refused.status if refused else 200,
        refused=refused.code if refused else "",
        departments=[each for each in every if not each.dissolved_at],
        dissolved=[each for each in every if each.dissolved_at],
        name=visit.form.get("name", "") if refused else "",
        hours=visit.form.get("answer_hours", "") if refused else USUAL_HOURS,
    )


def _one(visit: Visit, department_id: str, refused: HokanError | None = None) -> Response:
    department = departments.one(department_id)
    members = departments.people(department_id)
    every = departments.every(dissolved=True)
    return visit.page(
        "inquiries/department.html",
        status=refused.status if refused else 200,
        refused=refused.code if refused else "",
        department=department,
        members=members,
        me=visit.caller.id,
        others=_others(members),
        successors=[each for each in every if not each.dissolved_at and each != department],
        names={each.department_id: each.name for each in every},
        done=visit.asked("done"),
        **_typed(visit, department, refused),
    )


def _typed(visit: Visit, department: Department, refused: HokanError | None) -> dict[str, str]:
    """Return what the fields hold: what was typed and refused, or what is so."""
    usual = {"name": department.name, "answer_hours": str(department.answer_hours)}
    typed = {name: visit.form.get(name, usual[name]) for name in usual} if refused else usual
    return typed | {"successor_id": visit.form.get("successor_id", "") if refused else ""}


def _others(members: list[Person]) -> list[Person]:
    """Return the provider's people who could work there, too."""
    there = {each.person_id for each in members}
    found = people_store.people_of(PROVIDER)
    return [each for each in found if not each.disabled_at and each.person_id not in there]
