"""Whoever looks at captures, keeps or drops them, or lets somebody send, is on record."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest

from chalicelib.access.model import Caller
from chalicelib.audit import store as audit
from chalicelib.audit.model import AuditEvent
from chalicelib.buffer import devices, pairing, service
from tests.buffer.scene import (
    ADDRESS,
    EXAMINATION,
    PATIENT,
    a_camera,
    a_jpeg,
    a_phone,
    doctor,
    send,
)
from tests.support.world import World

Act = Callable[[World, Caller, str], object]
KEY = base64.b64encode(bytes(32)).decode()


def enrolled(caller: Caller) -> str:
    """Enrol a device for the caller's buffer; return its id."""
    code, _ = devices.issue_code(caller)
    return devices.enrol(code, "Endoscope 1", KEY, ADDRESS).device_id


BY_THE_DOCTOR: dict[str, Act] = {
    "see-captures": lambda _, caller, capture_id: service.picture(caller, capture_id),
    "keep-captures": lambda world, caller, capture_id: service.keep(
        caller, [capture_id], world.target_id, EXAMINATION, PATIENT
    ),
    "drop-captures": lambda _, caller, capture_id: service.drop(caller, [capture_id]),
    "set-captures-life": lambda _, caller, __: service.life(caller, 24),
    "pair-camera": lambda _, caller, __: pairing.pair(caller),
    "unpair-camera": lambda _, caller, __: pairing.unpair(caller, pairing.pair(caller).pairing_id),
    "issue-camera-code": lambda _, caller, __: devices.issue_code(caller),
    "revoke-camera": lambda _, caller, __: devices.revoke(caller, enrolled(caller)),
}
BY_THE_CAMERA: dict[str, Act] = {
    "enter-as-camera": lambda _, caller, __: a_phone(caller),
    "unpair-camera": lambda _, caller, __: pairing.leave(a_phone(caller)),
    "enrol-camera": lambda _, caller, __: enrolled(caller),
}


def on_record(world: World) -> list[AuditEvent]:
    return [event for _, event, _ in audit.of_facility(world.facility_id)]


@pytest.mark.parametrize("action", BY_THE_DOCTOR)
def test_what_a_doctor_does_is_on_record_as_theirs(world: World, action: str) -> None:
    caller, capture_id = doctor(world), send(a_camera(doctor(world)), a_jpeg())
    BY_THE_DOCTOR[action](world, caller, capture_id)

    (found,) = [each for each in on_record(world) if each.action == action]
    assert (found.actor_id, found.actor_role) == (caller.id, "doctor")


@pytest.mark.parametrize("action", BY_THE_CAMERA)
def test_what_a_camera_does_is_on_record_as_its_own(world: World, action: str) -> None:
    BY_THE_CAMERA[action](world, doctor(world), "")

    (found,) = [each for each in on_record(world) if each.action == action]
    assert (found.actor_role, found.actor_id != doctor(world).id) == ("camera", True)


def test_what_is_not_there_is_looked_at_by_nobody(world: World) -> None:
    assert service.pictures(doctor(world), ["capture-none"]) == {}
    assert not [each for each in on_record(world) if each.action == "see-captures"]
