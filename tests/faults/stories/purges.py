"""What ended contracts left: asking for its deletion, holds, deleting, certificates."""

from __future__ import annotations

from chalicelib.access.model import Role
from tests.album.scene import open_as_case, with_tool
from tests.faults.stories.contract_pages import admin, as_typed
from tests.faults.stories.telling import Act, calls, clicks, story
from tests.purges.scene import brought_forward, deliver, ended, with_certificate
from tests.support.visitor import signed_in
from tests.support.world import World


def hold(world: World) -> str:
    return f"/facilities/{world.facility_id}/targets/{world.target_id}/hold"


@story("purge")
def _(world: World) -> Act:
    with_tool(world)
    brought_forward(world)
    open_as_case(world)
    return lambda: deliver(world)


@story("POST /facilities/{facility_id}/targets/{target_id}/hold")
def _(world: World) -> Act:
    return calls(world.operator, "POST", hold(world), {"reason": "A court asked for it."})


@story("POST /facilities/{facility_id}/targets/{target_id}/hold/lift")
def _(world: World) -> Act:
    world.operator.post(hold(world), {"reason": "A court asked for it."})
    return calls(world.operator, "POST", f"{hold(world)}/lift")


@story("GET /contracts/{contract_id}/certificate")
def _(world: World) -> Act:
    with_certificate(world)
    return calls(world.doctor, "GET", f"/contracts/{world.contract_id}/certificate")


@story("GET /portal/contracts/{contract_id}/certificate")
def _(world: World) -> Act:
    with_certificate(world)
    visitor = signed_in(Role.DOCTOR, world.facility_id)
    return clicks(visitor, "GET", f"/portal/contracts/{world.contract_id}/certificate")


@story("GET /portal/contracts/{contract_id}/purge")
def _(world: World) -> Act:
    ended(world)
    return clicks(admin(world), "GET", f"/portal/contracts/{world.contract_id}/purge")


@story("POST /portal/contracts/{contract_id}/purge")
def _(world: World) -> Act:
    ended(world)
    path = f"/portal/contracts/{world.contract_id}/purge"
    return as_typed(admin(world), path, name="Endoscopy")
