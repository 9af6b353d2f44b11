"""What was released and withdrawn follows from the bucket: a lost catalogue comes back with it."""

from __future__ import annotations

from typing import Literal

import pytest

from chalicelib.patient_charts import service, store
from chalicelib.patient_charts.service import Place
from tests.archive.test_rebuild import lose_everything, operate, rows
from tests.charts.scene import doctor_of
from tests.faults.crashes import Fault, calls_of, died
from tests.patient_charts.scene import a_signed, at_desk, released, revisions, withdrawn, worded
from tests.support.snapshot import Snapshot
from tests.support.world import World


@pytest.fixture
def place(world: World) -> Place:
    """A patient chart that was released, withdrawn, released again and withdrawn."""
    found = a_signed(world)
    for _ in range(2):
        released(world, found)
        withdrawn(world, found)
    return found


def rebuild(world: World) -> None:
    operate(world, "rebuild-catalogue", target_id=world.target_id)


def test_lost_releases_come_back_row_by_row(world: World, place: Place) -> None:
    released(world, (place[0], place[1], "ja"))
    before = rows()
    lose_everything()
    rebuild(world)
    assert rows() == before


def test_what_was_withdrawn_is_not_readable_after_a_rebuild(world: World, place: Place) -> None:
    lose_everything()
    rebuild(world)
    assert service.readable(*place) is None


def test_what_was_released_after_a_withdrawal_is_readable_after_a_rebuild(
    world: World, place: Place
) -> None:
    release = released(world, place).current
    lose_everything()
    rebuild(world)
    assert service.readable(*place) == release


def test_rebuilding_what_lives_changes_nothing(world: World, place: Place) -> None:
    worded(world, place, "narrative:0-21", "I saw no bleeding.")
    before = rows()
    rebuild(world)
    assert rows() == before


def test_a_rebuild_goes_on_where_a_call_stopped(
    world: World, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert place
    monkeypatch.setattr("chalicelib.patient_charts.operations.RELEASES_A_CALL", 1)
    monkeypatch.setattr("chalicelib.charts.operations.CHARTS_A_CALL", 1)
    before = rows()
    lose_everything()
    rebuild(world)
    assert rows() == before


@pytest.mark.parametrize(("when", "number"), [("before", None), ("after", 1)])
def test_a_rebuild_ends_a_release_that_the_bucket_knows_of_and_forgets_any_other(
    world: World, when: Literal["before", "after"], number: int | None
) -> None:
    place = a_signed(world)
    found = at_desk(world, place)

    def release() -> object:
        assert found.preview
        return service.release(doctor_of(world), place, revisions(found), found.preview.digest)

    ready = Snapshot()
    at = calls_of(release).index("PutObject")
    ready.restore()
    assert died(release, Fault(at, when))
    lose_everything()
    rebuild(world)
    current = store.of(*place).current
    assert (current.number if current else None) == number
