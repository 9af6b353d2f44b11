"""Backups in the portal."""

from __future__ import annotations

from chalicelib.access.model import Role
from tests.faults.stories.jobs import missed, taken
from tests.faults.stories.telling import Act, clicks, story, visits
from tests.support.visitor import signed_in
from tests.support.world import World

visits("GET /portal/jobs")
visits("GET /portal/targets/{target_id}/jobs")


@story("GET /portal/jobs/{job_id}")
def _(world: World) -> Act:
    """One that left a file out: its manifest is read for why."""
    job_id = taken(world)
    path = f"/targets/{world.target_id}/batches"
    batch_id = world.agent.post(path, {"job_id": job_id}, status=201)["batch_id"]
    world.finish(batch_id, [{"path": "E-1/a", "reason": "unreadable"}])
    return clicks(signed_in(Role.DOCTOR, world.facility_id), "GET", f"/portal/jobs/{job_id}")


@story("POST /portal/targets/{target_id}/jobs")
def _(world: World) -> Act:
    visitor = signed_in(Role.DOCTOR, world.facility_id)
    return clicks(visitor, "POST", f"/portal/targets/{world.target_id}/jobs")


@story("GET /portal/missed")
def _(world: World) -> Act:
    missed(world)
    return clicks(signed_in(Role.OPERATOR), "GET", "/portal/missed")
