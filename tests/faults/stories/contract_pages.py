"""Targets and contracts in the portal."""

from __future__ import annotations

import re

from chalicelib.access.model import Role
from tests.faults.stories.contracts import another_target, proposed
from tests.faults.stories.telling import Act, clicks, story, visits
from tests.support.visitor import Visitor, signed_in
from tests.support.world import World

visits("GET /portal/targets")
visits("GET /portal/targets/{target_id}/sign", role=Role.FACILITY_ADMIN)
visits("GET /portal/contracts/{contract_id}")
visits("GET /portal/contracts/{contract_id}/change", role=Role.FACILITY_ADMIN)
visits("GET /portal/contracts/{contract_id}/cancel", role=Role.FACILITY_ADMIN)
visits("GET /portal/contracts/{contract_id}/renewal", role=Role.FACILITY_ADMIN)
visits("GET /portal/accepting", role=Role.OPERATOR)
visits("GET /portal/facilities", role=Role.OPERATOR)
visits("GET /portal/facilities/{facility_id}", role=Role.OPERATOR)


def admin(world: World) -> Visitor:
    return signed_in(Role.FACILITY_ADMIN, world.facility_id)


def hidden(visitor: Visitor, path: str, name: str, **fields: str) -> str:
    """Open the form at *path*, send it; return what the answer holds in its field *name*."""
    visitor.get(path)
    found = re.search(rf'name="{name}" value="([^"]+)"', visitor.submit(path, **fields).text)
    assert found, name
    return found[1]


def as_typed(visitor: Visitor, path: str, **fields: str) -> Act:
    """A browser that sends the form at *path* with *fields*, however often."""
    return clicks(visitor, "POST", path, **{name: lambda it=it: it for name, it in fields.items()})


@story("POST /portal/targets")
def _(world: World) -> Act:
    return as_typed(admin(world), "/portal/targets", name="X-ray")


@story("POST /portal/targets/{target_id}/sign")
def _(world: World) -> Act:
    visitor, path = admin(world), f"/portal/targets/{another_target(world)}/sign"
    shown = hidden(visitor, path, "terms_sha256")
    return as_typed(visitor, path, step="sign", terms_sha256=shown)


@story("POST /portal/contracts/{contract_id}/change")
def _(world: World) -> Act:
    visitor, path = admin(world), f"/portal/contracts/{world.contract_id}/change"
    shown = hidden(visitor, path, "terms_sha256", capacity="300")
    return as_typed(visitor, path, step="agree", capacity="300", terms_sha256=shown)


@story("POST /portal/contracts/{contract_id}/cancel")
def _(world: World) -> Act:
    visitor, path = admin(world), f"/portal/contracts/{world.contract_id}/cancel"
    shown = hidden(visitor, path, "shown", policy="short_rate")
    return as_typed(visitor, path, step="cancel", policy="short_rate", shown=shown)


@story("POST /portal/contracts/{contract_id}/pause")
def _(world: World) -> Act:
    return as_typed(admin(world), f"/portal/contracts/{world.contract_id}/pause")


@story("POST /portal/contracts/{contract_id}/resume")
def _(world: World) -> Act:
    world.admin.post(f"/contracts/{world.contract_id}/pause")
    return as_typed(admin(world), f"/portal/contracts/{world.contract_id}/resume")


@story("POST /portal/contracts/{contract_id}/renewal")
def _(world: World) -> Act:
    visitor, path = admin(world), f"/portal/contracts/{world.contract_id}/renewal"
    found = re.search(r'name="terms_sha256" value="([^"]+)"', visitor.get(path).text)
    assert found
    return as_typed(visitor, path, terms_sha256=found[1])


def answered(**fields: str) -> dict[str, str]:
    """Return the form that answers what waits."""
    text = signed_in(Role.OPERATOR).get("/portal/accepting").text
    found = re.search(r'name="terms_sha256" value="([^"]+)"', text)
    assert found
    return {"terms_sha256": found[1]} | fields


@story("POST /portal/facilities/{facility_id}/contracts/{contract_id}/accept")
def _(world: World) -> Act:
    path = f"/portal{proposed(world)}/accept"
    return as_typed(signed_in(Role.OPERATOR), path, **answered())


@story("POST /portal/facilities/{facility_id}/contracts/{contract_id}/decline")
def _(world: World) -> Act:
    path = f"/portal{proposed(world)}/decline"
    return as_typed(signed_in(Role.OPERATOR), path, **answered(reason="Too cheap."))


@story("POST /portal/facilities")
def _(world: World) -> Act:  # noqa: ARG001
    return as_typed(signed_in(Role.OPERATOR), "/portal/facilities", name="Another Clinic")
