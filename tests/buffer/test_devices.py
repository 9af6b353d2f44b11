"""Endoscopes over HTTP: enrolled by a code, signing, write-only."""

from __future__ import annotations

import hashlib

import pytest

from chalicelib.access import people_store
from chalicelib.audit import store as audit
from chalicelib.buffer.model import buffer_of
from chalicelib.kernel import clock
from tests.buffer.scene import a_jpeg, an_endoscope, doctor, in_buffer, put
from tests.support.people import Anonymous, Device, Staff
from tests.support.world import World

BODY = a_jpeg()
ANNOUNCED = {
    "client_id": "one",
    "sha256": hashlib.sha256(BODY).hexdigest(),
    "size_bytes": len(BODY),
    "media_type": "image/jpeg",
}


def enrolled(world: World, whose: Staff | None = None) -> Device:
    """Return an endoscope that sends into the doctor's buffer, or somebody else's."""
    return an_endoscope(world.client, whose or world.doctor)


def test_an_endoscope_sends_a_capture_into_its_doctors_buffer(world: World) -> None:
    device = enrolled(world)
    told = device.post("/captures", ANNOUNCED)
    put(told["capture_id"], buffer_of(doctor(world)), BODY)

    assert told["state"] == "awaited"
    said = device.post(f"/captures/{told['capture_id']}/arrived")
    assert said == {"state": "safe", "capture_id": told["capture_id"], "client_id": "one"}
    assert device.get("/captures/safe") == {"safe": [said]}
    assert in_buffer(doctor(world)) == [told["capture_id"]]


def test_before_it_came_the_endoscope_hears_to_send_it_again(world: World) -> None:
    device = enrolled(world)
    capture_id = device.post("/captures", ANNOUNCED)["capture_id"]

    path = f"/captures/{capture_id}/arrived"
    assert device.refused("POST", path) == (409, "not-arrived")


def test_an_endoscope_cannot_look_at_what_it_sent(world: World) -> None:
    device = enrolled(world)
    capture_id = device.post("/captures", ANNOUNCED)["capture_id"]

    assert device.refused("GET", "/captures") == (403, "not-allowed")
    path = f"/captures/{capture_id}/picture"
    assert device.refused("GET", path) == (403, "not-allowed")


def test_an_endoscopes_code_works_once(world: World) -> None:
    code = world.doctor.post("/camera-codes", status=201)["code"]
    body = {"code": code, "name": "1", "public_key": Device(world.client).public_key()}
    Anonymous(world.client).post("/cameras", body, status=201)

    assert Anonymous(world.client).refused("POST", "/cameras", body) == (404, "no-pairing")


def test_an_agents_code_enrols_no_endoscope(world: World) -> None:
    code = world.admin.post("/agent-codes", status=201)["code"]
    body = {"code": code, "name": "1", "public_key": Device(world.client).public_key()}

    assert Anonymous(world.client).refused("POST", "/cameras", body) == (404, "no-pairing")


def test_an_endoscope_is_no_agent_of_the_facility(world: World) -> None:
    device = enrolled(world)

    assert device.agent_id not in {each["agent_id"] for each in world.admin.get("/agents")["items"]}
    path = f"/targets/{world.target_id}/batches"
    assert device.refused("POST", path) == (403, "not-allowed")


def test_a_revoked_endoscope_is_refused_at_once(world: World) -> None:
    device = enrolled(world)
    world.doctor.expect(204, "DELETE", f"/cameras/{device.agent_id}")

    assert device.refused("POST", "/captures", ANNOUNCED) == (401, "agent-revoked")


def test_an_endoscope_of_somebody_who_was_disabled_is_refused_at_once(world: World) -> None:
    device = enrolled(world)
    at = clock.text(clock.now())
    people_store.disable(world.facility_id, "person-doctor", at, by="person-admin")

    assert device.refused("POST", "/captures", ANNOUNCED) == (401, "agent-revoked")


def test_a_signature_counts_once(world: World) -> None:
    device = enrolled(world)
    device.nonce = "n" * 16
    device.post("/captures", ANNOUNCED)

    assert device.refused("POST", "/captures", ANNOUNCED) == (401, "replayed")


def test_a_doctor_sees_their_own_endoscopes_and_an_administrator_the_facilitys(
    world: World,
) -> None:
    own, others = enrolled(world), enrolled(world, world.admin)

    def listed(whose: Staff) -> list[str]:
        return [each["camera_id"] for each in whose.get("/cameras")["items"]]

    assert listed(world.doctor) == [own.agent_id]
    assert listed(world.admin) == [own.agent_id, others.agent_id]


def test_a_doctor_cannot_revoke_a_colleagues_endoscope(world: World) -> None:
    others = enrolled(world, world.admin)

    path = f"/cameras/{others.agent_id}"
    assert world.doctor.refused("DELETE", path) == (404, "not-found")
    assert others.post("/captures", ANNOUNCED)["state"] == "awaited"


@pytest.mark.parametrize("key", ["", "short", "A" * 43])
def test_a_key_that_is_none_is_refused_and_the_code_is_left(world: World, key: str) -> None:
    code = world.doctor.post("/camera-codes", status=201)["code"]
    body = {"code": code, "name": "1", "public_key": key}
    anybody = Anonymous(world.client)

    assert anybody.refused("POST", "/cameras", body)[0] == 422
    right = body | {"public_key": Device(world.client).public_key()}
    assert anybody.post("/cameras", right, status=201)


def test_enrolling_is_on_record(world: World) -> None:
    device = enrolled(world)

    found = [each for _, each, _ in audit.of_facility(world.facility_id)]
    assert (found[-1].action, found[-1].actor_id) == ("enrol-camera", device.agent_id)


def test_a_doctor_keeps_over_http(world: World) -> None:
    device = enrolled(world)
    capture_id = device.post("/captures", ANNOUNCED)["capture_id"]
    put(capture_id, buffer_of(doctor(world)), BODY)
    listed = world.doctor.get("/captures")["items"]
    wanted = {"target_id": world.target_id, "examination": {"id": "E-1"}}

    assert [each["capture_id"] for each in listed] == [capture_id]
    body = {"capture_ids": [capture_id], **wanted}
    assert world.doctor.post("/captures/keep", body) == {"kept": [capture_id], "refused": {}}
    assert world.doctor.get("/captures")["items"] == []


def test_an_announcement_of_another_kind_is_refused(world: World) -> None:
    device = enrolled(world)

    assert device.refused("POST", "/captures", ANNOUNCED | {"media_type": "text/html"})[0] == 422
