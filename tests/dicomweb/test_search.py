"""Searches over HTTP, by the files they find."""

from __future__ import annotations

import hashlib
import json

import boto3
import pytest

from chalicelib.audit.store import of_facility
from chalicelib.dicomweb import indexing, searching, store
from chalicelib.settings import settings
from tests.dicomweb.scene import (
    ask,
    back_up,
    found,
    index_all,
    messages,
    shipped,
    taken,
    values,
)
from tests.support.world import World, build

PATIENT, STUDY, SERIES, MODALITIES = "00100020", "0020000D", "0020000E", "00080061"
THREE = ("chrH31.dcm", "chrH32.dcm", "CT_small.dcm")


def test_studies_come_newest_first(world: World) -> None:
    back_up(world, "CT_small.dcm", "examples_ybr_color.dcm")

    assert values(found(world), "00080020") == ["20160503", "20040119"]


@pytest.mark.parametrize("name", ["YAMADA*", "山田*", "*たろう", "yamada^tarou"])
def test_a_patient_is_found_by_name(world: World, name: str) -> None:
    back_up(world, *THREE)

    assert "Yamada^Tarou" in json.dumps(found(world, PatientName=name))


def test_a_star_that_came_percent_encoded_is_a_star(world: World) -> None:
    """Whoever takes ``%2A`` for itself answers most clients with nothing."""
    back_up(world, *THREE)
    path = f"/dicom-web/targets/{world.target_id}/studies?PatientName=Yamada%2A"
    headers = world.doctor.headers("GET", path, b"")

    response = world.client.http.request("GET", path, headers=headers)

    assert len(json.loads(response.body)) == 1


def test_a_patient_is_found_by_number_and_by_date(world: World) -> None:
    back_up(world, *THREE)

    assert values(found(world, PatientID="1CT1"), PATIENT) == ["1CT1"]
    assert values(found(world, StudyDate="20040101-20041231"), PATIENT) == ["1CT1"]
    assert found(world, StudyDate="20050101-") == []


def test_what_matches_nothing_is_an_empty_list(world: World) -> None:
    back_up(world, *THREE)

    assert found(world, PatientID="nobody") == []


def test_pages_follow_one_another(world: World) -> None:
    back_up(world, *THREE)

    pages = [values(found(world, limit="1", offset=str(place)), STUDY) for place in range(4)]

    assert [len(each) for each in pages] == [1, 1, 1, 0]
    assert [uid for page in pages for uid in page] == values(found(world), STUDY)


def test_a_study_tells_what_is_in_it(world: World) -> None:
    back_up(world, "CT_small.dcm")
    (study,) = found(world)

    assert study[MODALITIES]["Value"] == ["CT"]
    assert (study["00201206"]["Value"], study["00201208"]["Value"]) == ([1], [1])
    assert study["00081190"]["Value"][0].endswith(f"/studies/{study[STUDY]['Value'][0]}")


def test_series_and_instances_are_found_below_their_study(world: World) -> None:
    back_up(world, "CT_small.dcm")
    (uid,) = values(found(world), STUDY)
    (series,) = values(found(world, f"/{uid}/series"), SERIES)

    by_study = found(world, f"/{uid}/instances")
    by_series = found(world, f"/{uid}/series/{series}/instances", includefield="PatientName")

    assert values(by_study, "00280010") == [128]
    assert values(by_series, "00100010") == [{"Alphabetic": "CompressedSamples^CT1"}]


def test_a_file_that_came_twice_is_there_once(world: World) -> None:
    back_up(world, "CT_small.dcm")
    back_up(world, "CT_small.dcm")
    index_all(world)

    (study,) = found(world)
    assert study["00201208"]["Value"] == [1]


def test_parts_that_are_indexed_in_another_order_make_the_same_study(world: World) -> None:
    back_up(world, *THREE)
    before = found(world)
    for message in reversed(messages(world)):
        indexing.index(message)

    assert found(world) == before


def test_a_part_that_comes_meanwhile_is_not_forgotten(world: World) -> None:
    back_up(world, "CT_small.dcm")
    (uid,) = values(found(world), STUDY)
    study = store.study(world.target_id, uid)
    store.add_part(world.target_id, uid, "another-part")

    assert study.summary is not None
    assert not store.describe(study, study.summary)


def test_what_was_deleted_meanwhile_is_not_found(world: World) -> None:
    taken(world, "CT_small.dcm")
    (message,) = messages(world)
    digest = hashlib.sha256(shipped("CT_small.dcm")).hexdigest()
    boto3.client("dynamodb").delete_item(
        TableName=settings().catalogue_table,
        Key={"pk": {"S": f"TARGET#{world.target_id}"}, "sk": {"S": f"OBJECT#{digest}"}},
    )

    indexing.index(message)

    assert found(world) == []
    listed = boto3.client("s3").list_objects_v2(Bucket=settings().derived_bucket)
    assert [each["Key"] for each in listed.get("Contents", [])] == []


@pytest.mark.parametrize("path", ["", "/1.2.3/series", "/1.2.3/series/1.2.4/instances"])
def test_what_is_no_attribute_is_refused_by_name(world: World, path: str) -> None:
    response = ask(world.doctor, world, path, PatientIdentity="7")

    assert response.status_code == 422
    assert "PatientIdentity" in response.body.decode()


def test_a_search_that_would_go_on_for_ever_says_that_it_ended(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(world, *THREE)
    monkeypatch.setattr(searching, "MOST_LOOKED_AT", 2)

    response = ask(world.doctor, world, "", PatientName="*")

    assert len(json.loads(response.body)) == 2
    assert response.headers["Warning"].startswith("299")


def test_another_facility_finds_nothing(world: World) -> None:
    back_up(world, *THREE)

    assert ask(build(world.client).doctor, world, "").status_code == 404


def test_each_search_stands_in_the_audit_log(world: World) -> None:
    back_up(world, *THREE)
    found(world, PatientID="1CT1")

    events = [event for _, event, _ in of_facility(world.facility_id)]
    assert (events[-1].action, events[-1].subject) == ("search-studies", world.target_id)
