"""The patients of a target in the portal, each with yes or no."""

from __future__ import annotations

import msgspec

from chalicelib.access.model import Caller, Role
from chalicelib.contracts import patients
from chalicelib.contracts.answers import Answers
from tests.faults.stories.telling import Act, clicks, story, visits
from tests.support.visitor import Visitor, signed_in
from tests.support.world import World

PATIENTS = "/portal/patients"
LIST = "patient_id,backed_up\nP-1,no\n"

visits("GET /portal/patients", f"{PATIENTS}?target={{target_id}}")
visits("GET /portal/patients/list", f"{PATIENTS}/list?target={{target_id}}")
visits(
    "GET /portal/patients/upload",
    f"{PATIENTS}/upload?target={{target_id}}",
    role=Role.FACILITY_ADMIN,
)


def admin(world: World) -> Visitor:
    return signed_in(Role.FACILITY_ADMIN, world.facility_id)


@story("POST /portal/patients/find")
def _(world: World) -> Act:
    typed = {"target": lambda: world.target_id, "patient_id": lambda: "P-1"}
    return clicks(admin(world), "POST", f"{PATIENTS}/find", **typed)


@story("POST /portal/patients/check")
def _(world: World) -> Act:
    """New patients are to be left out: every patient is looked at."""
    world.back_up({"E-1/a": b"one"})
    typed = {"target": lambda: world.target_id, "answer": lambda: "new-no"}
    return clicks(admin(world), "POST", f"{PATIENTS}/check", **typed)


@story("POST /portal/patients/upload")
def _(world: World) -> Act:
    typed = {"target": lambda: world.target_id, "typed": lambda: LIST}
    return clicks(admin(world), "POST", f"{PATIENTS}/upload", **typed)


@story("POST /portal/patients/change")
def _(world: World) -> Act:
    asked = Answers(no=frozenset({"P-1"}))
    caller = Caller(Role.FACILITY_ADMIN, "person", world.facility_id)
    planned = patients.plan(caller, patients.book_of(caller, world.target_id), asked)
    typed = {
        "target": lambda: world.target_id,
        "answers": lambda: msgspec.json.encode(asked).decode(),
        "terms_sha256": lambda: planned.terms_sha256,
    }
    return clicks(admin(world), "POST", f"{PATIENTS}/change", **typed)
