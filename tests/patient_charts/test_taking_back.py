"""What was amended or withdrawn: nobody reads it any more."""

from __future__ import annotations

import pytest

from chalicelib.patient_charts import service, store
from chalicelib.patient_charts.model import PatientChart, State
from chalicelib.patient_charts.service import Place
from tests.charts.scene import doctor_of, path_of
from tests.faults.crashes import Fault, calls_of, died
from tests.patient_charts.scene import (
    amended,
    at_desk,
    current,
    refused,
    released,
    withdrawn,
)
from tests.patient_charts.slip_scene import given_to_another
from tests.support.snapshot import Snapshot
from tests.support.world import World


def test_14_a_patient_reads_nothing_of_a_chart_that_was_amended_since(
    world: World, place: Place
) -> None:
    released(world, place)
    amended(world, place)
    assert service.readable(*place) is None
    assert at_desk(world, place).state is State.OUTDATED


def test_12_nobody_reads_what_was_released_while_it_was_taken_for_another_patients(
    world: World, place: Place
) -> None:
    released(world, place)
    given_to_another(world)
    assert service.readable(*place) is None
    assert at_desk(world, place).state is State.OUTDATED
    released(world, place)
    assert service.readable(*place) == current(service.shown(*place))


def test_14_an_amended_chart_is_read_again_once_it_is_released_again(
    world: World, place: Place
) -> None:
    released(world, place)
    amended(world, place)
    second = current(released(world, place))
    assert (second.number, second.chart_number) == (2, 2)
    assert service.readable(*place) == second


def test_14_an_amendment_that_broke_off_hides_the_old_words(world: World, place: Place) -> None:
    from chalicelib.charts import service as signing

    released(world, place)
    path = path_of(world, place[1])
    revision = world.doctor.get(path)["revision"]
    found = world.doctor.post(f"{path}/amend", {"revision": revision, "reason": "why"})

    def sign() -> object:
        return signing.sign(doctor_of(world), place[0], place[1], found["revision"])

    ready = Snapshot()
    at = calls_of(sign).index("PutObject")
    ready.restore()
    assert died(sign, Fault(at, "after"))
    assert service.readable(*place) is None


def test_a_patient_reads_nothing_of_what_was_withdrawn(world: World, place: Place) -> None:
    released(world, place)
    found = withdrawn(world, place, " The side was wrong ")
    assert service.readable(*place) is None
    assert found.withdrawal
    assert found.withdrawal.reason == "The side was wrong"
    assert at_desk(world, place).state is State.WITHDRAWN


def test_what_was_withdrawn_can_be_released_anew(world: World, place: Place) -> None:
    released(world, place)
    withdrawn(world, place)
    again = current(released(world, place))
    assert again.number == 2
    assert service.readable(*place) == again


@pytest.mark.parametrize("reason", ["", "  ", "a\x00", "x" * 1_001])
def test_a_withdrawal_says_why(world: World, place: Place, reason: str) -> None:
    released(world, place)
    with refused("no-reason"):
        withdrawn(world, place, reason)


def test_what_is_not_released_is_not_withdrawn(world: World, place: Place) -> None:
    with refused("not-released"):
        withdrawn(world, place)


def test_a_withdrawal_that_died_after_the_bucket_keeps_its_first_reason(
    world: World, place: Place
) -> None:
    released(world, place)
    revision = store.of(*place).revision

    def withdraw(reason: str = "first") -> PatientChart:
        return service.withdraw(doctor_of(world), place, revision, reason)

    ready = Snapshot()
    at = calls_of(withdraw).index("PutObject")
    ready.restore()
    assert died(withdraw, Fault(at, "after"))
    found = withdraw("second").withdrawal
    assert found
    assert found.reason == "first"
