"""Jobs as agents get them: the newest of each target, missed ones first, each run by one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from chalice.test import Client

from chalicelib.contracts.model import State
from chalicelib.kernel import clock
from tests.jobs.nights import at_run, first_run, jobs_of, move, pass_to
from tests.support.people import Device
from tests.support.world import COUNTS, World, build, enrolled, sign

SIX_HOURS = timedelta(hours=6)


def pressed(world: World) -> str:
    """Press "back up now"; return the job."""
    return str(world.doctor.post(f"/targets/{world.target_id}/jobs", status=201)["job_id"])


def of(job_id: str, what: str) -> str:
    return f"/agent/jobs/{job_id}/{what}"


def offered(agent: Device) -> list[str]:
    return [each["job_id"] for each in agent.post("/agent/poll", {"version": "1.0"})["jobs"]]


def colleague(world: World) -> Device:
    return enrolled(world.client, world.admin)


def test_a_job_that_waits_is_offered(world: World) -> None:
    job_id = pressed(world)
    assert offered(world.agent) == [job_id]


def test_only_the_newest_job_of_a_target_is_offered(world: World) -> None:
    at = at_run(world)
    world.tick(clock.text(at + timedelta(days=1)))
    assert offered(world.agent) == [jobs_of(world)[0].job_id]


def test_missed_jobs_come_first(world: World) -> None:
    first = world.target_id
    target = world.admin.post("/targets", {"name": "X-ray", "kind": "mass_storage"}, status=201)
    at = at_run(world)
    world.tick(clock.text(at + SIX_HOURS))
    world.target_id = target["target_id"]
    sign(world)
    waiting = pressed(world)
    found = offered(world.agent)
    assert found[0].startswith(first)
    assert found[1] == waiting


def test_an_agent_is_told_its_targets_restores_and_when_to_ask_again(world: World) -> None:
    grant = {"target_id": world.target_id, "scope": "target", "agent_id": world.agent.agent_id}
    restore_id = world.doctor.post("/restores", grant, status=201)["restore_id"]
    work = world.poll()
    assert work["restores"] == [restore_id]
    assert work["targets"] == world.agent.get("/agent")["targets"]
    wait = clock.parse(work["next_poll_at"]) - clock.parse(work["service_time"])
    assert timedelta() < wait <= timedelta(minutes=5)


def test_an_agent_is_to_ask_right_after_the_next_run(world: World) -> None:
    at = first_run(world)
    pass_to(at - timedelta(minutes=2))
    next_poll = clock.parse(world.poll()["next_poll_at"])
    assert at <= next_poll <= at + timedelta(minutes=1)


def test_the_facility_sees_when_an_agent_was_last_heard_and_its_version(world: World) -> None:
    world.poll()
    (shown,) = world.admin.get("/agents")["items"]
    assert shown["version"] == "1.0"
    assert clock.now() - clock.parse(shown["last_seen_at"]) < timedelta(minutes=1)


def test_being_heard_is_noted_once_a_minute_at_most(world: World) -> None:
    world.poll()
    (before,) = world.admin.get("/agents")["items"]
    world.poll()
    assert world.admin.get("/agents")["items"] == [before]


def test_nothing_is_offered_while_the_contract_is_suspended(world: World) -> None:
    pressed(world)
    move(world, State.GRACE, State.SUSPENDED)
    assert offered(world.agent) == []


def test_a_job_is_taken_once(world: World) -> None:
    job_id = pressed(world)
    taken = world.agent.post(of(job_id, "take"))
    assert (taken["state"], taken["agent_id"]) == ("running", world.agent.agent_id)
    assert world.agent.post(of(job_id, "take")) == taken
    assert colleague(world).refused("POST", of(job_id, "take")) == (409, "job-taken")


def test_a_job_that_runs_is_offered_to_its_agent_only(world: World) -> None:
    pressed(world)
    job_id = world.take()["job_id"]
    assert (offered(world.agent), offered(colleague(world))) == ([job_id], [])


def test_a_job_whose_agent_is_silent_is_offered_to_others(world: World) -> None:
    pressed(world)
    job_id = world.take()["job_id"]
    other = colleague(world)
    pass_to(clock.now() + SIX_HOURS)
    assert offered(other) == [job_id]
    assert other.post(of(job_id, "take"))["agent_id"] == other.agent_id


def test_progress_keeps_a_job_from_being_missed(world: World) -> None:
    begun = at_run(world)  # the next night is a day away
    pass_to(begun)
    job_id = world.take()["job_id"]
    pass_to(begun + timedelta(hours=5))
    assert world.agent.post(of(job_id, "progress"), COUNTS) == {"state": "running"}
    world.tick(clock.text(begun + timedelta(hours=7)))
    assert jobs_of(world)[0].state == "running"
    world.tick(clock.text(begun + timedelta(hours=12)))
    assert jobs_of(world)[0].state == "missed"


def test_an_agent_heard_again_goes_on_with_a_job_that_was_missed(world: World) -> None:
    begun = at_run(world)  # the next night is a day away
    pass_to(begun)
    job_id = world.take()["job_id"]
    world.tick(clock.text(begun + SIX_HOURS + timedelta(minutes=5)))  # it was taken after *begun*
    assert jobs_of(world)[0].state == "missed"
    assert world.agent.post(of(job_id, "progress"), COUNTS) == {"state": "running"}


@pytest.mark.parametrize("outcome", ["complete", "partial", "failed"])
def test_a_job_ends_as_its_agent_says_and_once(world: World, outcome: str) -> None:
    pressed(world)
    job_id = world.take()["job_id"]
    ended = world.end_job(job_id, outcome)
    assert (ended["state"], bool(ended["finished_at"])) == (outcome, True)
    assert world.end_job(job_id, outcome) == ended
    assert offered(world.agent) == []


def test_a_failed_job_may_be_tried_again(world: World) -> None:
    pressed(world)
    job_id = world.take()["job_id"]
    world.end_job(job_id, "failed")
    again = world.agent.post(of(job_id, "take"))
    assert (again["state"], again["error"], again["finished_at"]) == ("running", None, None)


def test_a_finished_job_is_not_taken_again(world: World) -> None:
    pressed(world)
    job_id = world.take()["job_id"]
    world.end_job(job_id)
    assert world.agent.refused("POST", of(job_id, "take")) == (409, "job-over")


def test_the_newer_job_takes_the_place_of_the_one_before(world: World) -> None:
    at = at_run(world)
    world.tick(clock.text(at + timedelta(days=1)))
    newer, older = (job.job_id for job in jobs_of(world))
    assert world.agent.refused("POST", of(older, "take")) == (409, "job-over")
    world.agent.post(of(newer, "take"))
    assert [job.state for job in jobs_of(world)] == ["running", "superseded"]


def test_what_another_agent_is_busy_with_is_not_superseded(world: World) -> None:
    pressed(world)
    world.take()
    other = colleague(world)
    pass_to(clock.now() + timedelta(minutes=1))
    newer = pressed(world)
    other.post(of(newer, "take"))
    assert [job.state for job in jobs_of(world)] == ["running", "running"]


def test_a_job_is_cancelled_when_the_contract_was_suspended_before_it_was_taken(
    world: World,
) -> None:
    job_id = pressed(world)
    move(world, State.GRACE, State.SUSPENDED)
    assert world.agent.refused("POST", of(job_id, "take")) == (409, "contract-not-active")
    assert jobs_of(world)[0].state == "cancelled"


@pytest.mark.parametrize("what", ["progress", "finish"])
def test_a_job_must_be_taken_first(world: World, what: str) -> None:
    body = COUNTS | ({"outcome": "complete"} if what == "finish" else {})
    assert world.agent.refused("POST", of(pressed(world), what), body) == (409, "job-not-taken")


@pytest.mark.parametrize("what", ["progress", "finish"])
def test_only_the_agent_that_took_it_speaks_of_a_job(world: World, what: str) -> None:
    pressed(world)
    job_id = world.take()["job_id"]
    body = COUNTS | ({"outcome": "complete"} if what == "finish" else {})
    assert colleague(world).refused("POST", of(job_id, what), body) == (409, "job-taken")


@pytest.mark.parametrize(
    "wrong",
    [
        {"files_done": -1},
        {"bytes_total": 2**53 + 1},
        {"outcome": "waiting"},
        {"outcome": "finished"},
        {"outcome": "failed", "error": None},
        {"error": {"code": "No Code", "detail": ""}},
        {"error": {"code": "full", "detail": "x" * 201}},
        {"more": 1},
    ],
)
def test_what_cannot_be_is_refused(world: World, wrong: dict[str, Any]) -> None:
    pressed(world)
    job_id = world.take()["job_id"]
    body = COUNTS | {"outcome": "complete"} | wrong
    assert world.agent.refused("POST", of(job_id, "finish"), body)[0] == 422
    assert jobs_of(world)[0].state == "running"


@pytest.mark.parametrize("version", ["", "x" * 41])
def test_a_version_is_short_and_not_empty(world: World, version: str) -> None:
    assert world.agent.refused("POST", "/agent/poll", {"version": version})[0] == 422


# --- staff ---------------------------------------------------------------------------------------


def test_pressing_twice_is_pressing_once(world: World) -> None:
    assert pressed(world) == pressed(world)
    assert len(jobs_of(world)) == 1


def test_who_pressed_is_kept(world: World) -> None:
    pressed(world)
    (job,) = world.admin.get(f"/targets/{world.target_id}/jobs")["items"]
    assert job["origin"] == "now"
    assert job["asked_by"] == world.doctor.get("/me")["id"]


def test_nothing_is_backed_up_without_a_contract_in_force(world: World) -> None:
    world.admin.post(f"/contracts/{world.contract_id}/end")
    path = f"/targets/{world.target_id}/jobs"
    assert world.doctor.refused("POST", path) == (409, "contract-ended")


def test_a_plan_without_nights_is_backed_up_now_too(client: Client) -> None:
    world = build(client, timing={"kind": "per_exam"})
    job_id = pressed(world)
    assert offered(world.agent) == [job_id]


def test_a_job_is_shown_with_its_batches_and_no_others(world: World) -> None:
    world.open_batch()
    pressed(world)
    job_id = world.take()["job_id"]
    path = f"/targets/{world.target_id}/batches"
    batch_id = world.agent.post(path, {"job_id": job_id}, status=201)["batch_id"]
    shown = world.doctor.get(f"/targets/{world.target_id}/jobs/{job_id}")
    assert [each["batch_id"] for each in shown["batches"]] == [batch_id]


def test_a_batch_is_of_a_job_that_its_agent_runs(world: World) -> None:
    path, job_id = f"/targets/{world.target_id}/batches", pressed(world)
    assert world.agent.refused("POST", path, {"job_id": job_id}) == (409, "job-not-taken")
    world.take()
    world.end_job(job_id)
    assert world.agent.refused("POST", path, {"job_id": job_id}) == (409, "job-over")
    other = build(world.client)
    assert (
        other.agent.refused("POST", f"/targets/{other.target_id}/batches", {"job_id": job_id})[0]
        == 404
    )


def test_a_job_tells_what_it_left_out_and_why_once_it_is_audited(world: World) -> None:
    from chalicelib.access.model import Caller, Role
    from chalicelib.jobs import service
    from tests.faults.stored import audit_rows

    pressed(world)
    job_id = world.take()["job_id"]
    path = f"/targets/{world.target_id}/batches"
    batch_id = world.agent.post(path, {"job_id": job_id}, status=201)["batch_id"]
    world.finish(batch_id, [{"path": "E-1/a", "reason": "unreadable"}])
    world.end_job(job_id, "partial")
    doctor = Caller(Role.DOCTOR, "person", world.facility_id)
    found = service.left_out(doctor, service.job(world.facility_id, job_id))
    assert [(each.path, each.reason) for each in found] == [("E-1/a", "unreadable")]
    assert audit_rows(world)[-1][1].action == "see-job"
