"""Charts over HTTP: drafts, signing, amending; who may, what is on record, what never changes."""

from __future__ import annotations

from typing import Any

import boto3
import msgspec
import pytest

from chalicelib.audit.store import of_facility
from chalicelib.charts import service, store
from chalicelib.charts.model import Certainty, Chart, Finding, Kind
from chalicelib.charts.record import chart_id
from chalicelib.kernel.errors import Conflict, Unavailable
from chalicelib.settings import settings
from tests.charts.scene import (
    CHART,
    amending,
    doctor_of,
    examined,
    path_of,
    plain,
    saved,
    signed,
)
from tests.faults.crashes import Fault, calls_of, died
from tests.support.canary import found_in
from tests.support.snapshot import Snapshot
from tests.support.world import World, build

OTHER = Chart(kind=Kind.UPPER_GI, findings=(Finding(certainty=Certainty.ABSENT, text="No polyp"),))


def objects() -> dict[str, bytes]:
    """Return what lies in the bucket under c/."""
    s3, bucket = boto3.client("s3"), settings().objects_bucket
    listed = s3.list_objects_v2(Bucket=bucket, Prefix="c/").get("Contents", [])
    keys = [each["Key"] for each in listed]
    return {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}


def actions(world: World) -> list[str]:
    return [event.action for _, event, _ in of_facility(world.facility_id)]


# --- drafts ------------------------------------------------------------------------------------


def test_an_examination_without_a_chart_says_so(world: World) -> None:
    shown = world.doctor.get(path_of(world, examined(world)))
    assert (shown["state"], shown["revision"], shown["draft"]) == ("none", 0, None)


def test_a_draft_comes_back_word_for_word(world: World) -> None:
    examination = examined(world)
    saved(world, examination)
    shown = world.doctor.get(path_of(world, examination))
    assert shown["state"] == "draft"
    assert msgspec.convert(shown["draft"]["chart"], Chart) == CHART


def test_a_draft_is_saved_over_by_who_saw_it(world: World) -> None:
    examination = examined(world)
    saved(world, examination)
    shown = saved(world, examination, OTHER, revision=1)
    assert shown["draft"]["chart"] == plain(OTHER)


def test_who_saw_an_older_draft_is_told_who_saved_meanwhile(world: World) -> None:
    examination = examined(world)
    saved(world, examination)
    body = {"revision": 0, "chart": plain(OTHER)}
    answer = world.admin.call("PUT", path_of(world, examination), body)
    problem = msgspec.json.decode(answer.body)
    assert answer.status_code == 409
    assert (problem["changed_by"], problem["revision"]) == ("person-doctor", 1)
    assert world.doctor.get(path_of(world, examination))["draft"]["chart"] == plain(CHART)


def test_two_who_save_at_once_do_not_overwrite_each_other(world: World) -> None:
    examination = examined(world)
    seen = store.record(world.target_id, examination)
    draft = service.a_draft(doctor_of(world), CHART)
    assert store.save_drafts([(seen, draft)])
    assert not store.save_drafts([(seen, service.a_draft(doctor_of(world), OTHER))])


def test_of_two_who_saw_the_same_draft_only_the_first_changes_it(world: World) -> None:
    examination = examined(world)
    saved(world, examination)
    seen = store.record(world.target_id, examination)
    assert store.save_drafts([(seen, service.a_draft(doctor_of(world), OTHER))])
    assert not store.save_drafts([(seen, service.a_draft(doctor_of(world), CHART))])
    assert not store.drop_draft(seen)
    draft = store.record(world.target_id, examination).draft
    assert draft is not None
    assert draft.chart == OTHER


def test_a_wrong_chart_is_refused_by_its_field(world: World) -> None:
    wrong = plain(CHART)
    wrong["findings"][1]["site"] = {"organ": "a\x00"}
    body = {"revision": 0, "chart": wrong}
    path = path_of(world, examined(world))
    answer = world.doctor.call("PUT", path, body)
    assert answer.status_code == 422
    assert msgspec.json.decode(answer.body)["field"] == "findings[1].site.organ"


def test_a_picture_of_another_examination_is_refused(world: World) -> None:
    examined(world)
    world.back_up({"E-2/other.jpg": b"other"}, id="E-2")
    from chalicelib.archive.model import examination_id

    other = examination_id(world.target_id, "E-2")
    body = {"revision": 0, "chart": plain(CHART)}
    assert world.doctor.refused("PUT", path_of(world, other), body) == (422, "wrong-chart")


def test_a_draft_that_is_dropped_is_gone_and_what_is_signed_stays(world: World) -> None:
    examination = examined(world)
    found = amending(world, examination)
    path = path_of(world, examination, "/drop")
    shown = world.doctor.post(path, {"revision": found["revision"]})
    assert (shown["state"], shown["draft"]) == ("signed", None)
    assert shown["current"]["chart"] == plain(CHART)


# --- signing -----------------------------------------------------------------------------------


def test_what_a_doctor_signs_holds(world: World) -> None:
    shown = signed(world, examined(world))
    assert (shown["state"], shown["draft"]) == ("signed", None)
    assert (shown["current"]["number"], shown["current"]["chart"]) == (1, plain(CHART))
    assert shown["current"]["signed_by"] == "person-doctor"


def test_a_signed_version_lies_in_the_bucket_word_for_word(world: World) -> None:
    examination = examined(world)
    shown = signed(world, examination)
    ((key, body),) = objects().items()
    assert key == f"c/{world.target_id}/{chart_id(world.target_id, examination)}/000001.json"
    assert msgspec.json.decode(body) == shown["current"]
    assert found_in(key) == []


def test_only_a_doctor_signs(world: World) -> None:
    examination = examined(world)
    saved(world, examination)
    path = path_of(world, examination, "/sign")
    assert world.admin.refused("POST", path, {"revision": 1}) == (403, "not-allowed")


def test_a_signed_chart_is_not_saved_over(world: World) -> None:
    examination = examined(world)
    revision = signed(world, examination)["revision"]
    body = {"revision": revision, "chart": plain(OTHER)}
    assert world.doctor.refused("PUT", path_of(world, examination), body) == (409, "chart-signed")


def test_a_draft_that_changed_since_is_not_signed(world: World) -> None:
    examination = examined(world)
    saved(world, examination)
    saved(world, examination, OTHER, revision=1)
    path = path_of(world, examination, "/sign")
    assert world.doctor.refused("POST", path, {"revision": 1}) == (409, "chart-changed")


def test_a_chart_that_records_nothing_is_not_signed(world: World) -> None:
    examination = examined(world)
    saved(world, examination, Chart(kind=Kind.OTHER))
    path = path_of(world, examination, "/sign")
    assert world.doctor.refused("POST", path, {"revision": 1}) == (422, "empty-chart")


def test_a_chart_without_a_draft_is_not_signed(world: World) -> None:
    path = path_of(world, examined(world), "/sign")
    assert world.doctor.refused("POST", path, {"revision": 0}) == (409, "no-draft")


def test_a_signing_that_died_after_the_bucket_is_ended_with_the_very_same_words(
    world: World,
) -> None:
    examination = examined(world)
    saved(world, examination)

    def sign() -> object:
        return service.sign(doctor_of(world), world.target_id, examination, 1)

    ready = Snapshot()
    place = calls_of(sign).index("PutObject")
    ready.restore()
    assert died(sign, Fault(place, "after"))
    assert store.record(world.target_id, examination).current is None
    body = {"revision": 1, "chart": plain(OTHER)}
    assert world.doctor.refused("PUT", path_of(world, examination), body) == (409, "chart-changed")
    shown = world.doctor.get(path_of(world, examination))
    assert (shown["state"], shown["current"]["chart"]) == ("signed", plain(CHART))
    assert [msgspec.json.decode(each) for each in objects().values()] == [shown["current"]]


def test_what_the_bucket_holds_was_signed_whatever_a_restored_table_says(world: World) -> None:
    examination = examined(world)
    saved(world, examination)
    ready = Snapshot()
    path = path_of(world, examination, "/sign")
    world.doctor.post(path, {"revision": 1})
    kept = objects()
    ready.restore()
    boto3.client("s3").put_object(
        Bucket=settings().objects_bucket, Key=next(iter(kept)), Body=next(iter(kept.values()))
    )
    saved(world, examination, OTHER, revision=1)
    assert world.doctor.refused("POST", path, {"revision": 2}) == (409, "chart-changed")
    shown = world.doctor.get(path_of(world, examination))
    assert shown["current"]["chart"] == plain(CHART)
    assert shown["draft"]["chart"] == plain(OTHER), "what was typed is kept"
    assert objects() == kept


# --- amending ----------------------------------------------------------------------------------


def test_an_amendment_is_a_new_version_and_the_old_one_stays_readable(world: World) -> None:
    examination = examined(world)
    found = amending(world, examination, "The side was wrong")
    found = saved(world, examination, OTHER, found["revision"])
    path = path_of(world, examination, "/sign")
    world.doctor.post(path, {"revision": found["revision"]})
    second, first = world.doctor.get(path_of(world, examination, "/versions"))["items"]
    assert (first["number"], first["chart"]) == (1, plain(CHART))
    assert (second["number"], second["chart"]) == (2, plain(OTHER))
    assert second["reason"] == "The side was wrong"
    assert world.doctor.get(path_of(world, examination, "/versions/1")) == first
    assert len(objects()) == 2


@pytest.mark.parametrize("reason", ["", "   ", "a\x00", "x" * 1_001])
def test_an_amendment_says_why(world: World, reason: str) -> None:
    examination = examined(world)
    body = {"revision": signed(world, examination)["revision"], "reason": reason}
    path = path_of(world, examination, "/amend")
    assert world.doctor.refused("POST", path, body) == (422, "no-reason")


def test_what_nobody_signed_is_not_amended(world: World) -> None:
    examination = examined(world)
    saved(world, examination)
    path = path_of(world, examination, "/amend")
    body = {"revision": 1, "reason": "why"}
    assert world.doctor.refused("POST", path, body) == (409, "not-signed")


def test_what_holds_is_the_old_version_until_the_new_one_is_signed(world: World) -> None:
    examination = examined(world)
    found = amending(world, examination)
    shown = saved(world, examination, OTHER, found["revision"])
    assert shown["state"] == "amending"
    assert shown["current"]["chart"] == plain(CHART)


@pytest.mark.parametrize("number", ["2", "0", "x", "٣", "0000001"])
def test_a_version_nobody_signed_does_not_exist(world: World, number: str) -> None:
    examination = examined(world)
    signed(world, examination)
    from urllib.parse import quote

    path = path_of(world, examination, f"/versions/{quote(number)}")
    assert world.doctor.refused("GET", path)[0] == 404


# --- on record ---------------------------------------------------------------------------------


def test_every_read_is_on_record_before_it_is_answered(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    examination = examined(world)
    signed(world, examination)

    def busy(*_: Any, **__: Any) -> None:
        raise Unavailable("busy")

    monkeypatch.setattr(service, "audit", busy)
    caller, place = doctor_of(world), (world.target_id, examination)
    for read in (
        lambda: service.show(caller, *place),
        lambda: service.versions(caller, *place),
        lambda: service.version(caller, *place, 1),
        lambda: service.version(caller, *place, None),
    ):
        with pytest.raises(Unavailable):
            read()


def test_reading_saving_amending_and_signing_are_on_record(world: World) -> None:
    examination = examined(world)
    before = len(actions(world))
    amending(world, examination)
    world.doctor.get(path_of(world, examination))
    assert actions(world)[before:] == ["save-chart", "sign-chart", "amend-chart", "read-chart"]


def test_nothing_changes_where_the_record_cannot_be_written(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    examination = examined(world)
    saved(world, examination)

    def busy(*_: Any, **__: Any) -> None:
        raise Unavailable("busy")

    monkeypatch.setattr(service, "audit", busy)
    with pytest.raises(Unavailable):
        service.sign(doctor_of(world), world.target_id, examination, 1)
    assert objects() == {}


def test_another_facilitys_chart_does_not_exist(world: World) -> None:
    examination = examined(world)
    signed(world, examination)
    other = build(world.client)
    for rest in ("", "/versions", "/versions/1", "/fhir"):
        assert other.doctor.refused("GET", path_of(world, examination, rest))[0] == 404


# --- a patient's -------------------------------------------------------------------------------


def test_a_patients_charts_are_listed_newest_first_with_their_state(world: World) -> None:
    from chalicelib.archive.model import patient_key
    from tests.support.canary import CANARY_ID

    signed(world, examined(world, "E-1"))
    examined(world, "E-2", examined_at="2026-05-01T09:00:00")
    key = patient_key(world.facility_id, CANARY_ID)
    found = world.doctor.get(f"/targets/{world.target_id}/patients/{key}/charts")["items"]
    assert [(each["examination"]["source_id"], each["state"]) for each in found] == [
        ("E-2", "none"),
        ("E-1", "signed"),
    ]


def test_a_conflict_tells_nothing_of_the_patient() -> None:
    refused = Conflict("x", code="chart-changed", changed_by="person-1")
    assert found_in(str(refused.facts)) == []
