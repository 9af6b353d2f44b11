"""A department's pages, with an inquiry at its desk; and the provider's, of departments."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial

from chalicelib.access.model import Role
from chalicelib.inquiries.desk import canned
from chalicelib.inquiries.desk import service as desk
from tests.faults.stories.desks import staffed
from tests.faults.stories.telling import Act, clicks, story
from tests.inquiries.desk_scene import CLERK
from tests.inquiries.scene import sent
from tests.support.visitor import Visitor, signed_in
from tests.support.world import World

DESK, DEPARTMENTS, RULES = "/portal/desk", "/portal/departments", "/portal/inquiry-rules"
INQUIRY = f"{DESK}/{{inquiry_id}}"
DEPARTMENT = f"{DEPARTMENTS}/{{department_id}}"
CANNED = f"{DEPARTMENT}/canned"
FILE = b"%PDF-1.7 a manual"
DIGEST = hashlib.sha256(FILE).hexdigest()


def tells(route: str, role: Role = Role.CLERK, **typed: str) -> None:
    """Tell the story of a page; *typed* and its path may name what is there."""
    method, path = route.split()

    @story(route)
    def _(world: World) -> Act:
        there = named(world)
        fields = {name: partial(str, value.format(**there)) for name, value in typed.items()}
        return clicks(somebody(role), method, path.format(**there), **fields)


def named(world: World) -> dict[str, str]:
    first, other, inquiry_id = staffed(world)
    return {"department_id": first, "other": other, "inquiry_id": inquiry_id}


def somebody(role: Role) -> Visitor:
    return signed_in(role)


tells(f"GET {DESK}")
tells(f"GET {INQUIRY}")
tells(f"POST {INQUIRY}/take")
tells(f"POST {INQUIRY}/answers", text="It was the lamp.")
tells(f"POST {INQUIRY}/questions", text="Which lamp?")
tells(f"POST {INQUIRY}/pass", department_id="{other}", text="Theirs")
tells(f"POST {INQUIRY}/shares", department_id="{other}")
tells("POST /portal/desk-files", name="manual.pdf", size_bytes=str(len(FILE)), sha256=DIGEST)
tells(f"GET {CANNED}")
tells(f"POST {CANNED}", title="Lamp", text="Change the lamp.")
tells(f"GET {DEPARTMENTS}", Role.OPERATOR)
tells(f"POST {DEPARTMENTS}", Role.OPERATOR, name="Sales", answer_hours="24")
tells(f"GET {DEPARTMENT}", Role.OPERATOR)
tells(f"POST {DEPARTMENT}", Role.OPERATOR, name="Help desk", answer_hours="24")
tells(f"POST {DEPARTMENT}/people", Role.OPERATOR, person_id=CLERK.id, step="leave")
tells(f"POST {DEPARTMENT}/dissolve", Role.OPERATOR, successor_id="{other}")
tells(f"GET {RULES}", Role.OPERATOR)


@story(f"POST {RULES}")
def _(world: World) -> Act:
    there = named(world)
    rule = {"kind-0": "fault", "words-0": "暗い", "department-0": there["other"]}
    typed = {"count": "1", "period": "5", "version": "0", "default": there["department_id"]} | rule
    return clicks(somebody(Role.OPERATOR), "POST", RULES, **just(typed))


def just(typed: dict[str, str]) -> dict[str, Callable[[], str]]:
    return {name: partial(str, value) for name, value in typed.items()}


@story(f"POST {INQUIRY}/parts")
def _(world: World) -> Act:
    there = named(world)
    desk.share(CLERK, there["inquiry_id"], there["other"])
    visitor, text = somebody(Role.CLERK), "It costs nothing."
    return clicks(visitor, "POST", f"{DESK}/{there['inquiry_id']}/parts", text=lambda: text)


@story(f"POST {INQUIRY}/files/{{file_id}}")
def _(world: World) -> Act:
    inquiry_id, file_id = named(world)["inquiry_id"], sent(CLERK, "manual.pdf")
    desk.ask(CLERK, inquiry_id, "Like this?", [file_id])
    return clicks(somebody(Role.CLERK), "POST", f"{DESK}/{inquiry_id}/files/{file_id}")


@story(f"POST {CANNED}/{{canned_id}}/forget")
def _(world: World) -> Act:
    department_id = named(world)["department_id"]
    kept = canned.save(CLERK, department_id, "Lamp", "Change the lamp.")
    path = f"{DEPARTMENTS}/{department_id}/canned/{kept.canned_id}/forget"
    return clicks(somebody(Role.CLERK), "POST", path)
