"""A rented area with one thing of each kind, for the routes that are about areas."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from chalicelib.areas import service
from chalicelib.areas.model import OnTaken, Right
from chalicelib.kernel import clock
from tests.areas.scene import admin, rent, send
from tests.support.world import World, an_entry

AREA = "/areas/{target_id}"
NODE, BATCH = AREA + "/nodes/{node_id}", AREA + "/batches/{batch_id}"
REFUSED_NOW = {  # the parts have not come; the file is not in the bin
    BATCH + "/multipart/{sha256}/complete",
    NODE + "/erase",
}


def area_ids(world: World, large: dict[str, Any]) -> dict[str, str]:
    """Return what there is in an area where the doctor may write, *large* being awaited."""
    area = rent(replace(world), "deluxe", 10**9)
    who, person_id = admin(area), str(area.doctor.get("/me")["id"])
    service.give(who, area.target_id, person_id, Right.WRITE)
    send(area, {"a.txt": b"1"})
    (node,) = send(area, {"a.txt": b"22"}, on_taken=OnTaken.REPLACE)
    shared = service.share(who, area.target_id, node.node_id, None, in_days(7))
    batch_id = service.open_upload(who, area.target_id)
    path = BATCH.format(target_id=area.target_id, batch_id=batch_id)
    area.admin.put(f"{path}/chunks/0", {"entries": [large]})
    area.admin.post(f"{path}/multipart/{large['sha256']}")
    return {
        "target_id": area.target_id,
        "batch_id": batch_id,
        "folder_id": "root",
        "node_id": node.node_id,
        "share_id": shared.share_id,
        "person_id": person_id,
        "number": "1",
    }


def area_bodies(large: dict[str, Any]) -> dict[str, dict[str, Any]]:
    part = {"number": 1, "size": 16 * 2**20, "sha256": "2" * 64}
    return {
        AREA + "/folders": {"name": "New"},
        AREA + "/people/{person_id}": {"right": "read"},
        NODE + "/rename": {"name": "b.txt"},
        NODE + "/move": {"parent_id": "root"},
        NODE + "/shares": {"until": in_days(7)},
        NODE + "/download": {"version": 1},
        BATCH + "/chunks/{number}": {"entries": [an_entry("c.txt", b"c")]},
        BATCH + "/urls": {"sha256": [large["sha256"]]},
        BATCH + "/multipart/{sha256}/parts": {"parts": [part]},
        BATCH + "/finish": {"folder_id": "root", "on_taken": "replace"},
    }


def in_days(days: int) -> str:
    return clock.text(clock.now() + timedelta(days=days))
