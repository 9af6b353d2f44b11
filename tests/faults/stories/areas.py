"""Rented areas: files sent, placed, moved, binned, erased; each killed at any call."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from chalicelib.areas import service
from chalicelib.areas.model import Node
from chalicelib.kernel import clock
from tests.areas.scene import admin, doctor, rent, send, upload
from tests.faults.stories.telling import Act, calls, story
from tests.support.snapshot import once
from tests.support.world import World, an_entry

AREA = "/areas/{target_id}"
NODE = AREA + "/nodes/{node_id}"
BATCH = AREA + "/batches/{batch_id}"
FILES = {"a/one.txt": b"one", "two.txt": b"two"}
BIG = 65 * 2**20


def rented(world: World, service_class: str = "economy") -> World:
    """Let the world be about an area; a process rents it once."""
    made = once(
        f"area for {world.facility_id}, {service_class}",
        lambda: _names(rent(world, service_class, 100 * 2**20)),
    )
    world.target_id, world.contract_id = made
    return world


def _names(world: World) -> tuple[str, str]:
    return world.target_id, world.contract_id


def filled(world: World, service_class: str = "economy") -> tuple[Node, Node]:
    """Return a folder with a file in it, and a file, in an area."""
    rented(world, service_class)
    nodes = once(f"files in {world.target_id}", lambda: send(world, FILES))
    folder, file = sorted(nodes, key=lambda each: not each.is_folder)
    return folder, file


def at(path: str, world: World, **parts: str) -> str:
    return path.format(target_id=world.target_id, **parts)


def in_days(days: int) -> str:
    return clock.text(clock.now() + timedelta(days=days))


# --- looking --------------------------------------------------------------------------------------


@story("GET /areas")
def _(world: World) -> Act:
    filled(world)
    return calls(world.admin, "GET", "/areas")


@story("GET /shared-files")
def _(world: World) -> Act:
    _, file = filled(world)
    service.share(admin(world), world.target_id, file.node_id, None, in_days(7))
    return calls(world.doctor, "GET", "/shared-files")


for what in ("", "/people", "/bin", "/folders/root"):

    @story(f"GET {AREA}{what}".replace("root", "{folder_id}"))
    def _(world: World, what: str = what) -> Act:
        filled(world)
        return calls(world.admin, "GET", at(AREA + what, world))


for what in ("", "/versions", "/shares"):

    @story(f"GET {NODE}{what}")
    def _(world: World, what: str = what) -> Act:
        _, file = filled(world)
        return calls(world.admin, "GET", at(NODE + what, world, node_id=file.node_id))


# --- changing -------------------------------------------------------------------------------------

CHANGES: dict[str, dict[str, Any]] = {
    "download": {},
    "preview": {},
    "rename": {"name": "three.txt"},
    "bin": {},
    "shares": {"until": "2026-12-24T00:00:00Z"},
}
for what, body in CHANGES.items():

    @story(f"POST {NODE}/{what}")
    def _(world: World, what: str = what, body: dict[str, Any] = body) -> Act:
        _, file = filled(world)
        said = body | ({"until": in_days(7)} if "until" in body else {})
        path = at(f"{NODE}/{what}", world, node_id=file.node_id)
        return calls(world.admin, "POST", path, said)


@story(f"POST {AREA}/folders")
def _(world: World) -> Act:
    filled(world)
    return calls(world.admin, "POST", at(AREA + "/folders", world), {"name": "new"})


@story(f"POST {NODE}/move")
def _(world: World) -> Act:
    folder, file = filled(world)
    path = at(NODE + "/move", world, node_id=file.node_id)
    return calls(world.admin, "POST", path, {"parent_id": folder.node_id})


@story(f"PUT {AREA}/people/{{person_id}}")
def _(world: World) -> Act:
    filled(world)
    who = doctor(world)
    path = at(AREA + "/people/{person_id}", world, person_id=who.id)
    return calls(world.admin, "PUT", path, {"right": "write"})


@story(f"POST {NODE}/take-back")
def _(world: World) -> Act:
    folder, _ = filled(world)
    service.bin_node(admin(world), world.target_id, folder.node_id)
    return calls(world.admin, "POST", at(NODE + "/take-back", world, node_id=folder.node_id))


@story(f"POST {NODE}/erase")
def _(world: World) -> Act:
    folder, _ = filled(world)
    service.bin_node(admin(world), world.target_id, folder.node_id)
    return calls(world.admin, "POST", at(NODE + "/erase", world, node_id=folder.node_id))


@story(f"POST {NODE}/versions/{{number}}/current")
def _(world: World) -> Act:
    _, file = filled(world, "deluxe")
    body, path = {"folder_id": "root", "on_taken": "replace"}, at(AREA, world)
    batch_id = upload(world, {"two.txt": b"2"})
    world.arrived(hashlib.sha256(b"2").hexdigest())
    world.admin.post(f"{path}/batches/{batch_id}/finish", body)
    current = at(NODE + "/versions/1/current", world, node_id=file.node_id)
    return calls(world.admin, "POST", current)


@story(f"DELETE {AREA}/shares/{{share_id}}")
def _(world: World) -> Act:
    _, file = filled(world)
    shared = service.share(admin(world), world.target_id, file.node_id, None, in_days(7))
    path = at(AREA + "/shares/{share_id}", world, share_id=shared.share_id)
    return calls(world.admin, "DELETE", path)


# --- sending --------------------------------------------------------------------------------------


@story(f"POST {AREA}/batches")
def _(world: World) -> Act:
    rented(world)
    return calls(world.admin, "POST", at(AREA + "/batches", world))


@story(f"PUT {BATCH}/chunks/{{number}}")
def _(world: World) -> Act:
    """One of its files is there already, so that the batch has to hold on to it."""
    filled(world)
    batch_id = service.open_upload(admin(world), world.target_id)
    entries = [an_entry("c.txt", b"two"), an_entry("d.txt", b"four")]
    path = at(BATCH + "/chunks/0", world, batch_id=batch_id)
    return calls(world.admin, "PUT", path, {"entries": entries})


@story(f"POST {BATCH}/urls")
def _(world: World) -> Act:
    rented(world)
    batch_id = upload(world, FILES)
    digests = [hashlib.sha256(body).hexdigest() for body in FILES.values()]
    path = at(BATCH + "/urls", world, batch_id=batch_id)
    return calls(world.admin, "POST", path, {"sha256": digests})


@story(f"POST {BATCH}/finish")
def _(world: World) -> Act:
    """Its files replace one and join a folder; who finished it may die before they are placed."""
    filled(world)
    files = {"a/three.txt": b"three", "two.txt": b"2"}
    batch_id = upload(world, files)
    for body in files.values():
        world.arrived(hashlib.sha256(body).hexdigest())
    path = at(BATCH + "/finish", world, batch_id=batch_id)
    return calls(world.admin, "POST", path, {"on_taken": "replace"})


def _multipart(world: World) -> str:
    rented(world)
    batch_id = service.open_upload(admin(world), world.target_id)
    entry = {"path": "big", "size": BIG, "sha256": "b" * 64, "examination": None}
    path = at(BATCH, world, batch_id=batch_id)
    world.admin.put(f"{path}/chunks/0", {"entries": [entry]})
    return f"{path}/multipart/{'b' * 64}"


@story(f"POST {BATCH}/multipart/{{sha256}}")
def _(world: World) -> Act:
    return calls(world.admin, "POST", _multipart(world))


@story(f"POST {BATCH}/multipart/{{sha256}}/parts")
def _(world: World) -> Act:
    path = _multipart(world)
    world.admin.call("POST", path, {})
    part = {"number": 5, "size": 2**20, "sha256": "c" * 64}
    return calls(world.admin, "POST", f"{path}/parts", {"parts": [part]})


@story(f"POST {BATCH}/multipart/{{sha256}}/complete")
def _(world: World) -> Act:
    path = _multipart(world)
    world.admin.call("POST", path, {})
    return calls(world.admin, "POST", f"{path}/complete")
