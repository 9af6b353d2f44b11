"""Rented areas in the portal."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

from chalicelib.access.model import Role
from chalicelib.areas import service
from chalicelib.web import forms
from chalicelib.web.cookies import SESSION
from tests.areas.scene import admin, doctor, upload
from tests.faults.stories.areas import BIG, FILES, at, filled, in_days, rented
from tests.faults.stories.telling import Act, clicks, story
from tests.support.visitor import Visitor, signed_in
from tests.support.world import World, an_entry

AREA = "/portal/areas/{target_id}"
FOLDER = AREA + "/folders/{folder_id}"
NODE = AREA + "/nodes/{node_id}"
UPLOAD = AREA + "/uploads/{batch_id}"


def asks(world: World, method: str, path: str, **fields: Callable[[], str]) -> Act:
    return clicks(signed_in(Role.FACILITY_ADMIN, world.facility_id), method, path, **fields)


# --- looking --------------------------------------------------------------------------------------


@story("GET /portal/areas")
def _(world: World) -> Act:
    filled(world)
    return asks(world, "GET", "/portal/areas")


@story("GET /portal/shared-files")
def _(world: World) -> Act:
    _, file = filled(world)
    service.share(admin(world), world.target_id, file.node_id, None, in_days(7))
    return clicks(signed_in(Role.DOCTOR, world.facility_id), "GET", "/portal/shared-files")


for what in ("/people", "/bin", "/folders/root"):

    @story(f"GET {AREA}{what}".replace("root", "{folder_id}"))
    def _(world: World, what: str = what) -> Act:
        filled(world)
        return asks(world, "GET", at(AREA + what, world))


for what in ("", "/preview", "/move"):

    @story(f"GET {NODE}{what}")
    def _(world: World, what: str = what) -> Act:
        _, file = filled(world)
        return asks(world, "GET", at(NODE + what, world, node_id=file.node_id))


# --- changing -------------------------------------------------------------------------------------


CHANGES: dict[str, dict[str, str]] = {
    "download": {},
    "rename": {"name": "three.txt"},
    "bin": {},
}
for what, typed in CHANGES.items():

    @story(f"POST {NODE}/{what}")
    def _(world: World, what: str = what, typed: dict[str, str] = typed) -> Act:
        _, file = filled(world)
        fields = {name: lambda text=text: text for name, text in typed.items()}
        return asks(world, "POST", at(f"{NODE}/{what}", world, node_id=file.node_id), **fields)


@story(f"POST {NODE}/move")
def _(world: World) -> Act:
    folder, file = filled(world)
    path = at(NODE + "/move", world, node_id=file.node_id)
    return asks(world, "POST", path, into=lambda: folder.node_id)


@story(f"POST {NODE}/shares")
def _(world: World) -> Act:
    _, file = filled(world)
    path, until = at(NODE + "/shares", world, node_id=file.node_id), in_days(7)[:10]
    return asks(world, "POST", path, person=lambda: "everybody", until=lambda: until)


@story(f"POST {NODE}/shares/{{share_id}}/end")
def _(world: World) -> Act:
    _, file = filled(world)
    shared = service.share(admin(world), world.target_id, file.node_id, None, in_days(7))
    parts = {"node_id": file.node_id, "share_id": shared.share_id}
    return asks(world, "POST", at(NODE + "/shares/{share_id}/end", world, **parts))


@story(f"POST {NODE}/versions/{{number}}/current")
def _(world: World) -> Act:
    _, file = filled(world, "deluxe")
    batch_id = upload(world, {"two.txt": b"2"})
    world.arrived(hashlib.sha256(b"2").hexdigest())
    body = {"folder_id": "root", "on_taken": "replace"}
    world.admin.post(f"/areas/{world.target_id}/batches/{batch_id}/finish", body)
    return asks(world, "POST", at(NODE + "/versions/1/current", world, node_id=file.node_id))


@story(f"POST {NODE}/take-back")
def _(world: World) -> Act:
    folder, _ = filled(world)
    service.bin_node(admin(world), world.target_id, folder.node_id)
    return asks(world, "POST", at(NODE + "/take-back", world, node_id=folder.node_id))


@story(f"POST {NODE}/erase")
def _(world: World) -> Act:
    folder, _ = filled(world)
    service.bin_node(admin(world), world.target_id, folder.node_id)
    path = at(NODE + "/erase", world, node_id=folder.node_id)
    return asks(world, "POST", path, sure=lambda: "yes")


@story(f"POST {FOLDER}")
def _(world: World) -> Act:
    filled(world)
    return asks(world, "POST", at(FOLDER, world, folder_id="root"), name=lambda: "new")


@story(f"POST {AREA}/people")
def _(world: World) -> Act:
    filled(world)
    who = doctor(world)
    path = at(AREA + "/people", world)
    return asks(world, "POST", path, person=lambda: who.id, right=lambda: "write")


# --- sending --------------------------------------------------------------------------------------


@story(f"POST {FOLDER}/files")
def _(world: World) -> Act:
    filled(world)
    cookies = signed_in(Role.FACILITY_ADMIN, world.facility_id).cookies
    path, token = at(FOLDER + "/files", world, folder_id="root"), forms.token(cookies[SESSION])
    return lambda: Visitor(cookies=dict(cookies)).upload(path, {"csrf": token}, {"file": b"small"})


@story(f"POST {AREA}/uploads")
def _(world: World) -> Act:
    rented(world)
    return asks(world, "POST", at(AREA + "/uploads", world))


@story(f"POST {UPLOAD}/chunks/{{number}}")
def _(world: World) -> Act:
    filled(world)
    batch_id = service.open_upload(admin(world), world.target_id)
    entries = [an_entry("c.txt", b"two"), an_entry("d.txt", b"four")]
    path = at(UPLOAD + "/chunks/0", world, batch_id=batch_id)
    return asks(world, "POST", path, sent=lambda: json.dumps({"entries": entries}))


@story(f"POST {UPLOAD}/urls")
def _(world: World) -> Act:
    rented(world)
    batch_id = upload(world, FILES)
    digests = [hashlib.sha256(body).hexdigest() for body in FILES.values()]
    path = at(UPLOAD + "/urls", world, batch_id=batch_id)
    return asks(world, "POST", path, sent=lambda: json.dumps(digests))


@story(f"POST {UPLOAD}/finish")
def _(world: World) -> Act:
    filled(world)
    files = {"a/three.txt": b"three", "two.txt": b"2"}
    batch_id = upload(world, files)
    for body in files.values():
        world.arrived(hashlib.sha256(body).hexdigest())
    path = at(UPLOAD + "/finish", world, batch_id=batch_id)
    return asks(world, "POST", path, on_taken=lambda: "replace")


def _multipart(world: World) -> tuple[str, str]:
    """Declare a large file; return its path of the interface, and that of the portal."""
    rented(world)
    batch_id = service.open_upload(admin(world), world.target_id)
    entry = {"path": "big", "size": BIG, "sha256": "b" * 64, "examination": None}
    batch = f"/areas/{world.target_id}/batches/{batch_id}"
    world.admin.put(f"{batch}/chunks/0", {"entries": [entry]})
    ours = at(UPLOAD, world, batch_id=batch_id)
    return f"{batch}/multipart/{'b' * 64}", f"{ours}/multipart/{'b' * 64}"


@story(f"POST {UPLOAD}/multipart/{{sha256}}")
def _(world: World) -> Act:
    return asks(world, "POST", _multipart(world)[1])


@story(f"POST {UPLOAD}/multipart/{{sha256}}/parts")
def _(world: World) -> Act:
    theirs, ours = _multipart(world)
    world.admin.call("POST", theirs, {})
    part = {"number": 5, "size": 2**20, "sha256": "c" * 64}
    return asks(world, "POST", f"{ours}/parts", sent=lambda: json.dumps([part]))


@story(f"POST {UPLOAD}/multipart/{{sha256}}/complete")
def _(world: World) -> Act:
    theirs, ours = _multipart(world)
    world.admin.call("POST", theirs, {})
    return asks(world, "POST", f"{ours}/complete")
