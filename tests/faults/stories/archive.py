"""Restores, an operator's commands, and whatever only reads."""

from __future__ import annotations

from tests.faults.stories.telling import (
    Act,
    admin,
    agent,
    calls,
    commands,
    declared,
    digests,
    doctor,
    granted,
    operator,
    reads,
    sent,
    stored,
    story,
)
from tests.support.queue import Queue, notification
from tests.support.world import World


@story("POST /restores")
def _(world: World) -> Act:
    stored(world)
    grant = {"target_id": world.target_id, "scope": "target", "agent_id": world.agent.agent_id}
    return calls(world.doctor, "POST", "/restores", grant)


@story("POST /restores/{restore_id}/files")
def _(world: World) -> Act:
    return calls(world.agent, "POST", f"/restores/{granted(world)}/files", {"cursor": None})


@story("POST /restores/{restore_id}/urls")
def _(world: World) -> Act:
    path = f"/restores/{granted(world)}/urls"
    return calls(world.agent, "POST", path, {"sha256": digests()})


@story("POST /restores/{restore_id}/finish")
def _(world: World) -> Act:
    path = f"/restores/{granted(world)}/finish"
    return calls(world.agent, "POST", path, {"restored": 3, "failed": 0})


@story("operate: rebuild-catalogue")
def _(world: World) -> Act:
    stored(world)
    return commands(world, "rebuild-catalogue", target_id=world.target_id)


@story("operate: check-usage")
def _(world: World) -> Act:
    stored(world)
    where = {"facility_id": world.facility_id, "target_id": world.target_id}
    return commands(world, "check-usage", **where)


@story("operate: redrive")
def _(world: World) -> Act:
    declared(world)
    Queue(world).put_dead([notification(key) for key in sent(world)])
    return commands(world, "redrive")


TARGET = "/targets/{target_id}"
reads("GET /me", doctor, "/me")
reads("GET /facilities", operator, "/facilities")
reads("GET /agents", admin, "/agents")
reads("GET /targets", admin, "/targets")
reads(f"GET {TARGET}/usage", admin, f"{TARGET}/usage")
reads("GET /contracts", admin, "/contracts")
reads("GET /contracts/{contract_id}", admin, "/contracts/{contract_id}")
reads("GET /contracts/{contract_id}/versions", admin, "/contracts/{contract_id}/versions")
reads("GET /facilities/{facility_id}/contracts", operator, "/facilities/{facility_id}/contracts")
reads("GET /agent", agent, "/agent")
reads("GET /agent/restores", agent, "/agent/restores")
reads("GET /quarantine", operator, "/quarantine")
reads("GET /restores", doctor, "/restores")
for what in (
    "patients",
    "patients/{patient_key}/examinations",
    "examinations",
    "examinations/{examination_id}",
    "batches",
):
    reads(f"GET {TARGET}/{what}", doctor, f"{TARGET}/{what}")
