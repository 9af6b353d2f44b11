"""Timers follow contracts: one of each nightly plan in force, and none of any other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from chalice.test import Client

from chalicelib.access.model import Role
from chalicelib.contracts.model import State
from chalicelib.kernel import clock
from chalicelib.settings import settings
from tests.faults.stored import rows
from tests.jobs.nights import move
from tests.support.people import staff
from tests.support.world import World, a_form, build, days_pass, sign

NIGHTLY = {"kind": "nightly", "at": "02:00"}
PER_EXAM = {"kind": "per_exam"}


def timers(world: World) -> dict[str, dict[str, Any]]:
    """Return what is due of the world's facility, by kind."""
    core = rows(settings().core_table, f"FACILITY#{world.facility_id}")
    return {
        sk.split("#")[1]: {name: str(next(iter(value.values()))) for name, value in row.items()}
        for sk, row in core.items()
        if sk.startswith("TIMER#")
    }


def due_at(world: World) -> datetime:
    return clock.parse(timers(world)["run"]["due_at"])


def amend(world: World, **change: Any) -> Any:
    return world.admin.post(f"/contracts/{world.contract_id}/amendments", change)


def test_a_signed_nightly_plan_runs_at_its_next_time(world: World) -> None:
    local = due_at(world) + timedelta(hours=9)
    assert local.strftime("%H:%M") == "02:00"
    assert timedelta() < due_at(world) - clock.now() <= timedelta(days=1)


@pytest.mark.parametrize("kind", ["per_exam", "at_once"])
def test_other_plans_have_no_timer(client: Client, kind: str) -> None:
    assert timers(build(client, timing={"kind": kind})) == {}


def test_what_waits_for_the_provider_has_no_timer(world: World) -> None:
    target = world.admin.post("/targets", {"name": "X-ray", "kind": "mass_storage"}, status=201)
    before = timers(world)
    world.admin.post("/contracts", a_form(target["target_id"], unit_price_yen=900), status=201)
    assert timers(world) == before


def test_a_plan_of_the_future_runs_first_on_its_first_day(client: Client) -> None:
    starts_on = (clock.now() + timedelta(days=20)).date()
    world = build(client, starts_on=starts_on.isoformat())
    assert (due_at(world) + timedelta(hours=9)).date() == starts_on


def test_a_plan_of_midnight_runs_as_its_first_day_begins(client: Client) -> None:
    starts_on = (clock.now() + timedelta(days=20)).date()
    world = build(client, starts_on=starts_on.isoformat(), timing=NIGHTLY | {"at": "00:00"})
    assert due_at(world) + timedelta(hours=9) == datetime.combine(
        starts_on, datetime.min.time(), UTC
    )


def test_a_facility_in_another_zone_runs_at_its_own_time(client: Client) -> None:
    world = build(client)
    body = {"name": "Clinic of Berlin", "zone": "Europe/Berlin"}
    world.facility_id = world.operator.post("/facilities", body, status=201)["facility_id"]
    world.admin = staff(client, Role.FACILITY_ADMIN, world.facility_id)
    target = world.admin.post("/targets", {"name": "CT", "kind": "mass_storage"}, status=201)
    world.target_id = target["target_id"]
    sign(world, accept=True)

    assert due_at(world).astimezone(ZoneInfo("Europe/Berlin")).strftime("%H:%M") == "02:00"


def test_an_unknown_zone_is_refused(world: World) -> None:
    body = {"name": "Clinic", "zone": "Asia/Nowhere"}
    assert world.operator.refused("POST", "/facilities", body)[0] == 422


def test_a_facility_keeps_its_zone_and_is_listed_with_it(world: World) -> None:
    world.operator.post("/facilities", {"name": "Berlin", "zone": "Europe/Berlin"}, status=201)
    zones = [each["zone"] for each in world.operator.get("/facilities")["items"]]
    assert zones == ["Asia/Tokyo", "Europe/Berlin"]


def test_another_time_moves_the_timer(world: World) -> None:
    amend(world, timing={"kind": "nightly", "at": "23:59"})
    assert (due_at(world) + timedelta(hours=9)).strftime("%H:%M") == "23:59"


def test_another_timing_takes_the_timer_away(world: World) -> None:
    amend(world, timing=PER_EXAM, batch_scope="examination")
    assert timers(world) == {}


def test_a_change_of_something_else_does_not_touch_a_minute_that_is_due(world: World) -> None:
    before = timers(world)
    clock.move(2 * 86_400)  # the run is due by now, and was not yet seen
    days_pass(world, 2)
    amend(world, patients={"mode": "all_but", "patient_ids": ["P-9"]})
    assert timers(world) == before


def test_a_contract_in_grace_still_runs(world: World) -> None:
    before = timers(world)
    move(world, State.GRACE)
    assert timers(world) == before


def test_a_suspended_contract_does_not_run(world: World) -> None:
    move(world, State.GRACE, State.SUSPENDED)
    assert timers(world) == {}


def test_a_contract_that_is_paid_for_again_runs_again(world: World) -> None:
    before = timers(world)
    move(world, State.GRACE, State.SUSPENDED, State.ACTIVE)
    assert timers(world) == before


def test_an_ended_contract_does_not_run(world: World) -> None:
    world.admin.post(f"/contracts/{world.contract_id}/end")
    assert timers(world) == {}


def test_a_cancelled_contract_runs_until_its_end(world: World) -> None:
    asked = {"policy": "end_of_term"}
    ends_on = world.admin.post(f"/contracts/{world.contract_id}/cancellation", asked)["ends_on"]
    assert timers(world)["run"]["ends_on"] == ends_on


def test_the_next_contract_of_a_target_has_a_timer_of_its_own(world: World) -> None:
    world.admin.post(f"/contracts/{world.contract_id}/end")
    sign(world)
    assert timers(world)["run"]["contract_id"] == world.contract_id


# --- changes of a later date ---------------------------------------------------------------------


def cheaper_later(client: Client) -> tuple[World, datetime]:
    """Agree on less room and another time from the next year on; return when that begins."""
    world = build(client, capacity_bytes=200 * 10**9, auto_renew=True)
    later = {"kind": "nightly", "at": "04:00"}
    changed = amend(world, capacity_bytes=100 * 10**9, timing=later)
    begins = datetime.fromisoformat(changed["upcoming"]["effective_on"]).replace(tzinfo=UTC)
    return world, begins - timedelta(hours=9)


def test_a_change_of_a_later_date_has_a_timer_for_that_date(client: Client) -> None:
    world, begins = cheaper_later(client)
    assert timers(world)["change"]["due_at"] == clock.text(begins)


def test_a_change_takes_hold_on_its_date_though_nobody_asks(client: Client) -> None:
    world, begins = cheaper_later(client)
    days_pass(world, (begins - clock.now()).days + 1)
    world.tick()
    assert set(timers(world)) == {"run"}
    assert timers(world)["run"]["at"] == "04:00"


def test_a_change_that_is_replaced_leaves_no_timer(client: Client) -> None:
    world, _ = cheaper_later(client)
    amend(world, capacity_bytes=300 * 10**9)
    assert set(timers(world)) == {"run"}
