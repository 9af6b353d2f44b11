"""Departments: what the provider sets of them, and what their people do with an inquiry."""

from __future__ import annotations

import pytest

from chalicelib.access.model import Role
from chalicelib.inquiries import store
from chalicelib.inquiries.departments import dissolving
from chalicelib.inquiries.departments import service as departments
from chalicelib.inquiries.desk import service as desk
from chalicelib.inquiries.model import Delivery
from tests.faults.stories.telling import Act, calls, in_hours, story
from tests.inquiries.desk_scene import (
    CLERK,
    OPERATOR,
    a_department,
    employed,
    filed,
    ruled,
    with_department,
)
from tests.inquiries.scene import announcement, sent
from tests.support.people import Staff, staff
from tests.support.snapshot import once
from tests.support.world import World

ONE = "/desk/inquiries"


def staffed(world: World) -> tuple[str, str, str]:
    """
    Let two departments be there with somebody in both, and an inquiry lie with the first.

    Returns:
        The first department, the other, and the inquiry.
    """
    return once(f"departments of {world.facility_id}", lambda: _staffed(world))


def _staffed(world: World) -> tuple[str, str, str]:
    first, other = a_department("Support"), a_department("Engineering")
    employed(CLERK, first, other)
    inquiry = with_department(first, Delivery.DIRECT, world.facility_id)
    return first.department_id, other.department_id, inquiry.inquiry_id


def clerk(world: World) -> Staff:
    return staff(world.client, Role.CLERK)


def written(inquiry_id: str, **more: object) -> dict[str, object]:
    """Return words as a page sends them, which knows what it showed."""
    version = store.inquiry(inquiry_id).version
    return {"text": "It was the lamp.", "version": version} | more


@story("GET /desks")
def _(world: World) -> Act:
    staffed(world)
    return calls(clerk(world), "GET", "/desks")


@story("GET /desks/{department_id}/inquiries")
def _(world: World) -> Act:
    path = f"/desks/{staffed(world)[0]}/inquiries"
    return calls(clerk(world), "GET", path)


@story("GET /desk/inquiries/{inquiry_id}")
def _(world: World) -> Act:
    path = f"{ONE}/{staffed(world)[2]}"
    return calls(clerk(world), "GET", path)


@story("POST /desk/inquiries/{inquiry_id}/take")
def _(world: World) -> Act:
    path = f"{ONE}/{staffed(world)[2]}/take"
    return calls(clerk(world), "POST", path)


@story("POST /desk/inquiries/{inquiry_id}/questions")
def _(world: World) -> Act:
    *_, inquiry_id = staffed(world)
    path = f"{ONE}/{inquiry_id}/questions"
    return calls(clerk(world), "POST", path, written(inquiry_id))


@story("POST /desk/inquiries/{inquiry_id}/answers")
def _(world: World) -> Act:
    """With a file, to somebody who wants to hear of it directly."""
    *_, inquiry_id = staffed(world)
    body = written(inquiry_id, file_ids=[sent(CLERK)])
    return calls(clerk(world), "POST", f"{ONE}/{inquiry_id}/answers", body)


@story("POST /desk/inquiries/{inquiry_id}/pass")
def _(world: World) -> Act:
    _, other, inquiry_id = staffed(world)
    body = {"department_id": other, "reason": "Not ours"}
    return calls(clerk(world), "POST", f"{ONE}/{inquiry_id}/pass", body)


@story("POST /desk/inquiries/{inquiry_id}/shares")
def _(world: World) -> Act:
    _, other, inquiry_id = staffed(world)
    return calls(clerk(world), "POST", f"{ONE}/{inquiry_id}/shares", {"department_id": other})


@story("POST /desk/inquiries/{inquiry_id}/parts")
def _(world: World) -> Act:
    _, other, inquiry_id = staffed(world)
    desk.share(CLERK, inquiry_id, other)
    return calls(clerk(world), "POST", f"{ONE}/{inquiry_id}/parts", written(inquiry_id))


@story("GET /desk/inquiries/{inquiry_id}/files/{file_id}")
def _(world: World) -> Act:
    _, _, inquiry_id = staffed(world)
    file_id = sent(CLERK)
    desk.ask(CLERK, inquiry_id, "Like this?", [file_id])
    return calls(clerk(world), "GET", f"{ONE}/{inquiry_id}/files/{file_id}")


@story("POST /desk-files")
def _(world: World) -> Act:
    return calls(clerk(world), "POST", "/desk-files", announcement())


# --- what the provider sets --------------------------------------------------------------------


@story("GET /departments")
def _(world: World) -> Act:
    staffed(world)
    return calls(world.operator, "GET", "/departments")


@story("POST /departments")
def _(world: World) -> Act:
    return calls(world.operator, "POST", "/departments", {"name": "Support"})


@story("PUT /departments/{department_id}")
def _(world: World) -> Act:
    body = {"name": "Helpdesk", "answer_hours": 24}
    return calls(world.operator, "PUT", f"/departments/{staffed(world)[0]}", body)


@story("POST /departments/{department_id}/dissolve")
def _(world: World) -> Act:
    first, other, _ = staffed(world)
    body = {"successor_id": other}
    return calls(world.operator, "POST", f"/departments/{first}/dissolve", body)


@story("GET /departments/{department_id}/people")
def _(world: World) -> Act:
    return calls(world.operator, "GET", f"/departments/{staffed(world)[0]}/people")


@story("PUT /desk-people/{person_id}")
def _(world: World) -> Act:
    _, other, _ = staffed(world)
    body = {"department_ids": [other]}
    return calls(world.operator, "PUT", f"/desk-people/{CLERK.id}", body)


@story("GET /inquiry-rules")
def _(world: World) -> Act:
    return calls(world.operator, "GET", "/inquiry-rules")


@story("PUT /inquiry-rules")
def _(world: World) -> Act:
    first, other, _ = staffed(world)
    rules = [{"department_id": other, "kind": "fault", "words": ["暗い"]}]
    body = {"rules": rules, "default_department_id": first, "version": 0}
    return calls(world.operator, "PUT", "/inquiry-rules", body)


# --- what a minute brings ----------------------------------------------------------------------


def of_a_minute(world: World) -> str:
    """
    Let something be due of each kind: filed, overdue, answered, left by a dissolved department.

    Returns:
        When the schedule comes by.
    """
    gone, late, heir = a_department("Gone"), a_department("Late", 1), a_department("Heir", 1)
    ruled(default=heir)
    employed(CLERK, gone, late, heir)
    filed(facility_id=world.facility_id)
    with_department(late, facility_id=world.facility_id)
    told = with_department(heir, Delivery.DIRECT, world.facility_id)
    desk.answer(CLERK, told.inquiry_id, "So.")
    left = with_department(gone, facility_id=world.facility_id)
    desk.share(CLERK, left.inquiry_id, late.department_id)
    with pytest.MonkeyPatch.context() as patch:  # whoever dissolved it died at once
        patch.setattr(dissolving, "empty", lambda *_: None)
        departments.dissolve(OPERATOR, gone.department_id)
    return in_hours(2)
