"""Files sent into an area over HTTP by people: the protocol of uploads, and then their place."""

from __future__ import annotations

from chalicelib.access.guard import GuardedRoutes
from chalicelib.access.model import Caller
from chalicelib.access.policy import Operation
from chalicelib.areas import service
from chalicelib.areas.model import ROOT, Finished, OnTaken
from chalicelib.kernel.errors import Invalid
from chalicelib.uploads.api import (
    AwaitedObjects,
    ChunkNumber,
    Digest,
    EntryAnswers,
    Joined,
    OpenedBatch,
    SignedParts,
    WantedParts,
)
from chalicelib.uploads.model import ChunkIn
from chalicelib.uploads.multipart import Standing
from chalicelib.web.bodies import Body, Id

routes = GuardedRoutes(__name__)

BATCHES = "/areas/{target_id}/batches"
ONE_BATCH = BATCHES + "/{batch_id}"
MULTIPART = ONE_BATCH + "/multipart/{sha256}"


class FinishedUpload(Body):
    """
    Attributes:
        on_taken: What becomes of a file whose name another one has.
    """

    folder_id: Id = ROOT
    on_taken: OnTaken = OnTaken.KEEP_BOTH


@routes.on("POST", BATCHES, Operation.CHANGE_AREAS, status=201, problems=(409,))
def open_upload(caller: Caller, target_id: str) -> OpenedBatch:
    """Open a batch."""
    return OpenedBatch(service.open_upload(caller, target_id))


@routes.on(
    "PUT",
    ONE_BATCH + "/chunks/{number}",
    Operation.CHANGE_AREAS,
    body=ChunkIn,
    problems=(409,),
)
def put_chunk(
    caller: Caller, sent: ChunkIn, target_id: str, batch_id: str, number: ChunkNumber
) -> EntryAnswers:
    """Declare files and learn what to do with each."""
    if not number.isdecimal() or len(number) > 5:
        raise Invalid("a chunk's number is a whole number from 0")
    return EntryAnswers(service.put_chunk(caller, target_id, batch_id, int(number), sent))


@routes.on(
    "POST", ONE_BATCH + "/urls", Operation.CHANGE_AREAS, body=AwaitedObjects, problems=(409,)
)
def fresh_urls(
    caller: Caller, asked: AwaitedObjects, target_id: str, batch_id: str
) -> EntryAnswers:
    """Give fresh URLs for objects that are awaited."""
    return EntryAnswers(service.fresh_urls(caller, target_id, batch_id, asked.sha256))


@routes.on("POST", MULTIPART, Operation.CHANGE_AREAS, problems=(409, 422))
def start_multipart(caller: Caller, target_id: str, batch_id: str, sha256: Digest) -> Standing:
    """Start a large upload, or tell where it stands."""
    return service.start_multipart(caller, target_id, batch_id, sha256)


@routes.on("POST", MULTIPART + "/parts", Operation.CHANGE_AREAS, body=WantedParts, problems=(409,))
def sign_parts(
    caller: Caller, asked: WantedParts, target_id: str, batch_id: str, sha256: Digest
) -> SignedParts:
    """Give URLs for parts."""
    return SignedParts(service.sign_parts(caller, target_id, batch_id, sha256, asked.parts))


@routes.on("POST", MULTIPART + "/complete", Operation.CHANGE_AREAS, problems=(409, 422))
def complete_multipart(caller: Caller, target_id: str, batch_id: str, sha256: Digest) -> Joined:
    """Join the parts of a large upload."""
    service.complete_multipart(caller, target_id, batch_id, sha256)
    return Joined()


@routes.on(
    "POST", ONE_BATCH + "/finish", Operation.CHANGE_AREAS, body=FinishedUpload, problems=(409,)
)
def finish_upload(caller: Caller, said: FinishedUpload, target_id: str, batch_id: str) -> Finished:
    """End the batch and give its files their place; ``settling``: ask again in a few seconds."""
    return service.finish_upload(caller, target_id, batch_id, said.folder_id, said.on_taken)
