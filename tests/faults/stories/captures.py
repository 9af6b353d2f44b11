"""Captures: a device's way in, what it sends, and what its doctor makes of that."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from chalicelib.buffer import keeping, keeping_store
from chalicelib.buffer.model import Kept, buffer_of
from chalicelib.kernel import clock
from tests.buffer.scene import a_camera, a_jpeg, an_endoscope, announce, announced, put, send
from tests.buffer.scene import doctor as owner
from tests.faults.stories.telling import Act, calls, story
from tests.support.canary import CANARY
from tests.support.people import Anonymous, Device
from tests.support.snapshot import once
from tests.support.world import World

IMAGES = [a_jpeg(number) for number in range(3)]


def there(world: World) -> list[str]:
    """Send IMAGES; stories begin so, and a process does it once."""
    camera = a_camera(owner(world))
    name = f"captures of {world.facility_id}"
    return once(name, lambda: [send(camera, each) for each in IMAGES])


def endoscope(world: World) -> Device:
    return an_endoscope(world.client, world.doctor)


def to_keep(world: World, capture_ids: list[str]) -> dict[str, object]:
    examination = {"id": "E-1", "kind": "EGD", "examined_at": "2026-04-01T00:00:00Z"}
    wanted = {"target_id": world.target_id, "examination": examination, "patient": CANARY}
    return {"capture_ids": capture_ids, **wanted}


@story("POST /camera-codes")
def _(world: World) -> Act:
    return calls(world.doctor, "POST", "/camera-codes")


@story("POST /cameras")
def _(world: World) -> Act:
    code = world.doctor.post("/camera-codes", status=201)["code"]
    body = {"code": code, "name": "1", "public_key": Device(world.client).public_key()}
    return calls(Anonymous(world.client), "POST", "/cameras", body)


@story("GET /cameras")
def _(world: World) -> Act:
    endoscope(world)
    return calls(world.doctor, "GET", "/cameras")


@story("DELETE /cameras/{camera_id}")
def _(world: World) -> Act:
    return calls(world.doctor, "DELETE", f"/cameras/{endoscope(world).agent_id}")


@story("POST /captures")
def _(world: World) -> Act:
    body = announced(IMAGES[0])
    sent = {name: getattr(body, name) for name in body.__struct_fields__}
    return calls(endoscope(world), "POST", "/captures", sent)


@story("POST /captures/{capture_id}/arrived")
def _(world: World) -> Act:
    device = endoscope(world)
    camera = a_camera(owner(world), device.agent_id)
    capture_id = announce(camera, IMAGES[0])
    put(capture_id, camera.buffer, IMAGES[0])
    return calls(device, "POST", f"/captures/{capture_id}/arrived")


@story("GET /captures/safe")
def _(world: World) -> Act:
    return calls(endoscope(world), "GET", "/captures/safe")


@story("GET /captures")
def _(world: World) -> Act:
    """One came unnoticed, one never came."""
    camera = a_camera(owner(world))
    put(announce(camera, IMAGES[0]), camera.buffer, IMAGES[0])
    announce(camera, IMAGES[1])
    return calls(world.doctor, "GET", "/captures")


@story("GET /captures/{capture_id}/picture")
def _(world: World) -> Act:
    return calls(world.doctor, "GET", f"/captures/{there(world)[0]}/picture")


@story("POST /captures/keep")
def _(world: World) -> Act:
    """Two of three; whoever is called again goes on with the same batch."""
    kept = there(world)[:2]
    return calls(world.doctor, "POST", "/captures/keep", to_keep(world, kept))


@story("POST /captures/drop")
def _(world: World) -> Act:
    return calls(world.doctor, "POST", "/captures/drop", {"capture_ids": there(world)[:2]})


@story("PUT /captures/life")
def _(world: World) -> Act:
    return calls(world.doctor, "PUT", "/captures/life", {"hours": 336})


def broken_off(world: World) -> datetime:
    """
    Leave a keeping whose function died at once, something that came unnoticed, and what expires.

    Returns:
        When the schedule comes by.
    """
    kept = there(world)[:1]
    camera = a_camera(owner(world))
    put(announce(camera, b"\x89PNG\r\n\x1a\n"), camera.buffer, b"\x89PNG\r\n\x1a\n")
    begun(world, kept)
    return clock.now() + timedelta(hours=80)


def begun(world: World, capture_ids: list[str]) -> None:
    """Note that captures are wanted, and go no further."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keeping, "end", lambda _: Kept(kept=[]))
        world.doctor.call("POST", "/captures/keep", to_keep(world, capture_ids))
    assert keeping_store.of_buffer(buffer_of(owner(world)))
