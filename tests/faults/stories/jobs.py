"""Backup jobs, and what a minute brings."""

from __future__ import annotations

from datetime import timedelta

from chalicelib.contracts import timers
from chalicelib.kernel import clock
from tests.faults.stories.telling import Act, agent, calls, doctor, operator, reads, story
from tests.support.world import COUNTS, World


def pressed(world: World) -> str:
    """Press "back up now"; return the job."""
    return str(world.doctor.post(f"/targets/{world.target_id}/jobs", status=201)["job_id"])


def missed(world: World) -> str:
    """Let a night's job be missed; return the job."""
    at = next(clock.parse(each.due_at) for each in timers.run_timers_of(world.facility_id))
    world.tick(clock.text(at))
    world.tick(clock.text(at + timedelta(hours=6)))
    return str(world.operator.get("/missed-jobs")["items"][0]["job_id"])


def taken(world: World) -> str:
    pressed(world)
    return str(world.take()["job_id"])


@story("tick")
def _(world: World) -> Act:
    """A night, a job that was missed, and the notice of it."""
    at = next(clock.parse(each.due_at) for each in timers.run_timers_of(world.facility_id))
    pressed(world)
    later = clock.text(at + timedelta(hours=6))
    return lambda: world.tick(later)


@story("POST /agent/poll")
def _(world: World) -> Act:
    pressed(world)
    return calls(agent(world), "POST", "/agent/poll", {"version": "1.0"})


@story("POST /agent/jobs/{job_id}/take")
def _(world: World) -> Act:
    missed(world)
    return calls(agent(world), "POST", f"/agent/jobs/{pressed(world)}/take")


@story("POST /agent/jobs/{job_id}/progress")
def _(world: World) -> Act:
    return calls(agent(world), "POST", f"/agent/jobs/{taken(world)}/progress", COUNTS)


@story("POST /agent/jobs/{job_id}/finish")
def _(world: World) -> Act:
    body = COUNTS | {"outcome": "complete"}
    return calls(agent(world), "POST", f"/agent/jobs/{taken(world)}/finish", body)


@story("POST /targets/{target_id}/jobs")
def _(world: World) -> Act:
    return calls(doctor(world), "POST", f"/targets/{world.target_id}/jobs")


@story("GET /targets/{target_id}/jobs/{job_id}")
def _(world: World) -> Act:
    return calls(doctor(world), "GET", f"/targets/{world.target_id}/jobs/{taken(world)}")


@story("GET /missed-jobs")
def _(world: World) -> Act:
    missed(world)
    return calls(operator(world), "GET", "/missed-jobs")


reads("GET /targets/{target_id}/jobs", doctor, "/targets/{target_id}/jobs")
