"""Releasing a chart to the patient: what holds, who may, what is on record."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import boto3
import msgspec
import pytest

from chalicelib.access.model import Caller
from chalicelib.charts import store as charts
from chalicelib.charts.record import encoded
from chalicelib.contracts import purge_store
from chalicelib.kernel import clock
from chalicelib.kernel.errors import NotFound, Unavailable
from chalicelib.patient_charts import desk, service, store
from chalicelib.patient_charts.model import Release
from chalicelib.patient_charts.service import Place
from chalicelib.settings import settings
from tests.charts.scene import CHART, doctor_of, examined, path_of, saved
from tests.faults.crashes import Fault, calls_of, died
from tests.patient_charts.scene import (
    BLEEDING,
    EXPLAINED,
    actions,
    amended,
    at_desk,
    current,
    objects,
    refused,
    released,
    revisions,
    withdrawn,
    worded,
)
from tests.purges.scene import brought_forward
from tests.support.canary import found_in
from tests.support.snapshot import Snapshot
from tests.support.world import World, build


def test_what_a_doctor_releases_is_what_a_patient_may_read(world: World, place: Place) -> None:
    assert service.readable(*place) is None
    found = at_desk(world, place).preview
    release = current(released(world, place))
    assert found
    assert (release.said, release.terms) == (found.said, found.terms)
    assert service.readable(*place) == release


def test_a_release_names_the_signed_version_it_explains(world: World, place: Place) -> None:
    release = current(released(world, place))
    version = charts.record(*place[:2]).current
    assert version
    assert (release.number, release.chart_number) == (1, version.number)
    assert release.source_sha256 == hashlib.sha256(encoded(version)).hexdigest()
    assert release.released_by == "person-doctor"


def test_a_release_lies_in_the_bucket_word_for_word(world: World, place: Place) -> None:
    release = current(released(world, place))
    ((key, body),) = objects().items()
    assert key == f"p/{world.target_id}/{release.document}/000001.json"
    assert msgspec.json.decode(body, type=Release) == release
    assert found_in(key) == []


def test_a_release_is_of_one_language(world: World, place: Place) -> None:
    released(world, place)
    assert service.readable(place[0], place[1], "ja") is None
    released(world, (place[0], place[1], "ja"))
    assert current(service.shown(place[0], place[1], "ja")).language == "ja"
    assert len(objects()) == 2


def test_what_nobody_signed_is_not_released(world: World) -> None:
    examination = examined(world)
    saved(world, examination)
    place: Place = (world.target_id, examination, "en")
    assert at_desk(world, place).preview is None
    with refused("not-signed"):
        service.release(doctor_of(world), place, (0, 0), "")


def test_14_a_draft_of_the_next_version_is_not_released(world: World, place: Place) -> None:
    path = path_of(world, place[1])
    revision = world.doctor.get(path)["revision"]
    found = world.doctor.post(f"{path}/amend", {"revision": revision, "reason": "why"})
    saved(world, place[1], CHART, found["revision"])
    desk_now = at_desk(world, place)
    assert desk_now.is_amended
    release = current(released(world, place))
    assert release.chart_number == 1
    assert "early" not in str(release.said)
    assert release.said[0].own.startswith("gastric ulcer")


def test_words_that_are_not_those_that_were_read_are_not_released(
    world: World, place: Place
) -> None:
    seen = revisions(at_desk(world, place))
    with refused("words-changed"):
        service.release(doctor_of(world), place, seen, "0" * 64)
    assert objects() == {}


def test_a_chart_that_was_amended_meanwhile_is_not_released(world: World, place: Place) -> None:
    found = at_desk(world, place)
    amended(world, place)
    assert found.preview
    with refused("chart-changed"):
        service.release(doctor_of(world), place, revisions(found), found.preview.digest)


def test_wordings_that_changed_meanwhile_are_not_released(world: World, place: Place) -> None:
    found = at_desk(world, place)
    worded(world, place, BLEEDING, "I saw no bleeding.")
    assert found.preview
    with refused("patient-chart-changed"):
        service.release(doctor_of(world), place, revisions(found), found.preview.digest)


def test_the_next_release_is_the_next_number_and_the_old_one_stays(
    world: World, place: Place
) -> None:
    first = current(released(world, place))
    worded(world, place, BLEEDING, "I saw no bleeding.")
    second = current(released(world, place))
    assert second.number == 2
    _, found = desk.releases(doctor_of(world), place)
    assert found == [second, first]
    assert desk.release_of(doctor_of(world), place, 1)[1] == first


def test_a_release_is_not_larger_than_a_row(
    world: World, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_BYTES", 100)
    with refused("too-large"):
        released(world, place)
    assert objects() == {}


def test_a_release_that_died_after_the_bucket_is_ended_with_the_very_same_words(
    world: World, place: Place
) -> None:
    found = at_desk(world, place)

    def release() -> object:
        assert found.preview
        return service.release(doctor_of(world), place, revisions(found), found.preview.digest)

    ready = Snapshot()
    at = calls_of(release).index("PutObject")
    ready.restore()
    assert died(release, Fault(at, "after"))
    assert store.of(*place).current is None
    with refused("patient-chart-changed"):
        desk.save_wording(doctor_of(world), place, revisions(found), BLEEDING, "I saw no bleeding.")
    ended = current(service.shown(*place))
    assert found.preview
    assert ended.said == found.preview.said
    assert [msgspec.json.decode(each, type=Release) for each in objects().values()] == [ended]


def test_what_the_bucket_holds_was_released_whatever_a_restored_table_says(
    world: World, place: Place
) -> None:
    ready = Snapshot()
    first = current(released(world, place))
    withdrawn(world, place)
    kept = objects()
    ready.restore()
    for key, body in kept.items():
        boto3.client("s3").put_object(Bucket=settings().objects_bucket, Key=key, Body=body)
    worded(world, place, BLEEDING, "I saw no bleeding.")
    with refused("patient-chart-changed"):
        released(world, place)
    found = service.shown(*place)
    assert (found.current, bool(found.withdrawal), bool(found.draft)) == (first, True, True)
    assert objects() == kept


# --- who may, and what is on record --------------------------------------------------------------


def test_another_facilitys_chart_is_not_found(world: World, place: Place) -> None:
    stranger = Caller(doctor_of(world).role, "person-x", build(world.client).facility_id)
    for act in (
        lambda: desk.look(stranger, place),
        lambda: desk.releases(stranger, place),
        lambda: desk.release_of(stranger, place, 1),
        lambda: desk.save_wording(stranger, place, (0, 1), BLEEDING, "I saw no bleeding."),
        lambda: desk.reset_wording(stranger, place, (0, 1), BLEEDING),
        lambda: service.release(stranger, place, (0, 1), ""),
        lambda: service.withdraw(stranger, place, 0, "why"),
    ):
        with pytest.raises(NotFound):
            act()


def test_nothing_is_released_of_a_target_that_is_being_deleted(world: World, place: Place) -> None:
    found = at_desk(world, place)
    brought_forward(world)
    purge = purge_store.purge(world.facility_id, world.target_id)
    assert purge
    assert purge_store.begin(purge, clock.now())
    seen = revisions(found)
    acts: tuple[Callable[[], object], ...] = (
        lambda: service.release(doctor_of(world), place, seen, ""),
        lambda: desk.save_wording(doctor_of(world), place, seen, BLEEDING, "x"),
        lambda: service.withdraw(doctor_of(world), place, 0, "why"),
    )
    for act in acts:
        with refused("target-deleted"):
            act()


def test_looking_wording_releasing_and_withdrawing_are_on_record(
    world: World, place: Place
) -> None:
    before = len(actions(world))
    found = at_desk(world, place)
    caller = doctor_of(world)
    desk.save_wording(caller, place, revisions(found), BLEEDING, "I saw no bleeding.")
    released(world, place)
    desk.releases(caller, place)
    withdrawn(world, place)
    assert actions(world)[before:] == [
        "read-patient-chart",
        "save-patient-wording",
        "read-patient-chart",
        "release-patient-chart",
        "list-patient-chart-releases",
        "read-patient-chart",
        "withdraw-patient-chart",
    ]


def test_nothing_changes_where_the_record_cannot_be_written(
    world: World, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = at_desk(world, place)

    def busy(*_: Any, **__: Any) -> None:
        raise Unavailable("busy")

    monkeypatch.setattr(service, "audit", busy)
    monkeypatch.setattr(desk, "audit", busy)
    assert found.preview
    digest = found.preview.digest
    for act in (
        lambda: desk.look(doctor_of(world), place),
        lambda: desk.save_wording(
            doctor_of(world), place, revisions(found), BLEEDING, "I saw no bleeding."
        ),
        lambda: service.release(doctor_of(world), place, revisions(found), digest),
    ):
        with pytest.raises(Unavailable):
            act()
    assert (objects(), store.of(*place).revision) == ({}, 0)


def test_everything_is_told_of_the_chart_that_was_explained(world: World, place: Place) -> None:
    release = current(released(world, place))
    told = {each.source.partition(":")[0] for each in release.said}
    assert told == {
        *(f"findings/{number}" for number in range(len(EXPLAINED.findings))),
        *(f"medicines/{number}" for number in range(len(EXPLAINED.medicines))),
        "measurements/0",
        "diagnoses/0",
        "procedures/0",
        "narrative",
        "images/0",
    }
