"""
Batches as agents see them: open, declare in chunks, upload, finish.

Capacity is claimed before a URL is given out, so nothing can be sent that has no room.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable

import msgspec

from chalicelib import buckets
from chalicelib.access.model import Caller
from chalicelib.archive.manifest import ExceptionEntry
from chalicelib.archive.model import Entry, ObjectRow, ObjectState
from chalicelib.archive.store import batches, objects, usage
from chalicelib.archive.store.batches import Batch
from chalicelib.billing.units import LimitPolicy
from chalicelib.contracts import service as contracts
from chalicelib.contracts import store as contracts_store
from chalicelib.contracts.kinds import kind_of
from chalicelib.contracts.model import Contract, TargetKind
from chalicelib.jobs import service as jobs
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import Conflict, Invalid, NotFound, Unavailable
from chalicelib.telemetry import count, logger
from chalicelib.uploads import closing, selected, store
from chalicelib.uploads.model import (
    BATCH_ENTRIES,
    CHUNK_ENTRIES,
    CLAIM_LIFE,
    MULTIPART_BYTES,
    REFUSALS,
    Chunk,
    ChunkEntry,
    ChunkIn,
    Content,
    EntryAnswer,
    Multipart,
    Refused,
    Stored,
    Summary,
    Upload,
    decided,
    digest_of,
    without_room,
)
from chalicelib.uploads.settlement import has_come
from chalicelib.uploads.store import Claimed
from chalicelib.web.routes import correlation_id

TRIES = 6
MAX_URLS = 100


def open_batch(
    caller: Caller, target_id: str, *, job_id: str | None = None, of: str | None = None
) -> Batch:
    """
    Open a batch on a target whose contract runs.

    Args:
        job_id: The backup job it is part of; the agent runs it.
        of: The patient or examination it holds, where the plan puts one into a batch; None for
            files nobody described.

    Raises:
        NotFound, Conflict: No such target or job; no contract, not active, ended.
    """
    plan = contracts.plan_in_force(caller.facility_id, target_id)
    if job_id is not None:
        jobs.running(caller, target_id, job_id)
    now = clock.now()
    batch = Batch(
        batch_id=ids.new_id("batch", now),
        target_id=target_id,
        facility_id=caller.facility_id,
        agent_id=caller.id,
        state="open",
        opened_at=clock.text(now),
        correlation_id=correlation_id(),
        job_id=job_id,
        scope=plan.batch_scope,
        of=digest_of(plan.batch_scope, of),
    )
    batches.add(batch)
    count("BatchesOpened")
    logger.info("batch opened", extra={"batch_id": batch.batch_id, "target_id": target_id})
    return batch


def put_chunk(
    caller: Caller, target_id: str, batch_id: str, number: int, sent: ChunkIn
) -> list[EntryAnswer]:
    """
    Declare up to 97 files; answer for each whether it is stored, to be uploaded, or refused.

    Raises:
        Invalid: See :func:`decided`; or the batch is full.
        Conflict: The contract, the batch's state, another content under the same number, or a
            patient in it who has been excluded since.
    """
    plan = contracts.plan_in_force(caller.facility_id, target_id)
    batch = _batch(caller, target_id, batch_id, "open")
    if not 0 <= number * CHUNK_ENTRIES < BATCH_ENTRIES:
        raise Invalid(f"a batch takes {BATCH_ENTRIES} entries; finish it and open another")
    chunk = decided(number, sent, plan.patients, Content(batch.scope, batch.of))
    kept = store.chunk(batch_id, number)
    if kept is not None and kept.digest != chunk.digest:
        raise Conflict("this chunk was sent with another content", code="chunk-differs")
    if kept is not None:
        selected.check_kept(plan, kept)
    chunk, rows = _with_claims(plan, batch, kept or chunk, is_kept=kept is not None)
    return [_answer(each, rows) for each in chunk.entries]


def fresh_urls(
    caller: Caller, target_id: str, batch_id: str, digests: list[str]
) -> list[EntryAnswer]:
    """
    Answer again for contents this target awaits: every try deserves a URL of its own.

    Raises:
        NotFound, Conflict: Not awaited; or ``patient-excluded``, since it was declared.
    """
    if not 1 <= len(digests) <= MAX_URLS:
        raise Invalid(f"ask for 1 to {MAX_URLS} objects at a time")
    plan = contracts.plan_in_force(caller.facility_id, target_id)
    batch = _batch(caller, target_id, batch_id, "open", "finishing")
    selected.check(plan, batch_id, digests)
    rows = objects.rows(target_id, digests)
    if set(digests) - set(rows):
        raise NotFound("one of these objects is not awaited; send its chunk again")
    renewed = {each: _renewed(batch, row) for each, row in rows.items()}
    return [_answer_for(renewed[each]) for each in digests]


def finish(
    caller: Caller, target_id: str, batch_id: str, exceptions: list[ExceptionEntry]
) -> Summary:
    """
    End a batch: complete when all it declared is stored, partial when something never came.

    While S3's events are still on their way the answer is ``settling``: ask again.
    """
    contracts_store.target(caller.facility_id, target_id)
    batch = _batch(caller, target_id, batch_id, "open", "finishing", "closing", finished=True)
    if batch.is_finished:
        return _summary(batch, 0)
    if exceptions:
        store.keep_exceptions(batch_id, exceptions)
    if batch.state == "open":
        batch = batches.start_finishing(batch)
    content = closing.content_of(batch)
    if content.outstanding and batch.state != "closing":
        settling = msgspec.structs.replace(batch, state="settling")
        return _summary(settling, len(content.outstanding))
    return _summary(closing.close(batch, clock.text(clock.now()), content), 0)


def _summary(batch: Batch, outstanding: int) -> Summary:
    return Summary(
        state=batch.state,
        stored=batch.stored,
        outstanding=outstanding,
        exceptions=batch.exceptions,
    )


def _batch(
    caller: Caller, target_id: str, batch_id: str, *states: str, finished: bool = False
) -> Batch:
    """Return the caller's batch when it is in one of *states* (or, if allowed, finished)."""
    batch = batches.batch(target_id, batch_id)
    if batch.facility_id != caller.facility_id:
        raise NotFound("there is no such batch")
    if batch.state not in states and not (finished and batch.is_finished):
        raise _closed()
    return batch


def _closed() -> Conflict:
    return Conflict("the batch is closed; open another one", code="batch-closed")


def _with_claims(
    plan: Contract, batch: Batch, chunk: Chunk, *, is_kept: bool
) -> tuple[Chunk, dict[str, ObjectRow]]:
    """Keep *chunk* and see to it that every admitted content is stored or claimed."""
    may_exceed = plan.limit_policy is LimitPolicy.OVERAGE
    for attempt in range(TRIES):
        rows = objects.rows(batch.target_id, (each.sha256 for each in chunk.admitted))
        _check_sizes(chunk.admitted, rows)
        _check_kept(rows.values())
        wanted = rows.values() if kind_of(plan) is TargetKind.AREA else None
        missing = [each for each in _distinct(chunk.admitted) if each.sha256 not in rows]
        if is_kept and not missing:
            return chunk, {each: _renewed(batch, row) for each, row in rows.items()}
        claims = [_claim_of(batch, each) for each in missing]
        match store.claim(batch, chunk, claims, wanted=wanted, may_exceed=may_exceed):
            case Claimed.DONE:
                held = {each: _renewed(batch, row) for each, row in rows.items()}
                return chunk, held | {each.sha256: each for each in claims}
            case Claimed.CLOSED:
                raise _closed()
            case Claimed.NO_ROOM:
                chunk = _refusing(batch, chunk, missing)
            case Claimed.OVERTAKEN:
                time.sleep(random.uniform(0, 0.05) * 2**attempt)  # noqa: S311 - jitter
    raise Unavailable("too many uploads of the same files at once; send the chunk again")


def _refusing(batch: Batch, chunk: Chunk, missing: list[Entry]) -> Chunk:
    """Refuse what does not fit; should all fit by now, the next try will tell."""
    free = usage.of(batch.facility_id, batch.target_id).available_bytes
    decided_again = without_room(chunk, (each.sha256 for each in missing), free)
    refused = sum(each.refused == "quota-exceeded" for each in decided_again.entries)
    count("EntriesRefusedOverQuota", refused)
    logger.info(
        "capacity used up",
        extra={"batch_id": batch.batch_id, "refused": refused, "available_bytes": free},
    )
    return decided_again


def _distinct(entries: Iterable[Entry]) -> list[Entry]:
    return list({each.sha256: each for each in entries}.values())


def _check_sizes(entries: Iterable[Entry], rows: dict[str, ObjectRow]) -> None:
    sizes = {each: row.size_bytes for each, row in rows.items()}
    for entry in entries:
        if sizes.setdefault(entry.sha256, entry.size) != entry.size:
            raise Invalid(f"sha256 {entry.sha256} comes with two sizes; hash the file again")


def _check_kept(rows: Iterable[ObjectRow]) -> None:
    if any(each.state is ObjectState.ERASING for each in rows):
        raise Unavailable("one of these files is being erased; send the chunk again in a minute")


def _claim_of(batch: Batch, entry: Entry) -> ObjectRow:
    return ObjectRow(
        target_id=batch.target_id,
        sha256=entry.sha256,
        size_bytes=entry.size,
        state=ObjectState.CLAIMED,
        batch_id=batch.batch_id,
        claim_ends_at=clock.text(clock.now() + CLAIM_LIFE),
        correlation_id=correlation_id(),
    )


def _renewed(batch: Batch, row: ObjectRow) -> ObjectRow:
    """
    Let this batch await an object that another one, or its own past, gave up on.

    Such bytes may have been sent before.  S3 is asked first: nobody sends them twice because an
    answer was lost, or an event is late.
    """
    if row.state is ObjectState.STORED:
        return row
    if row.upload_id is None and has_come(row):  # parts are asked about when they are sent
        return msgspec.structs.replace(row, state=ObjectState.STORED)
    half_over = str(row.claim_ends_at) < clock.text(clock.now() + CLAIM_LIFE / 2)
    if row.batch_id == batch.batch_id and not half_over:
        return row
    renewed = msgspec.structs.replace(
        row,
        batch_id=batch.batch_id,
        claim_ends_at=clock.text(clock.now() + CLAIM_LIFE),
        correlation_id=correlation_id(),
    )
    if objects.take_over(renewed):
        return renewed
    return objects.row(row.target_id, row.sha256) or _vanished()


def _vanished() -> ObjectRow:
    raise Unavailable("a claim ended while it was renewed; send the chunk again")


def _answer(each: ChunkEntry, rows: dict[str, ObjectRow]) -> EntryAnswer:
    if each.refused:
        return Refused(each.entry.sha256, each.refused, REFUSALS[each.refused])
    return _answer_for(rows[each.entry.sha256])


def _answer_for(row: ObjectRow) -> EntryAnswer:
    if row.state is ObjectState.STORED:
        return Stored(row.sha256)
    if row.size_bytes > MULTIPART_BYTES:
        return Multipart(row.sha256)
    key = buckets.object_key(row.target_id, row.sha256)
    signed = buckets.signed_put(key, size_bytes=row.size_bytes, sha256=row.sha256)
    return Upload(row.sha256, signed.url, signed.headers, signed.expires_at)
