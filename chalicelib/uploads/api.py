"""Uploads over HTTP.  All of it is for agents; docs/api.md tells the protocol."""

from __future__ import annotations

from typing import Annotated

import msgspec

from chalicelib.access.guard import GuardedRoutes
from chalicelib.access.model import Caller
from chalicelib.access.policy import Operation
from chalicelib.archive.manifest import ExceptionEntry
from chalicelib.kernel.errors import Invalid
from chalicelib.uploads import multipart, proof, service
from chalicelib.uploads.model import (
    BATCH_ENTRIES,
    CHUNK_ENTRIES,
    MULTIPART_BYTES,
    ChunkIn,
    EntryAnswer,
    Summary,
)
from chalicelib.uploads.multipart import PartIn, SignedPart, Standing
from chalicelib.web.bodies import Body, Id

routes = GuardedRoutes(__name__)

BATCHES = "/targets/{target_id}/batches"
ONE_BATCH = BATCHES + "/{batch_id}"
MULTIPART = ONE_BATCH + "/multipart/{sha256}"

ChunkNumber = Annotated[str, msgspec.Meta(pattern="^[0-9]{1,5}$")]
Digest = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class NewBatch(Body):
    job_id: Id | None = None
    of: str | None = None


class AwaitedObjects(Body):
    sha256: list[str]


class NotSent(Body):
    path: str
    reason: str


class FinishedBatch(Body):
    exceptions: list[NotSent] = msgspec.field(default_factory=list)


class AskedObjects(Body):
    sha256: list[Digest]


class WantedParts(Body):
    parts: list[PartIn]


class OpenedBatch(msgspec.Struct, frozen=True):
    """A batch, and how much fits into one chunk of it, into all of it, and into one piece."""

    batch_id: str
    chunk_entries: int = CHUNK_ENTRIES
    batch_entries: int = BATCH_ENTRIES
    multipart_bytes: int = MULTIPART_BYTES


class EntryAnswers(msgspec.Struct, frozen=True):
    """One answer an entry, in order."""

    answers: list[EntryAnswer]


class StoredObjects(msgspec.Struct, frozen=True):
    """Those of the objects asked for that are stored."""

    stored: list[str]


class SignedParts(msgspec.Struct, frozen=True):
    parts: list[SignedPart]


class Joined(msgspec.Struct, frozen=True):
    state: str = "uploaded"


@routes.on("POST", BATCHES, Operation.UPLOAD, body=NewBatch, status=201, problems=(409,))
def open_batch(caller: Caller, asked: NewBatch, target_id: str) -> OpenedBatch:
    """Open a batch."""
    batch = service.open_batch(caller, target_id, job_id=asked.job_id, of=asked.of)
    return OpenedBatch(batch.batch_id)


@routes.on("PUT", ONE_BATCH + "/chunks/{number}", Operation.UPLOAD, body=ChunkIn, problems=(409,))
def put_chunk(
    caller: Caller, sent: ChunkIn, target_id: str, batch_id: str, number: ChunkNumber
) -> EntryAnswers:
    """Declare files and learn what to do with each."""
    if not number.isdecimal() or len(number) > 5:
        raise Invalid("a chunk's number is a whole number from 0")
    return EntryAnswers(service.put_chunk(caller, target_id, batch_id, int(number), sent))


@routes.on("POST", ONE_BATCH + "/urls", Operation.UPLOAD, body=AwaitedObjects, problems=(409,))
def fresh_urls(
    caller: Caller, asked: AwaitedObjects, target_id: str, batch_id: str
) -> EntryAnswers:
    """Give fresh URLs for objects that are awaited."""
    return EntryAnswers(service.fresh_urls(caller, target_id, batch_id, asked.sha256))


@routes.on("POST", MULTIPART, Operation.UPLOAD, problems=(409, 422))
def start_multipart(caller: Caller, target_id: str, batch_id: str, sha256: Digest) -> Standing:
    """Start a large upload, or tell where it stands."""
    return multipart.start(caller, target_id, batch_id, sha256)


@routes.on("POST", MULTIPART + "/parts", Operation.UPLOAD, body=WantedParts, problems=(409,))
def sign_parts(
    caller: Caller, asked: WantedParts, target_id: str, batch_id: str, sha256: Digest
) -> SignedParts:
    """Give URLs for parts."""
    signed = multipart.sign_parts(caller, target_id, batch_id, sha256, asked.parts)
    return SignedParts(signed)


@routes.on("POST", MULTIPART + "/complete", Operation.UPLOAD, problems=(409, 422))
def complete_multipart(caller: Caller, target_id: str, batch_id: str, sha256: Digest) -> Joined:
    """Join the parts of a large upload."""
    multipart.complete(caller, target_id, batch_id, sha256)
    return Joined()


@routes.on("POST", ONE_BATCH + "/finish", Operation.UPLOAD, body=FinishedBatch, problems=(409,))
def finish(caller: Caller, said: FinishedBatch, target_id: str, batch_id: str) -> Summary:
    """End a batch."""
    exceptions = [ExceptionEntry(path=each.path, reason=each.reason) for each in said.exceptions]
    return service.finish(caller, target_id, batch_id, exceptions)


@routes.on(
    "POST", "/targets/{target_id}/stored", Operation.UPLOAD, body=AskedObjects, problems=(409,)
)
def stored(caller: Caller, asked: AskedObjects, target_id: str) -> StoredObjects:
    """Tell which objects are stored, for whom an agent answers to."""
    return StoredObjects(proof.stored_of(caller, target_id, asked.sha256))
