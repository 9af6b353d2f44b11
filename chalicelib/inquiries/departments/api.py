"""Departments, who works in them, and the rules that route to them, over HTTP."""

from __future__ import annotations

import msgspec

from chalicelib.access.guard import GuardedRoutes
from chalicelib.access.model import Caller, Role
from chalicelib.access.policy import Operation
from chalicelib.inquiries.departments import ruling
from chalicelib.inquiries.departments import service as departments
from chalicelib.inquiries.departments.rules import Rule, Rules
from chalicelib.inquiries.model import Department
from chalicelib.web.routes import Page

routes = GuardedRoutes(__name__)


class NewDepartment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """
    Attributes:
        answer_hours: Within how many it is to answer.
    """

    name: str
    answer_hours: int = 72


class Dissolving(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """
    Attributes:
        successor_id: Who goes on with what it has; left out, the rules say.
    """

    successor_id: str = ""


class ListedDepartment(msgspec.Struct, frozen=True):
    """
    Attributes:
        dissolved_at: Empty while it is there.
    """

    department_id: str
    name: str
    answer_hours: int
    dissolved_at: str
    successor_id: str


class DepartmentPerson(msgspec.Struct, frozen=True):
    """
    Attributes:
        standing: active, invited or disabled.
    """

    person_id: str
    account: str
    role: Role
    standing: str


class PersonsDepartments(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All the departments somebody works in from now on."""

    department_ids: list[str]


class InquiryRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """
    Attributes:
        rules: The first one that fits decides.
        default_department_id: Who gets what none fits; empty leaves it in the box.
        period_minutes: How often inquiries are collected, 1 to 1,440.
        version: Of the rules as they were read; refused where somebody changed them since.
    """

    rules: list[Rule]
    default_department_id: str = ""
    period_minutes: int = 15
    version: int


@routes.on("GET", "/departments", Operation.MANAGE_DEPARTMENTS)
def list_departments(caller: Caller) -> Page[ListedDepartment]:  # noqa: ARG001
    """List all departments by name; the dissolved ones, too."""
    return Page([_listed(each) for each in departments.every(dissolved=True)], None)


@routes.on(
    "POST",
    "/departments",
    Operation.MANAGE_DEPARTMENTS,
    body=NewDepartment,
    status=201,
    problems=(409,),
)
def add_department(caller: Caller, asked: NewDepartment) -> ListedDepartment:
    """Add a department."""
    return _listed(departments.add(caller, asked.name, asked.answer_hours))


@routes.on(
    "PUT",
    "/departments/{department_id}",
    Operation.MANAGE_DEPARTMENTS,
    body=NewDepartment,
    problems=(409,),
)
def change_department(caller: Caller, asked: NewDepartment, department_id: str) -> ListedDepartment:
    """Call a department something else, or give it other time for what comes from now on."""
    return _listed(departments.change(caller, department_id, asked.name, asked.answer_hours))


@routes.on(
    "POST",
    "/departments/{department_id}/dissolve",
    Operation.MANAGE_DEPARTMENTS,
    body=Dissolving,
    problems=(409,),
)
def dissolve_department(caller: Caller, asked: Dissolving, department_id: str) -> ListedDepartment:
    """Dissolve a department: what it has goes to its successor, or where the rules say."""
    departments.dissolve(caller, department_id, asked.successor_id)
    return _listed(departments.one(department_id))


@routes.on("GET", "/departments/{department_id}/people", Operation.MANAGE_DEPARTMENTS)
def list_department_people(caller: Caller, department_id: str) -> Page[DepartmentPerson]:  # noqa: ARG001
    """List who works in a department, by account."""
    found = departments.people(departments.one(department_id).department_id)
    return Page(
        [msgspec.convert(each, DepartmentPerson, from_attributes=True) for each in found], None
    )


@routes.on("PUT", "/desk-people/{person_id}", Operation.MANAGE_DEPARTMENTS, body=PersonsDepartments)
def set_persons_departments(
    caller: Caller, asked: PersonsDepartments, person_id: str
) -> PersonsDepartments:
    """Say in which departments somebody of the provider works from now on."""
    departments.set_departments(caller, person_id, asked.department_ids)
    return PersonsDepartments([each.department_id for each in departments.of(person_id)])


@routes.on("GET", "/inquiry-rules", Operation.MANAGE_DEPARTMENTS)
def show_inquiry_rules(caller: Caller) -> InquiryRules:  # noqa: ARG001
    """Show by what rules inquiries are routed, and how often they are collected."""
    return _told(ruling.read())


@routes.on(
    "PUT", "/inquiry-rules", Operation.MANAGE_DEPARTMENTS, body=InquiryRules, problems=(409,)
)
def set_inquiry_rules(caller: Caller, asked: InquiryRules) -> InquiryRules:
    """Set all rules in place of those that were read."""
    return _told(ruling.save(caller, msgspec.convert(asked, Rules, from_attributes=True)))


def _listed(department: Department) -> ListedDepartment:
    return msgspec.convert(department, ListedDepartment, from_attributes=True)


def _told(rules: Rules) -> InquiryRules:
    return msgspec.convert(rules, InquiryRules, from_attributes=True)
