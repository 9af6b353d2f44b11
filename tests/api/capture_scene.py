"""Bodies that are right for the routes of captures."""

from __future__ import annotations

from typing import Any

from tests.buffer.scene import a_jpeg, announced
from tests.support.world import World

SOMEBODYS_OWN = {  # what is in the doctor's buffer, and came from another camera
    "admin": {"/captures/keep", "/captures/{capture_id}/picture"},
    "camera": {"/captures/{capture_id}/arrived"},
}


def capture_bodies(world: World, ids: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Return bodies that speak of the capture of *ids*, and a code that enrols a device."""
    code = world.doctor.post("/camera-codes", status=201)["code"]
    wanted = announced(a_jpeg(2))
    one = {"capture_ids": [ids["capture_id"]]}
    return {
        "/cameras": {"code": code, "name": "Endoscope 2", "public_key": world.agent.public_key()},
        "/captures": {name: getattr(wanted, name) for name in wanted.__struct_fields__},
        "/captures/keep": {**one, "target_id": ids["target_id"], "examination": {"id": "E-2"}},
        "/captures/drop": one,
        "/captures/life": {"hours": 24},
    }
