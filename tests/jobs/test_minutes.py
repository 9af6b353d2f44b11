"""What a minute brings: each night one job, whatever is missed, doubled or in a hurry."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from chalice.local import LambdaContext
from chalice.test import Client

from chalicelib import due
from chalicelib.contracts.model import State
from chalicelib.jobs import scanner, store
from chalicelib.jobs.model import Job, Origin, new_job
from chalicelib.kernel import clock
from chalicelib.minute import HANDLERS
from chalicelib.settings import settings
from tests.faults.interleaving import orders, played
from tests.faults.stored import rows
from tests.jobs.nights import at_run, first_run, jobs_of, move, paid_for, pass_to
from tests.support.snapshot import Snapshot
from tests.support.world import World, build, sign
from tests.uploads.test_costs import counted

A_MINUTE = timedelta(minutes=1)
A_DAY = timedelta(days=1)


def test_a_night_brings_one_job_at_its_time(world: World) -> None:
    at = at_run(world)
    assert [(job.due_at, job.origin, job.state) for job in jobs_of(world)] == [
        (clock.text(at), "nightly", "waiting")
    ]


def test_nothing_happens_a_minute_before(world: World) -> None:
    world.tick(clock.text(first_run(world) - A_MINUTE))
    assert jobs_of(world) == []


@pytest.mark.parametrize("at", ["00:00", "23:59"])
def test_a_plan_may_run_at_either_end_of_the_day(client: Client, at: str) -> None:
    world = build(client, timing={"kind": "nightly", "at": at})
    first = at_run(world)
    world.tick(clock.text(first + A_DAY))
    local = [clock.parse(job.due_at) + timedelta(hours=9) for job in jobs_of(world)]
    assert [each.strftime("%H:%M") for each in local] == [at, at]
    assert local[0].date() - local[1].date() == A_DAY


def test_the_same_minute_twice_brings_one_job(world: World) -> None:
    at = at_run(world)
    world.tick(clock.text(at))
    assert len(jobs_of(world)) == 1


def test_a_minute_that_was_missed_is_made_up_for_by_the_next(world: World) -> None:
    at = first_run(world)
    world.tick(clock.text(at + 7 * A_MINUTE))
    assert [job.due_at for job in jobs_of(world)] == [clock.text(at)]


def test_nights_that_were_missed_are_made_up_for_by_one_job(world: World) -> None:
    at = first_run(world)
    world.tick(clock.text(at + 3 * A_DAY + A_MINUTE))
    assert [job.due_at for job in jobs_of(world)] == [clock.text(at + 3 * A_DAY)]
    assert first_run(world) == at + 4 * A_DAY


def test_the_last_night_of_a_contract_is_the_one_before_its_end(client: Client) -> None:
    world = build(client, term="monthly", auto_renew=False)
    ends_on = world.admin.get(f"/contracts/{world.contract_id}")["ends_on"]
    last_day_on = datetime.fromisoformat(ends_on).replace(tzinfo=UTC) - A_DAY
    world.tick(clock.text(last_day_on + timedelta(hours=12)))
    local = clock.parse(jobs_of(world)[0].due_at) + timedelta(hours=9)
    assert local.date() + A_DAY == datetime.fromisoformat(ends_on).date()
    core = rows(settings().core_table, f"FACILITY#{world.facility_id}")
    assert [sk for sk in core if sk.startswith("TIMER#")] == []


def test_two_schedules_at_once_bring_one_job(world: World) -> None:
    at = first_run(world)

    def act() -> object:
        return scanner.scan(at, HANDLERS)

    ready = Snapshot()
    for order in orders(12, 12, 60):
        ready.restore()
        actors = played((act, act), order)
        assert [actor.error for actor in actors if actor.error] == []
        assert len(jobs_of(world)) == 1
        assert first_run(world) == at + A_DAY


def test_a_night_in_the_second_of_a_pressed_button_is_not_stuck(world: World) -> None:
    at = first_run(world)
    pass_to(at)
    store.add(new_job(world.facility_id, world.target_id, Origin.NOW, due_at=at, at=at))
    world.tick(clock.text(at))
    assert first_run(world) == at + A_DAY
    assert len(jobs_of(world)) == 1


def test_one_bad_row_does_not_keep_the_others_waiting(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = world.admin.post("/targets", {"name": "X-ray", "kind": "mass_storage"}, status=201)
    first = world.target_id
    world.target_id = target["target_id"]
    sign(world)
    paid_for(world)
    run = store.run

    def failing(timer: Any, job: Job) -> bool:
        if job.target_id == first:
            raise ValueError(first)
        return run(timer, job)

    monkeypatch.setattr(store, "run", failing)
    with pytest.raises(RuntimeError, match="1 of 2"):
        world.tick(clock.text(first_run(world)))
    assert len(jobs_of(world)) == 1


def test_a_minute_without_time_leaves_its_rows_to_the_next(world: World) -> None:
    at = clock.text(first_run(world))
    hurried = LambdaContext("tick", memory_size=512, max_runtime_ms=5_000)
    assert world.tick(at, hurried) == {"handled": 0}
    world.tick(at)
    assert len(jobs_of(world)) == 1


def test_a_job_nobody_takes_is_missed_after_six_hours(world: World) -> None:
    at = at_run(world)
    world.tick(clock.text(at + timedelta(hours=5, minutes=59)))
    assert jobs_of(world)[0].state == "waiting"
    world.tick(clock.text(at + timedelta(hours=6)))
    assert jobs_of(world)[0].state == "missed"


def test_a_missed_job_is_told_by_a_notice(world: World) -> None:
    at = at_run(world)
    world.tick(clock.text(at + timedelta(hours=6)))
    core = rows(settings().core_table, f"FACILITY#{world.facility_id}")
    notice = core[f"NOTICE#missed-{jobs_of(world)[0].job_id}"]
    assert notice["kind"]["S"] == "job-missed"
    assert "Endoscopy" in notice["facts"]["S"]


def test_the_provider_sees_missed_jobs_of_all_facilities(world: World) -> None:
    at = at_run(world)
    world.tick(clock.text(at + timedelta(hours=6)))
    (listed,) = world.operator.get("/missed-jobs")["items"]
    assert (listed["facility_id"], listed["state"]) == (world.facility_id, "missed")


def test_the_next_nights_miss_takes_the_place_of_the_last_ones(world: World) -> None:
    at = at_run(world)
    for day in (0, 1):
        world.tick(clock.text(at + day * A_DAY))
        world.tick(clock.text(at + day * A_DAY + timedelta(hours=6)))
    assert [job.state for job in jobs_of(world)] == ["missed", "superseded"]
    assert all(job.missed_at for job in jobs_of(world))
    assert len(world.operator.get("/missed-jobs")["items"]) == 1


def test_a_job_of_a_suspended_contract_is_cancelled_not_missed(world: World) -> None:
    at = at_run(world)
    move(world, State.GRACE, State.SUSPENDED)
    world.tick(clock.text(at + timedelta(hours=6)))
    assert jobs_of(world)[0].state == "cancelled"


def test_an_empty_minute_is_eight_queries(world: World) -> None:
    paid_for(world)
    at = clock.text(clock.now())
    world.tick(at)
    with counted() as calls:
        world.tick(at)
    assert calls == {"Query": len(due.SHARDS), "write units": 0}


def test_a_due_job_is_one_request_more(world: World) -> None:
    paid_for(world)
    at = clock.text(first_run(world))
    with counted() as calls:
        world.tick(at)
    assert calls["Query"] == len(due.SHARDS)
    assert calls["TransactWriteItems"] == 1
    assert set(calls) == {"Query", "TransactWriteItems", "write units"}


def test_what_happens_to_one_target_leaves_jobs_and_rows_of_another_as_they_were(
    world: World,
) -> None:
    at_run(world)
    first = world.target_id

    def about_first() -> dict[str, Any]:
        core = rows(settings().core_table, f"FACILITY#{world.facility_id}")
        return {sk: row for sk, row in core.items() if first in str((sk, row))}

    before = about_first()
    target = world.admin.post("/targets", {"name": "X-ray", "kind": "mass_storage"}, status=201)
    world.target_id = target["target_id"]
    sign(world)
    world.admin.post(f"/targets/{world.target_id}/jobs", status=201)
    world.take()
    world.admin.post(f"/contracts/{world.contract_id}/end")
    assert about_first() == before
