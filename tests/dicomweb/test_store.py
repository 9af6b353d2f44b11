"""Files sent by STOW-RS: stored once, each that can be, and each answered for."""

from __future__ import annotations

import hashlib
import json

import boto3
import pytest

from chalicelib import buckets
from chalicelib.audit.store import of_facility
from chalicelib.dicomweb import storing
from chalicelib.dicomweb.received import MOST_BYTES
from chalicelib.settings import settings
from tests.dicomweb.scene import ask, found, index_all, shipped, uids_of, values
from tests.dicomweb.sending import (
    FAILED,
    MEDIA,
    OTHERS,
    STORED,
    an_instance,
    in_parts,
    post,
    reasons,
    send,
    study_of,
    told,
)
from tests.support.world import World, build, sign

FILE, OTHER = "CT_small.dcm", "MR_small.dcm"


def batches(world: World) -> list[dict[str, str]]:
    rows = boto3.client("dynamodb").query(
        TableName=settings().catalogue_table,
        KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
        ExpressionAttributeValues={
            ":pk": {"S": f"TARGET#{world.target_id}"},
            ":sk": {"S": "BATCH#"},
        },
    )["Items"]
    return [{name: str(next(iter(value.values()))) for name, value in r.items()} for r in rows]


def stored_bytes(world: World, body: bytes) -> bytes:
    return buckets.read(buckets.object_key(world.target_id, hashlib.sha256(body).hexdigest()))


def test_a_file_that_was_sent_is_stored_bit_for_bit(world: World) -> None:
    response = send(world.admin, world, shipped(FILE))
    assert response.status_code == 200, response.body
    assert stored_bytes(world, shipped(FILE)) == shipped(FILE)


def test_a_file_that_was_sent_is_found_by_viewers(world: World) -> None:
    send(world.admin, world, shipped(FILE))
    index_all(world)
    assert values(found(world), "0020000D") == [study_of(FILE)]


def test_each_file_is_answered_for_by_its_uids(world: World) -> None:
    (item,) = told(send(world.admin, world, shipped(FILE)), STORED)
    assert item["00081150"]["Value"] == ["1.2.840.10008.5.1.4.1.1.2"]
    assert item["00081155"]["Value"] == [uids_of(FILE)["instance"]]


def test_where_a_file_is_answered_leads_to_it(world: World) -> None:
    (item,) = told(send(world.admin, world, shipped(FILE)), STORED)
    index_all(world)
    below = item["00081190"]["Value"][0].partition("/studies")[2]
    answer = ask(world.doctor, world, below, "application/dicom")
    assert answer.status_code == 307


def test_an_agent_may_send_under_its_signature(world: World) -> None:
    assert send(world.agent, world, shipped(FILE)).status_code == 200


def test_a_doctor_may_not_send(world: World) -> None:
    assert send(world.doctor, world, shipped(FILE)).status_code == 403


def test_what_is_sent_takes_its_room(world: World) -> None:
    before = world.usage()[1]
    send(world.admin, world, shipped(FILE))
    assert before - world.usage()[1] == len(shipped(FILE))


def test_what_is_sent_twice_is_stored_once(world: World) -> None:
    send(world.admin, world, shipped(FILE))
    before = world.usage()[1]
    response = send(world.admin, world, shipped(FILE))
    assert (response.status_code, len(told(response, STORED))) == (200, 1)
    assert world.usage()[1] == before


def test_what_stands_twice_in_a_request_is_answered_for_twice(world: World) -> None:
    response = send(world.admin, world, an_instance(), an_instance())
    assert len(told(response, STORED)) == 2
    assert [each["stored"] for each in batches(world)] == ["1"]


def test_two_files_of_one_uid_are_put_back_beside_each_other(world: World) -> None:
    send(world.admin, world, an_instance(pixels=b"first"), an_instance(pixels=b"second"))
    examination = world.doctor.get(f"/targets/{world.target_id}/examinations")["items"][0]
    shown = world.doctor.get(
        f"/targets/{world.target_id}/examinations/{examination['examination_id']}"
    )
    assert sorted(each["path"] for each in shown["files"]) == [
        "1.2.4.1/1.2.3.1-2.dcm",
        "1.2.4.1/1.2.3.1.dcm",
    ]


def test_each_examination_is_a_batch_that_is_complete(world: World) -> None:
    send(world.admin, world, an_instance(1, study=1), an_instance(2, study=2))
    assert [each["state"] for each in batches(world)] == ["complete", "complete"]


def test_who_sent_stands_in_the_audit_log_before_a_byte_is_kept(world: World) -> None:
    send(world.admin, world, shipped(FILE))
    rows = [each for _, each, _ in of_facility(world.facility_id)]
    (row,) = [each for each in rows if each.action == "store-dicom"]
    assert (row.actor_id, row.amount) == ("person-facility-admin", 1)
    assert [row.subject] == [each["sk"].removeprefix("BATCH#") for each in batches(world)]


def test_a_bad_file_does_not_lose_the_good_ones(world: World) -> None:
    response = send(world.admin, world, an_instance(1), an_instance(2)[:-3], an_instance(3))
    assert response.status_code == 202
    assert len(told(response, STORED)) == 2
    assert reasons(response) == [0xC000]


def test_what_has_no_uids_is_refused_without_a_name(world: World) -> None:
    response = send(world.admin, world, b"no DICOM at all")
    assert (response.status_code, told(response, FAILED)) == (409, [])
    assert reasons(response, OTHERS) == [0xC000]


def test_what_is_refused_by_its_header_opens_no_batch(world: World) -> None:
    send(world.admin, world, b"no DICOM at all")
    assert batches(world) == []


def test_a_file_of_another_study_than_the_address_is_refused(world: World) -> None:
    response = send(world.admin, world, shipped(FILE), shipped(OTHER), study=study_of(FILE))
    assert response.status_code == 202
    assert reasons(response) == [0xA900]


def test_what_does_not_fit_the_capacity_is_refused_and_the_rest_is_kept(world: World) -> None:
    little, much = an_instance(1), an_instance(2, pixels=b"x" * 3000)
    tight = build(world.client, capacity_bytes=2000)
    response = send(tight.admin, tight, little, much)
    assert (response.status_code, len(told(response, STORED))) == (202, 1)
    assert reasons(response) == [0xA700]
    assert tight.usage()[1] == 2000 - len(little)


def test_a_patient_who_is_left_out_is_refused(world: World) -> None:
    chosen = build(world.client, patients={"mode": "all_but", "patient_ids": ["P-2"]})
    both = (an_instance(1, study=1), an_instance(2, study=2, patient=b"P-2"))
    response = send(chosen.admin, chosen, *both)
    assert (response.status_code, len(told(response, STORED))) == (202, 1)
    assert reasons(response) == [0x0124]


@pytest.mark.parametrize("scope", ["patient", "examination"])
def test_a_plan_by_patient_or_examination_gets_a_batch_for_each(world: World, scope: str) -> None:
    timing = {"kind": "nightly", "at": "02:00"}
    apart = build(world.client, timing=timing, batch_scope=scope)
    both = (an_instance(1, study=1), an_instance(2, study=2, patient=b"P-2"))
    assert send(apart.admin, apart, *both).status_code == 200
    assert len({each["of"] for each in batches(apart)}) == 2


def test_without_a_contract_nothing_is_taken(world: World) -> None:
    world.admin.post(f"/contracts/{world.contract_id}/end")
    response = send(world.admin, world, shipped(FILE))
    assert response.status_code == 409
    assert json.loads(response.body)["type"].endswith("/contract-ended")
    sign(world)
    assert send(world.admin, world, shipped(FILE)).status_code == 200


def test_more_than_a_request_holds_is_told_how_to_send(world: World) -> None:
    response = send(world.admin, world, b"x" * MOST_BYTES)
    problem = json.loads(response.body)
    assert (response.status_code, problem["limit_bytes"]) == (413, MOST_BYTES)
    assert "hokan-agent" in problem["detail"]
    assert problem["described_at"].endswith("/openapi.json")


def test_as_much_as_a_request_holds_is_taken(world: World) -> None:
    empty = len(in_parts(an_instance(pixels=b"")))
    full = an_instance(pixels=b"x" * ((MOST_BYTES - empty) // 2 * 2))
    assert send(world.admin, world, full).status_code == 200


def test_more_files_than_one_claim_holds_are_refused(world: World) -> None:
    response = send(world.admin, world, *[b"x"] * (storing.MOST_FILES + 1))
    assert response.status_code == 413


def test_more_examinations_than_there_is_time_for_are_refused(world: World) -> None:
    many = [an_instance(each, study=each) for each in range(storing.MOST_EXAMINATIONS + 1)]
    assert send(world.admin, world, *many).status_code == 413
    assert batches(world) == []


def test_who_wants_an_answer_in_xml_is_refused_before_anything_is_kept(world: World) -> None:
    response = send(world.admin, world, shipped(FILE), accept="application/dicom+xml")
    assert response.status_code == 406
    assert batches(world) == []


@pytest.mark.parametrize("media", ["application/json", MEDIA.replace("related", "form-data")])
def test_a_body_of_another_type_is_refused(world: World, media: str) -> None:
    assert send(world.admin, world, shipped(FILE), media=media).status_code == 415


def test_nobody_is_told_what_type_to_send_before_they_sign_in(world: World) -> None:
    path = f"/dicom-web/targets/{world.target_id}/studies"
    assert post(world.doctor, path, b"{}", media="application/json").status_code == 403


def test_the_event_that_comes_later_finds_it_done(world: World) -> None:
    send(world.admin, world, shipped(FILE))
    before = world.usage()
    digest = hashlib.sha256(shipped(FILE)).hexdigest()
    assert world.arrived(digest) == {"batchItemFailures": []}
    assert world.usage() == before


def test_what_another_batch_awaits_is_taken_from_here(world: World) -> None:
    body = an_instance()
    digest = hashlib.sha256(body).hexdigest()
    entry = {"path": "a", "size": len(body), "sha256": digest, "examination": None}
    waiting = world.open_batch()
    world.chunk(waiting, 0, {"examinations": [], "entries": [entry]})
    assert send(world.admin, world, body).status_code == 200
    assert world.finish(waiting)["state"] == "complete"
