"""A target with real DICOM files in it, found by viewers; on moto."""

from __future__ import annotations

import io
import json
from functools import cache
from typing import Any
from urllib.parse import urlencode

import pydicom
from chalice.test import HTTPResponse

from chalicelib import buckets
from chalicelib.archive import manifest as manifests
from chalicelib.dicomweb import documents, indexing
from chalicelib.pictures import service
from chalicelib.pictures.service import Message
from tests.pictures.making import messages as waiting
from tests.support.dicom import shipped_files
from tests.support.people import Anonymous
from tests.support.world import World, an_entry

DICOM_JSON = "application/dicom+json"


@cache
def shipped(name: str) -> bytes:
    """Return one of the files that pydicom ships."""
    return next(each for each in shipped_files() if each.name == name).read_bytes()


def uids_of(name: str) -> dict[str, str]:
    """Return what a shipped file is called by, as paths name it."""
    header = pydicom.dcmread(io.BytesIO(shipped(name)), stop_before_pixels=True)
    return {
        "study": str(header.StudyInstanceUID),
        "series": str(header.SeriesInstanceUID),
        "instance": str(header.SOPInstanceUID),
    }


def back_up(world: World, *names: str) -> None:
    """Take files through the whole of a batch, and let viewers find them."""
    taken(world, *names)
    index_all(world)


def taken(world: World, *names: str) -> None:
    """Take files through the whole of a batch, each under its own name; their headers speak."""
    bodies = {name: shipped(name) for name in names}
    entries = [an_entry(path, body) for path, body in bodies.items()]
    batch_id = world.open_batch()
    answers = world.chunk(batch_id, 0, {"examinations": [], "entries": entries})
    for entry, answer in zip(entries, answers, strict=True):
        if answer["state"] == "upload":
            world.put_object(entry["sha256"], bodies[entry["path"]])
            world.arrived(entry["sha256"])
    world.finish(batch_id)


def index_all(world: World) -> None:
    for message in messages(world):
        indexing.index(message)
    documents.read.cache_clear()  # who reads is another process


def messages(world: World) -> list[Message]:
    """Return the messages that the target's batches are divided into, in order of time."""
    for key in buckets.keys_under(manifests.prefix(world.target_id)):
        service.divide(Message(target_id=world.target_id, manifest=key))
    return sorted(waiting(), key=lambda each: (each.manifest, each.part or 0))


def ask(
    caller: Anonymous, world: World, path: str, accept: str = DICOM_JSON, **query: str
) -> HTTPResponse:
    """Ask as a viewer does; *path* is what follows ``/studies``."""
    address = f"/dicom-web/targets/{world.target_id}/studies{path}"
    address += f"?{urlencode(query)}" if query else ""
    headers = {**caller.headers("GET", address, b""), "Accept": accept}
    return caller.client.http.request("GET", address, headers=headers)


def found(world: World, path: str = "", **query: str) -> list[dict[str, Any]]:
    """Return what the doctor's search answers."""
    response = ask(world.doctor, world, path, **query)
    assert response.status_code == 200, response.body
    return list(json.loads(response.body))


def values(found: list[dict[str, Any]], tag: str) -> list[Any]:
    """Return the first value at *tag* of each data set."""
    return [each[tag]["Value"][0] if each.get(tag, {}).get("Value") else None for each in found]
