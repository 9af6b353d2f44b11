"""A facility with a display tool, and examinations to look at."""

from __future__ import annotations

from typing import Any

import boto3

from chalicelib.access.model import Caller, Role
from chalicelib.album import service
from chalicelib.archive.store import cases
from chalicelib.archive.store.cases import Case
from chalicelib.settings import settings
from tests.pictures.scene import a_dicom
from tests.support.canary import CANARY
from tests.support.world import World, today

FILM = a_dicom(bytes(3 * 64), frames=b"3 ", rows=8, columns=8)
PICTURES = {f"E-1/IMG{number:04}.JPG": f"picture {number}".encode() for number in range(1, 4)}


def add_tool(world: World) -> str:
    """Add a display tool without a contract; return it."""
    added = world.admin.post("/targets", {"name": "Album", "kind": "display"}, status=201)
    return str(added["target_id"])


def with_tool(world: World, **terms: Any) -> str:
    """Sign a contract for a display tool; return the contract."""
    form = {"target_id": add_tool(world), "term": "monthly", "starts_on": today().isoformat()}
    told = world.admin.post("/contracts", form | {"case_units": 0} | terms, status=201)
    return str(told["contract_id"])


def an_examination(
    world: World, number: int = 1, *, day: str = "2026-04-01", kind: str = "EGD", **patient: str
) -> str:
    """Back an examination of three pictures up; return its path among the pages."""
    files = {path.replace("E-1", f"E-{number}"): body for path, body in PICTURES.items()}
    person = CANARY | patient
    world.back_up(files, id=f"E-{number}", patient=person, examined_at=day, kind=kind)
    return path_of(world, f"E-{number}")


def path_of(world: World, source_id: str = "E-1") -> str:
    return f"/portal/album/{world.target_id}/{id_of(world, source_id)}"


def id_of(world: World, source_id: str = "E-1") -> str:
    listed = world.doctor.get(f"/targets/{world.target_id}/examinations")["items"]
    return next(str(each["examination_id"]) for each in listed if each["source_id"] == source_id)


def caller(world: World) -> Caller:
    return Caller(Role.DOCTOR, "person-doctor", world.facility_id)


def open_as_case(world: World, source_id: str = "E-1") -> str:
    """Open an examination as a case; return its path among the pages."""
    here = caller(world)
    service.open_case(here, service.of(here), world.target_id, id_of(world, source_id))
    return path_of(world, source_id)


def open_film(world: World, film: bytes = FILM) -> str:
    """Have *film* open as the one picture of a case; return its path among the pages."""
    world.back_up({"E-9/1.dcm": film}, id="E-9")
    return f"{open_as_case(world, 'E-9')}/pictures/1"


def use_up(world: World, count: int) -> None:
    """Let so many other cases be open, of examinations that are not stored any more."""
    table = boto3.resource("dynamodb").Table(settings().catalogue_table)
    for number in range(count):
        case = Case(
            target_id="target-x",
            examination_id=f"exam-{number}",
            opened_at="2026-04-01T00:00:00.000000Z",
            opened_by="person-doctor",
        )
        key = {"pk": "TARGET#target-x", "sk": f"EXAM#{case.examination_id}"}
        table.put_item(Item=key)
        assert cases.open_case(world.facility_id, case)
        table.delete_item(Key=key)
