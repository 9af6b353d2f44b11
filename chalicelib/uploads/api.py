"""Uploads over HTTP.  All of it is for agents; docs/api.md tells the protocol."""

from __future__ import annotations

import msgspec
from chalice.app import Response

from chalicelib.access.guard import GuardedRoutes
from chalicelib.access.model import Caller
from chalicelib.access.policy import Operation
from chalicelib.archive.manifest import ExceptionEntry
from chalicelib.kernel.errors import Invalid
from chalicelib.uploads import multipart, service
from chalicelib.uploads.model import BATCH_ENTRIES, CHUNK_ENTRIES, MULTIPART_BYTES, ChunkIn
from chalicelib.web.bodies import Body, read
from chalicelib.web.routes import answer

routes = GuardedRoutes(__name__)

BATCHES = "/targets/{target_id}/batches"
ONE_BATCH = BATCHES + "/{batch_id}"
MULTIPART = ONE_BATCH + "/multipart/{sha256}"


class Wanted(Body):
    sha256: list[str]


class Given(Body):
    path: str
    reason: str


class Finish(Body):
    exceptions: list[Given] = msgspec.field(default_factory=list)


class Parts(Body):
    parts: list[multipart.PartIn]


@routes.on("POST", BATCHES, Operation.UPLOAD)
def open_batch(caller: Caller, target_id: str) -> Response:
    """Open a batch."""
    batch = service.open_batch(caller, target_id)
    limits = {"chunk_entries": CHUNK_ENTRIES, "batch_entries": BATCH_ENTRIES}
    body = {"batch_id": batch.batch_id, **limits, "multipart_bytes": MULTIPART_BYTES}
    return answer(body, 201)


@routes.on("PUT", ONE_BATCH + "/chunks/{number}", Operation.UPLOAD)
def put_chunk(caller: Caller, target_id: str, batch_id: str, number: str) -> Response:
    """Declare files and learn what to do with each."""
    if not number.isdecimal() or len(number) > 5:
        raise Invalid("a chunk's number is a whole number from 0")
    sent = read(routes.request, ChunkIn)
    answers = service.put_chunk(caller, target_id, batch_id, int(number), sent)
    return answer({"answers": answers})


@routes.on("POST", ONE_BATCH + "/urls", Operation.UPLOAD)
def fresh_urls(caller: Caller, target_id: str, batch_id: str) -> Response:
    """Give fresh URLs for objects that are awaited."""
    wanted = read(routes.request, Wanted).sha256
    return answer({"answers": service.fresh_urls(caller, target_id, batch_id, wanted)})


@routes.on("POST", MULTIPART, Operation.UPLOAD)
def start_multipart(caller: Caller, target_id: str, batch_id: str, sha256: str) -> Response:
    """Start a large upload, or tell where it stands."""
    return answer(multipart.start(caller, target_id, batch_id, sha256))


@routes.on("POST", MULTIPART + "/parts", Operation.UPLOAD)
def sign_parts(caller: Caller, target_id: str, batch_id: str, sha256: str) -> Response:
    """Give URLs for parts."""
    parts = read(routes.request, Parts).parts
    return answer({"parts": multipart.sign_parts(caller, target_id, batch_id, sha256, parts)})


@routes.on("POST", MULTIPART + "/complete", Operation.UPLOAD)
def complete_multipart(caller: Caller, target_id: str, batch_id: str, sha256: str) -> Response:
    """Join the parts of a large upload."""
    multipart.complete(caller, target_id, batch_id, sha256)
    return answer({"state": "uploaded"})


@routes.on("POST", ONE_BATCH + "/finish", Operation.UPLOAD)
def finish(caller: Caller, target_id: str, batch_id: str) -> Response:
    """End a batch."""
    given = read(routes.request, Finish).exceptions
    exceptions = [ExceptionEntry(path=each.path, reason=each.reason) for each in given]
    return answer(service.finish(caller, target_id, batch_id, exceptions))
