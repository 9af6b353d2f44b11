"""
How a batch ends: its content is fixed, its manifest written, its catalogue rows published.

In this order, each step repeatable, so that whoever dies between two of them, the next sweep
goes on where it stopped, and a finished batch always has its manifest.
"""

from __future__ import annotations

from functools import partial

import msgspec

from chalicelib import buckets
from chalicelib.archive import manifest as manifests
from chalicelib.archive import publishing
from chalicelib.archive.manifest import ExceptionEntry, Manifest
from chalicelib.archive.model import Entry, ObjectRow, ObjectState
from chalicelib.archive.store import batches, objects
from chalicelib.archive.store.batches import Batch
from chalicelib.contracts.display import has_display_tool
from chalicelib.pictures import service as pictures
from chalicelib.telemetry import count, count_bytes, logger
from chalicelib.uploads import fullness, placings, store
from chalicelib.uploads.model import Chunk
from chalicelib.uploads.settlement import resolve


class Content(msgspec.Struct, frozen=True):
    """
    What a batch declared and what became of it.

    Attributes:
        is_final: Whether nothing could be declared any more when it was read.
        rows: The objects that exist, claimed or stored, by SHA-256.
        exceptions: What the agent said it could not send.
    """

    is_final: bool
    chunks: list[Chunk]
    rows: dict[str, ObjectRow]
    exceptions: list[ExceptionEntry]

    @property
    def admitted(self) -> list[Entry]:
        return [entry for chunk in self.chunks for entry in chunk.admitted]

    @property
    def missing(self) -> list[Entry]:
        """Admitted entries whose bytes are not stored."""
        return [each for each in self.admitted if not self._is_stored(each)]

    @property
    def outstanding(self) -> list[Entry]:
        """Missing entries that the agent has not given up."""
        given_up = {each.path for each in self.exceptions}
        return [each for each in self.missing if each.path not in given_up]

    @property
    def claims(self) -> list[ObjectRow]:
        return [row for row in self.rows.values() if row.state is ObjectState.CLAIMED]

    def _is_stored(self, entry: Entry) -> bool:
        row = self.rows.get(entry.sha256)
        return row is not None and row.state is ObjectState.STORED


def content_of(batch: Batch) -> Content:
    """Read what *batch* declared and where its objects stand."""
    chunks = store.chunks(batch.batch_id)
    digests = (entry.sha256 for chunk in chunks for entry in chunk.admitted)
    rows = objects.rows(batch.target_id, digests)
    return Content(batch.state != "open", chunks, rows, store.exceptions(batch.batch_id))


def close(batch: Batch, at: str, content: Content) -> Batch:
    """
    Finish *batch* with what is stored of it; what is missing becomes an exception.

    Args:
        content: What was read of it before; read again where something could have been added.
    """
    batch = batches.start_closing(batch, at)
    if batch.is_finished:
        return batch
    content = _without_claims(batch, content if content.is_final else content_of(batch))
    manifest = _written(batch, content)
    note = partial(batches.note_published, batch)
    publishing.publish(manifest, done=batch.published, note=note)
    fullness.warn(batch.facility_id, batch.target_id)  # before the end: whoever dies comes again
    placings.note_finished(batch)  # and this: what is of an area gets its place there
    if has_display_tool(batch.facility_id):  # pictures cost money, and are for who looks at them
        pictures.batch_wanted(batch.target_id, _key(manifest))
    finished = batches.finish(batch, publishing.finished_batch(manifest))
    count("BatchesCompleted" if manifest.outcome == "complete" else "BatchesPartial")
    count_bytes("BytesInBatches", finished.size_bytes)
    logger.info(
        "batch finished",
        extra={
            "batch_id": batch.batch_id,
            "outcome": manifest.outcome,
            "stored": finished.stored,
            "exceptions": finished.exceptions,
        },
    )
    return finished


def _without_claims(batch: Batch, content: Content) -> Content:
    """Settle or release what the batch still awaits; its state keeps new claims away."""
    while own := [each for each in content.claims if each.batch_id == batch.batch_id]:
        for claim in own:
            resolve(claim, batch.facility_id, release=True)
        content = content_of(batch)
    return content


def _written(batch: Batch, content: Content) -> Manifest:
    """Write the manifest once; should one be there already, that one holds."""
    declared = (each for chunk in content.chunks for each in chunk.declared())
    stored = {each: row for each, row in content.rows.items() if row.state is ObjectState.STORED}
    examinations, entries = manifests.contents(batch.target_id, declared, stored)
    exceptions = _exceptions(content)
    manifest = Manifest(
        format=manifests.FORMAT,
        facility_id=batch.facility_id,
        target_id=batch.target_id,
        batch_id=batch.batch_id,
        agent_id=batch.agent_id,
        opened_at=batch.opened_at,
        completed_at=str(batch.completed_at),
        outcome="partial" if exceptions else "complete",
        examinations=examinations,
        entries=entries,
        exceptions=exceptions,
        job_id=batch.job_id,
        scope=batch.scope,
        of=batch.of,
    )
    key = _key(manifest)
    if buckets.put_once(key, manifests.encoded(manifest)):
        return manifest
    return manifests.decoded(buckets.read(key))


def _key(manifest: Manifest) -> str:
    return manifests.key(manifest.target_id, manifest.completed_at, manifest.batch_id)


def _exceptions(content: Content) -> list[ExceptionEntry]:
    said = {each.path: each for each in content.exceptions}
    for chunk in content.chunks:
        for each in chunk.entries:
            if each.refused:
                path = each.entry.path
                said.setdefault(path, ExceptionEntry(path=path, reason=each.refused))
    for entry in content.missing:
        said.setdefault(entry.path, ExceptionEntry(path=entry.path, reason="not-uploaded"))
    stored = {each.path for each in content.admitted} - {each.path for each in content.missing}
    return [each for path, each in sorted(said.items()) if path not in stored]
