"""Signed charts follow from the bucket: a lost catalogue comes back with every version."""

from __future__ import annotations

import pytest

from chalicelib.charts import service
from tests.archive.test_rebuild import lose_everything, operate, rows
from tests.charts.scene import amending, doctor_of, examined, path_of, saved, signed
from tests.faults.crashes import Fault, calls_of, died
from tests.support.snapshot import Snapshot
from tests.support.world import World


def two_versions(world: World) -> str:
    examination = examined(world)
    found = amending(world, examination)
    path = path_of(world, examination, "/sign")
    world.doctor.post(path, {"revision": found["revision"]})
    return examination


def test_lost_charts_come_back_row_by_row(world: World) -> None:
    two_versions(world)
    signed(world, examined(world, "E-2"))
    before = rows()
    lose_everything()
    operate(world, "rebuild-catalogue", target_id=world.target_id)
    assert rows() == before


def test_rebuilding_living_charts_changes_nothing(world: World) -> None:
    examination = two_versions(world)
    amending(world, examined(world, "E-2"))
    before = rows()
    operate(world, "rebuild-catalogue", target_id=world.target_id)
    assert rows() == before
    assert world.doctor.get(path_of(world, examination))["current"]["number"] == 2


def test_a_rebuild_of_charts_goes_on_where_a_call_stopped(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.charts.operations.CHARTS_A_CALL", 1)
    two_versions(world)
    before = rows()
    lose_everything()
    operate(world, "rebuild-catalogue", target_id=world.target_id)
    assert rows() == before


def test_a_restored_chart_can_be_amended(world: World) -> None:
    examination = two_versions(world)
    lose_everything()
    operate(world, "rebuild-catalogue", target_id=world.target_id)
    shown = world.doctor.get(path_of(world, examination))
    body = {"revision": shown["revision"], "reason": "Once more"}
    assert world.doctor.post(path_of(world, examination, "/amend"), body)["state"] == "amending"


def test_a_signing_that_broke_off_is_ended_by_a_rebuild(world: World) -> None:
    examination = examined(world)
    saved(world, examination)

    def sign() -> object:
        return service.sign(doctor_of(world), world.target_id, examination, 1)

    ready = Snapshot()
    place = calls_of(sign).index("PutObject")
    ready.restore()
    assert died(sign, Fault(place, "after"))
    operate(world, "rebuild-catalogue", target_id=world.target_id)
    shown = world.doctor.get(path_of(world, examination))
    assert (shown["state"], shown["draft"]) == ("signed", None)
