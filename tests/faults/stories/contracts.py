"""Targets and contracts."""

from __future__ import annotations

from tests.faults.stories.telling import Act, calls, stored, story
from tests.support.world import World, a_form

MORE_ROOM = {"capacity_bytes": 300 * 10**9}


def another_target(world: World) -> str:
    """Add a target without a contract."""
    added = world.admin.post("/targets", {"name": "X-ray", "kind": "mass_storage"}, status=201)
    return str(added["target_id"])


def proposed(world: World) -> str:
    """Sign special terms; return where the provider finds them."""
    form = a_form(another_target(world), unit_price_yen=900)
    contract_id = world.admin.post("/contracts", form, status=201)["contract_id"]
    return f"/facilities/{world.facility_id}/contracts/{contract_id}"


@story("POST /targets")
def _(world: World) -> Act:
    return calls(world.admin, "POST", "/targets", {"name": "X-ray", "kind": "mass_storage"})


@story("POST /contracts")
def _(world: World) -> Act:
    return calls(world.admin, "POST", "/contracts", a_form(another_target(world)))


@story("POST /quotes")
def _(world: World) -> Act:
    return calls(world.admin, "POST", "/quotes", a_form(world.target_id))


@story("POST /contracts/{contract_id}/amendments/quote")
def _(world: World) -> Act:
    path = f"/contracts/{world.contract_id}/amendments/quote"
    return calls(world.admin, "POST", path, MORE_ROOM)


@story("POST /contracts/{contract_id}/amendments")
def _(world: World) -> Act:
    stored(world)
    path = f"/contracts/{world.contract_id}/amendments"
    return calls(world.admin, "POST", path, MORE_ROOM)


@story("POST /contracts/{contract_id}/cancellation/quote")
def _(world: World) -> Act:
    path = f"/contracts/{world.contract_id}/cancellation/quote"
    return calls(world.admin, "POST", path, {"policy": "short_rate"})


@story("POST /contracts/{contract_id}/cancellation")
def _(world: World) -> Act:
    path = f"/contracts/{world.contract_id}/cancellation"
    return calls(world.admin, "POST", path, {"policy": "short_rate"})


@story("POST /contracts/{contract_id}/end")
def _(world: World) -> Act:
    return calls(world.admin, "POST", f"/contracts/{world.contract_id}/end")


@story("POST /facilities/{facility_id}/contracts/{contract_id}/accept")
def _(world: World) -> Act:
    return calls(world.operator, "POST", f"{proposed(world)}/accept")


@story("POST /facilities/{facility_id}/contracts/{contract_id}/decline")
def _(world: World) -> Act:
    return calls(world.operator, "POST", f"{proposed(world)}/decline")


@story("POST /contracts/{contract_id}/pause")
def _(world: World) -> Act:
    return calls(world.admin, "POST", f"/contracts/{world.contract_id}/pause")


@story("POST /contracts/{contract_id}/resume")
def _(world: World) -> Act:
    world.admin.post(f"/contracts/{world.contract_id}/pause")
    return calls(world.admin, "POST", f"/contracts/{world.contract_id}/resume")


@story("POST /contracts/{contract_id}/renewal/quote")
def _(world: World) -> Act:
    return calls(world.admin, "POST", f"/contracts/{world.contract_id}/renewal/quote")


@story("POST /contracts/{contract_id}/renewal")
def _(world: World) -> Act:
    return calls(world.admin, "POST", f"/contracts/{world.contract_id}/renewal", {})
