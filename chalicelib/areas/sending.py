"""Files sent by people: the batches of chalicelib/uploads, for who may write in an area."""

from __future__ import annotations

from chalicelib.access.model import Caller
from chalicelib.archive.store import batches
from chalicelib.areas import keys, placing, rights, tree
from chalicelib.areas.change import Change
from chalicelib.areas.model import ROOT, Finished, Node, OnTaken, Right
from chalicelib.uploads import multipart, placings
from chalicelib.uploads import service as uploads
from chalicelib.uploads.model import ChunkIn, EntryAnswer
from chalicelib.uploads.multipart import PartIn, SignedPart, Standing
from chalicelib.uploads.placings import Wanted


def open_upload(caller: Caller, target_id: str) -> str:
    """Open a batch and return its id; raises Conflict where no contract is in force."""
    rights.require(caller, target_id, Right.WRITE)
    return uploads.open_batch(caller, target_id).batch_id


def put_chunk(
    caller: Caller, target_id: str, batch_id: str, number: int, sent: ChunkIn
) -> list[EntryAnswer]:
    """Declare up to 97 files (``folder/name.ext``); see :func:`uploads.service.put_chunk`."""
    rights.require(caller, target_id, Right.WRITE)
    return uploads.put_chunk(caller, target_id, batch_id, number, sent)


def fresh_urls(
    caller: Caller, target_id: str, batch_id: str, digests: list[str]
) -> list[EntryAnswer]:
    """Answer again for contents that are awaited."""
    rights.require(caller, target_id, Right.WRITE)
    return uploads.fresh_urls(caller, target_id, batch_id, digests)


def start_multipart(caller: Caller, target_id: str, batch_id: str, sha256: str) -> Standing:
    """Begin a large upload (over 64 MiB), or tell which parts have arrived."""
    rights.require(caller, target_id, Right.WRITE)
    return multipart.start(caller, target_id, batch_id, sha256)


def sign_parts(
    caller: Caller, target_id: str, batch_id: str, sha256: str, parts: list[PartIn]
) -> list[SignedPart]:
    """Give URLs for parts."""
    rights.require(caller, target_id, Right.WRITE)
    return multipart.sign_parts(caller, target_id, batch_id, sha256, parts)


def complete_multipart(caller: Caller, target_id: str, batch_id: str, sha256: str) -> None:
    """Join the parts."""
    rights.require(caller, target_id, Right.WRITE)
    multipart.complete(caller, target_id, batch_id, sha256)


def finish_upload(
    caller: Caller,
    target_id: str,
    batch_id: str,
    folder_id: str = ROOT,
    on_taken: OnTaken = OnTaken.KEEP_BOTH,
) -> Finished:
    """
    End the batch and place its files; a summary that says ``settling`` means: ask again.

    Asked again, it answers the same, and whoever asks first decides where they go.

    Raises:
        NotFound: There is no such batch or folder.
    """
    rights.require_writing(caller, target_id)
    batch = batches.batch(target_id, batch_id)
    if not batch.is_finished:
        tree.folder(Change(target_id, caller.id), folder_id)
        placings.note(_wanted(caller, target_id, batch_id, folder_id, on_taken))
    summary = uploads.finish(caller, target_id, batch_id, [])
    if summary.state == "settling":
        return Finished(summary, [])
    wanted = placings.of(caller.facility_id, target_id, batch_id)
    wanted = wanted or _wanted(caller, target_id, batch_id, folder_id, on_taken)
    tops = placing.place(batches.batch(target_id, batch_id), wanted)
    return Finished(summary, _nodes(target_id, tops))


def _wanted(
    caller: Caller, target_id: str, batch_id: str, folder_id: str, on_taken: OnTaken
) -> Wanted:
    return Wanted(
        facility_id=caller.facility_id,
        target_id=target_id,
        batch_id=batch_id,
        folder_id=folder_id,
        on_taken=on_taken.value,
    )


def _nodes(target_id: str, node_ids: list[str]) -> list[Node]:
    change = Change(target_id, "")
    change.prefetch(map(keys.node, node_ids))
    found = (change.get(keys.node(each), Node) for each in node_ids)
    return [each for each in found if each is not None]
