"""An endoscope with a capture of its own, for the routes that are about captures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chalicelib.buffer.model import Buffer, Camera
from tests.buffer.scene import a_jpeg, an_endoscope, send
from tests.support.people import Device
from tests.support.world import World

DIGEST = "0" * 64  # of what nobody has sent
DOCTORS = {"/captures/{capture_id}/picture", "/captures/keep"}  # a buffer is one person's


@dataclass(frozen=True)
class Endoscope:
    """A device of the doctor's, and what it has sent."""

    device: Device
    ids: dict[str, str]


def endoscope_of(world: World) -> Endoscope:
    device = an_endoscope(world.client, world.doctor)
    owner = Buffer(world.facility_id, str(world.doctor.get("/me")["id"]))
    capture_id = send(Camera(owner, device.agent_id), a_jpeg())
    return Endoscope(device, {"camera_id": device.agent_id, "capture_id": capture_id})


def capture_bodies(world: World, endoscope: Endoscope) -> dict[str, dict[str, Any]]:
    code = world.doctor.post("/camera-codes", status=201)["code"]
    chosen = [endoscope.ids["capture_id"]]
    return {
        "/cameras": {
            "code": code,
            "name": "Endoscope 2",
            "public_key": endoscope.device.public_key(),
        },
        "/captures": {
            "client_id": "0001",
            "sha256": DIGEST,
            "size_bytes": 1,
            "media_type": "image/jpeg",
        },
        "/captures/keep": {
            "capture_ids": chosen,
            "target_id": world.target_id,
            "examination": {"id": "E-3"},
            "patient": {"id": "P-3"},
        },
        "/captures/drop": {"capture_ids": chosen},
        "/captures/life": {"hours": 24},
    }
