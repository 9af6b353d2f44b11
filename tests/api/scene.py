"""A facility with one thing of each kind, and for each route a body that is right there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from chalice.test import Client

from chalicelib.patient_charts.sharing.health_links import Made
from tests.access.test_matrix import body_for, ids_of
from tests.album.scene import with_tool
from tests.api.area_scene import DIGEST, LARGE, area_bodies, area_ids
from tests.api.capture_scene import capture_bodies, endoscope_of
from tests.api.desk_scene import desk_bodies, desk_of
from tests.api.inquiry_scene import inquiry_bodies
from tests.dicomweb.scene import shipped
from tests.dicomweb.sending import in_parts
from tests.network.scene import BORN
from tests.patient_charts.paper import a_released
from tests.patient_charts.test_health_links import ask, id_of, made_of
from tests.support.cognito import token
from tests.support.people import Device
from tests.support.world import World, a_form, build

CAPACITY_BYTES = 10**9


@dataclass
class Scene:
    """
    Attributes:
        ids: What there is, by the name it has in paths and bodies.
        elsewhere: Other values of some, by how the paths begin that mean those.
        bodies: By route, where a body that is right is more than what the matrix sends.
        camera: The device whose capture is among the ids.
    """

    world: World
    ids: dict[str, str]
    elsewhere: dict[str, dict[str, str]]
    bodies: dict[str, dict[str, Any]]
    camera: Device

    def seen_by(self, client: Client) -> Scene:
        """Return a copy whose people and devices call through *client*, signing in as of now."""
        signed = {**self.bodies, "/sessions": {"id_token": token()}}
        camera, world = replace(self.camera, client=client), self.world.seen_by(client)
        return replace(self, world=world, bodies=signed, camera=camera)

    def of(self, path: str) -> dict[str, str]:
        """Return what there is, for the route of *path*."""
        meant = (ids for start, ids in self.elsewhere.items() if path.startswith(start))
        return self.ids | next(meant, {})

    def body(self, path: str) -> dict[str, Any]:
        """Return a body that the route of *path* takes."""
        return self.bodies.get(path) or dict(body_for(path))

    def files(self) -> bytes:
        """Return a body of files, for routes that take no JSON."""
        return in_parts(shipped("CT_small.dcm"))


def build_scene(client: Client) -> Scene:
    world = build(client, capacity_bytes=CAPACITY_BYTES)
    ids = {**ids_of(world), "facility_id": world.facility_id, "number": "1"}
    world.agent.post(f"/agent/jobs/{ids['job_id']}/take")
    with_tool(world)
    await_a_large_object(world, ids["batch_id"])
    made = made_of(a_released(world, "E-9"))
    (file,) = ask(made, longest=1).files
    ids |= {"link_id": id_of(made), "ticket": file.location.rpartition("/")[2]}
    endoscope = endoscope_of(world)
    ids |= endoscope.ids
    own = {**shared(made), **area_bodies(), **capture_bodies(world, endoscope)}
    own |= inquiry_bodies()
    desk = desk_of(world)
    own |= desk_bodies(desk)
    elsewhere = {"/areas/": area_ids(world), "/desk": desk.ids, "/departments": desk.ids}
    elsewhere["/inquiry-box"] = desk.ids | {"month": "2026-11"}
    return Scene(world, ids, elsewhere, {**bodies(world, ids), **own}, endoscope.device)


def shared(made: Made) -> dict[str, dict[str, Any]]:
    """Return what opens the SMART Health Link of a patient."""
    return {"/shl/{link_id}": {"recipient": "Dr Ito", "passcode": made.passcode}}


def await_a_large_object(world: World, batch_id: str) -> None:
    world.chunk(batch_id, 0, {"examinations": [], "entries": [LARGE]})
    world.agent.post(f"/targets/{world.target_id}/batches/{batch_id}/multipart/{DIGEST}")


def bodies(world: World, ids: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Return a right body for each route whose usual one is not enough."""
    contract, batch = "/contracts/{contract_id}", "/targets/{target_id}/batches/{batch_id}"
    form, change = a_form(a_new_target(world)), {"capacity_bytes": 2 * CAPACITY_BYTES}
    code = world.admin.post("/agent-codes", status=201)["code"]
    entry = {"path": "a", "size": 1, "sha256": "1" * 64, "examination": "E-2"}
    part = {"number": 1, "size": 16 * 2**20, "sha256": "2" * 64}
    return {
        "/sessions": {"id_token": token()},
        "/facilities": {"name": "Midori Hospital", "zone": "Asia/Tokyo"},
        "/agents": {"code": code, "name": "PC 2", "public_key": world.agent.public_key()},
        "/targets": {"name": "Ultrasound", "kind": "mass_storage"},
        "/quotes": form,
        "/contracts": {**form, "terms_sha256": None},
        f"{contract}/amendments/quote": change,
        f"{contract}/amendments": {**change, "terms_sha256": None},
        "/agent/poll": {"version": "1.0"},
        "/facilities/{facility_id}/targets/{target_id}/hold": {"reason": "A court asked for it."},
        f"{batch}/chunks/{{number}}": {"examinations": [{"id": "E-2"}], "entries": [entry]},
        f"{batch}/multipart/{{sha256}}/parts": {"parts": [part]},
        "/restores": {
            "target_id": ids["target_id"],
            "scope": "patient",
            "patient_key": ids["patient_key"],
            "agent_id": ids["agent_id"],
        },
        "/network/find": {"network_id": ids["network_id"], "birth_date": BORN},
        "/restores/{restore_id}/urls": {"sha256": [sha256(b"one").hexdigest()]},
    }


def a_new_target(world: World) -> str:
    target = {"name": "Bronchoscopy", "kind": "mass_storage"}
    return str(world.admin.post("/targets", target, status=201)["target_id"])
