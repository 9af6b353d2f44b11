"""
Batches in DynamoDB (catalogue).

TARGET#<target id>  BATCH#<batch id>   state, times, totals

Index open_batches (sparse): open_shard, opened_at.  A batch leaves it when it is finished, and
until then the sweep finds every claim through it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError, UpdateError
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.kernel import ids
from chalicelib.kernel.errors import NotFound
from chalicelib.tables import CatalogueTable, condition_failed
from chalicelib.web import cursors

A_MOMENT = timedelta(milliseconds=1)  # ids tell no shorter time
OPEN = "OPEN#0"  # one partition serves 1,000 batches opened or finished a second


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """
    What one backup run moves.

    Attributes:
        state: open; finishing (the agent is done, events are awaited); closing (content fixed,
            manifest being written); then complete or partial.
        completed_at: Once closing; a restore "as of" looks at it.
        job_id: The backup job it is part of, if any.
        scope: What the plan in force when it was opened puts into one batch; None before plans
            were told apart.
        of: The digest of the one patient or examination it holds, where its scope is that; None
            for files nobody described.
        published: While closing, how many examinations of its manifest are in the catalogue.
    """

    batch_id: str
    target_id: str
    facility_id: str
    agent_id: str
    state: str
    opened_at: str
    correlation_id: str | None = None
    completed_at: str | None = None
    published: int = 0
    stored: int = 0
    size_bytes: int = 0
    exceptions: int = 0
    job_id: str | None = None
    scope: str | None = None
    of: str | None = None

    @property
    def is_finished(self) -> bool:
        return self.state in {"complete", "partial"}


class _OpenBatches(GlobalSecondaryIndex["_Batch"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "open_batches"
        projection = AllProjection()

    open_shard = UnicodeAttribute(hash_key=True)
    opened_at = UnicodeAttribute(range_key=True)


class _Batch(Model):
    class Meta(CatalogueTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    facility_id = UnicodeAttribute()
    agent_id = UnicodeAttribute()
    state = UnicodeAttribute()
    opened_at = UnicodeAttribute()
    open_shard = UnicodeAttribute(null=True)
    correlation_id = UnicodeAttribute(null=True)
    completed_at = UnicodeAttribute(null=True)
    published = NumberAttribute(null=True)
    stored = NumberAttribute(default=0)
    size_bytes = NumberAttribute(default=0)
    exceptions = NumberAttribute(default=0)
    job_id = UnicodeAttribute(null=True)
    scope = UnicodeAttribute(null=True)
    of = UnicodeAttribute(null=True)
    open_batches = _OpenBatches()


def add(batch: Batch) -> None:
    item = _to_item(batch)
    item.open_shard = OPEN
    item.save(_Batch.pk.does_not_exist())


def batch(target_id: str, batch_id: str) -> Batch:
    """Return one batch of the target, read consistently; raises NotFound."""
    try:
        item = _Batch.get(f"TARGET#{target_id}", f"BATCH#{batch_id}", consistent_read=True)
    except _Batch.DoesNotExist:
        raise NotFound("there is no such batch") from None
    return _to_batch(item)


def still_open_in(write: TransactWrite, batch: Batch) -> None:
    """Let the transaction fail unless the batch is open: nothing is added to a closing one."""
    key = _key(batch)
    write.condition_check(_Batch, key.pk, key.sk, condition=_Batch.state == "open")


def start_closing(batch: Batch, completed_at: str) -> Batch:
    """Fix when the batch ended; whoever comes second gets the moment the first one fixed."""
    actions = [_Batch.state.set("closing"), _Batch.completed_at.set(completed_at)]
    return _move(batch, actions, _Batch.state.is_in("open", "finishing"))


def start_finishing(batch: Batch) -> Batch:
    """Note that the agent declares nothing more: the sweep can end the batch for it."""
    return _move(batch, [_Batch.state.set("finishing")], _Batch.state == "open")


def note_published(batch: Batch, examinations: int) -> None:
    """Note how far the catalogue is, so that whoever closes the batch next goes on there."""
    _move(batch, [_Batch.published.set(examinations)], _Batch.state == "closing")


def finish(batch: Batch, ended: Batch) -> Batch:
    """End a closing batch with the totals of *ended*; ending it again changes nothing."""
    actions = [
        _Batch.state.set(ended.state),
        _Batch.stored.set(ended.stored),
        _Batch.size_bytes.set(ended.size_bytes),
        _Batch.exceptions.set(ended.exceptions),
        _Batch.open_shard.remove(),
        _Batch.correlation_id.remove(),
        _Batch.published.remove(),
    ]
    return _move(batch, actions, _Batch.state == "closing")


def restore_row(finished: Batch) -> None:
    """Put back a finished batch from its manifest, unless the row is there."""
    try:
        _to_item(finished).save(_Batch.pk.does_not_exist())
    except PutError as error:
        if not condition_failed(error):
            raise


def open_ones(opened_before: str) -> Iterator[Batch]:
    """Yield the batches that are not finished, oldest first."""
    for item in _Batch.open_batches.query(OPEN, _Batch.opened_at < opened_before):
        yield _to_batch(item)


def of_target(target_id: str, cursor: str | None) -> tuple[list[Batch], str | None]:
    """Return a page of the target's batches, newest first, and the cursor of the next."""
    pk = f"TARGET#{target_id}"
    page = _Batch.query(
        pk,
        _Batch.sk.startswith("BATCH#"),
        scan_index_forward=False,
        limit=cursors.PAGE_ROWS,
        last_evaluated_key=cursors.read(cursor, partition=pk),
    )
    return [_to_batch(each) for each in page], cursors.written(page.last_evaluated_key)


def opened_between(target_id: str, since: datetime, until: datetime) -> Iterator[Batch]:
    """Yield the target's batches opened from *since* to *until*, oldest first."""
    first, last = (f"BATCH#{ids.first_id('batch', at)}" for at in (since, until + A_MOMENT))
    for item in _Batch.query(f"TARGET#{target_id}", _Batch.sk.between(first, last)):
        yield _to_batch(item)


def newest(target_id: str) -> Batch | None:
    """Return the target's newest batch, whatever its state."""
    rows = _Batch.query(
        f"TARGET#{target_id}", _Batch.sk.startswith("BATCH#"), scan_index_forward=False, limit=1
    )
    return next((_to_batch(each) for each in rows), None)


def _move(which: Batch, actions: list[Any], condition: Any) -> Batch:
    """Move a batch if *condition* holds; return it as it is then, whoever moved it."""
    try:
        _key(which).update(actions, condition=condition)
    except UpdateError as error:
        if not condition_failed(error):
            raise
    return batch(which.target_id, which.batch_id)


def _key(batch: Batch) -> _Batch:
    return _Batch(f"TARGET#{batch.target_id}", f"BATCH#{batch.batch_id}")


def _to_item(batch: Batch) -> _Batch:
    return _Batch(
        f"TARGET#{batch.target_id}",
        f"BATCH#{batch.batch_id}",
        facility_id=batch.facility_id,
        agent_id=batch.agent_id,
        state=batch.state,
        opened_at=batch.opened_at,
        correlation_id=batch.correlation_id,
        completed_at=batch.completed_at,
        stored=batch.stored,
        size_bytes=batch.size_bytes,
        exceptions=batch.exceptions,
        job_id=batch.job_id,
        scope=batch.scope,
        of=batch.of,
    )


def _to_batch(item: _Batch) -> Batch:
    return Batch(
        batch_id=item.sk.removeprefix("BATCH#"),
        target_id=item.pk.removeprefix("TARGET#"),
        facility_id=item.facility_id,
        agent_id=item.agent_id,
        state=item.state,
        opened_at=item.opened_at,
        correlation_id=item.correlation_id,
        completed_at=item.completed_at,
        published=int(item.published or 0),
        stored=int(item.stored),
        size_bytes=int(item.size_bytes),
        exceptions=int(item.exceptions),
        job_id=item.job_id,
        scope=item.scope,
        of=item.of,
    )
