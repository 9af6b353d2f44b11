"""A department of the operator's with an inquiry, for the routes by which departments work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chalicelib.inquiries.desk import service as desk
from tests.inquiries.desk_scene import OPERATOR, a_department, employed, with_department
from tests.inquiries.scene import announcement, sent
from tests.support.world import World

ONE = "/desk/inquiries/{inquiry_id}"
BOXED = "/inquiry-box/{inquiry_id}"


@dataclass(frozen=True)
class Desk:
    """
    Attributes:
        other: Another department, where nobody works yet.
    """

    ids: dict[str, str]
    other: str


def desk_of(world: World) -> Desk:
    """Let the operator work in a department with an inquiry, and in one asked for its part."""
    own, asked, other = (a_department(each) for each in ("Support", "Engineering", "Billing"))
    employed(OPERATOR, own, asked)
    inquiry_id = with_department(own, facility_id=world.facility_id).inquiry_id
    file_id = sent(OPERATOR)
    desk.ask(OPERATOR, inquiry_id, "Like this?", [file_id])
    desk.share(OPERATOR, inquiry_id, asked.department_id)
    ids = {
        "department_id": own.department_id,
        "inquiry_id": inquiry_id,
        "file_id": file_id,
        "person_id": OPERATOR.id,
    }
    return Desk(ids, other.department_id)


def desk_bodies(made: Desk) -> dict[str, dict[str, Any]]:
    return {
        f"{ONE}/questions": {"text": "Which one?"},
        f"{ONE}/answers": {"text": "It was the lamp"},
        f"{ONE}/parts": {"text": "The lamp is old"},
        f"{ONE}/pass": {"department_id": made.other, "reason": "It is about a bill"},
        f"{ONE}/shares": {"department_id": made.other},
        "/desk-files": announcement(),
        "/inquiry-box/search": {"words": "picture", "kind": "question"},
        f"{BOXED}/route": {"department_id": made.other},
        f"{BOXED}/notes": {"text": "The same as last week"},
        f"{BOXED}/end": {"text": "It was a test"},
        "/departments": {"name": "Training"},
        "/departments/{department_id}": {"name": "Helpdesk", "answer_hours": 24},
        "/departments/{department_id}/dissolve": {"successor_id": made.other},
        "/desk-people/{person_id}": {"department_ids": [made.other]},
        "/inquiry-rules": {"rules": [], "version": 0},
    }
