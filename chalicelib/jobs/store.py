"""
Backup jobs in DynamoDB (core).

FACILITY#<id>  JOB#<target id>#<stamp>   the job as JSON, its state and revision

An unfinished job stands on the index of what falls due (chalicelib/due.py), at the moment by which
something must have been heard of it; a missed one stands on the same index under MISSED, where the
provider finds it whatever facility it belongs to.  A finished job stands on no index.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError, TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from chalicelib.contracts import timers
from chalicelib.contracts.timers import RunTimer
from chalicelib.due import INDEX, DueRow, shard_of
from chalicelib.jobs.model import Job, JobState, target_of
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict, NotFound
from chalicelib.notices import store as notices
from chalicelib.notices.model import Fact, Kind
from chalicelib.tables import CoreTable, condition_failed, transaction
from chalicelib.web import cursors

PREFIX = "JOB#"
MISSED = "MISSED"
OLDER_ROWS = 5  # unfinished jobs before a newer one: each of them superseded those before it


class _Due(GlobalSecondaryIndex["_Job"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = INDEX
        projection = AllProjection()

    due_shard = UnicodeAttribute(hash_key=True)
    due_at = UnicodeAttribute(range_key=True)


class _Job(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    job = UnicodeAttribute()
    state = UnicodeAttribute()
    revision = NumberAttribute()
    due_shard = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)
    due = _Due()


def add(job: Job) -> Job:
    """Write a new job and return it, or the one that has been made for that moment already."""
    try:
        _to_row(job).save(_Job.pk.does_not_exist())
    except PutError as error:
        if not condition_failed(error):
            raise
        return one(job.facility_id, job.job_id)
    return job


def run(timer: RunTimer, job: Job) -> bool:
    """
    Make *job* and move *timer* on, both or neither; whoever comes second changes nothing.

    Returns:
        Whether the job is new.
    """
    following = timer.following(clock.parse(job.due_at))
    try:
        with transaction() as write:
            write.save(_to_row(job), condition=_Job.pk.does_not_exist())
            timers.advance_in(write, timer, following)
    except TransactWriteError as error:
        if not condition_failed(error):
            raise
        if _is_there(job):  # made by somebody who pressed "back up now" in that very second
            _advance(timer, following)
        return False
    return True


def change(job: Job) -> Job:
    """
    Write the next revision of a job.

    Raises:
        Conflict: ``job-changed``: somebody else was faster.
    """
    try:
        _to_row(job).save(_unchanged(job))
    except PutError as error:
        if not condition_failed(error):
            raise
        raise _overtaken() from error
    return job


def miss(job: Job, facts: Mapping[str, Fact]) -> None:
    """
    Write that a job was missed, and the notice that tells of it, both or neither.

    Raises:
        Conflict: ``job-changed``: somebody else was faster.
    """
    try:
        with transaction() as write:
            write.save(_to_row(job), condition=_unchanged(job))
            notices.put_in(write, job.facility_id, Kind.JOB_MISSED, f"missed-{job.job_id}", facts)
    except TransactWriteError as error:
        if not condition_failed(error):
            raise
        raise _overtaken() from error


def one(facility_id: str, job_id: str) -> Job:
    """Return a job of the facility, read consistently; another facility's is not found."""
    try:
        row = _Job.get(f"FACILITY#{facility_id}", _sk(job_id), consistent_read=True)
    except _Job.DoesNotExist:
        raise NotFound("there is no such job, or it is not yours") from None
    return _to_job(row)


def newest(facility_id: str, target_id: str) -> Job | None:
    """Return the target's newest job, whatever its state."""
    return next(_newest_first(facility_id, target_id, 1), None)


def few(facility_id: str, target_id: str, rows: int) -> list[Job]:
    """Return the target's newest jobs, so many of them."""
    return list(_newest_first(facility_id, target_id, rows))


def older_than(job: Job) -> Iterator[Job]:
    """Yield the few jobs of the same target just before *job*, newest first."""
    before = _Job.sk.between(f"{PREFIX}{job.target_id}#", _sk(job.job_id))
    rows = _Job.query(
        f"FACILITY#{job.facility_id}", before, scan_index_forward=False, limit=OLDER_ROWS + 1
    )
    yield from (found for row in rows if (found := _to_job(row)).job_id != job.job_id)


def page(facility_id: str, target_id: str, cursor: str | None) -> tuple[list[Job], str | None]:
    """Return a page of the target's jobs, newest first, and the cursor of the next."""
    pk = f"FACILITY#{facility_id}"
    found = _Job.query(
        pk,
        _Job.sk.startswith(f"{PREFIX}{target_id}#"),
        scan_index_forward=False,
        limit=cursors.PAGE_ROWS,
        last_evaluated_key=cursors.read(cursor, partition=pk),
    )
    return [_to_job(each) for each in found], cursors.written(found.last_evaluated_key)


def missed(cursor: str | None) -> tuple[list[Job], str | None]:
    """Return a page of all facilities' missed jobs, the oldest first, and the next cursor."""
    found = _Job.due.query(
        MISSED,
        limit=cursors.PAGE_ROWS,
        last_evaluated_key=cursors.read(cursor, partition=MISSED, of="due_shard"),
    )
    return [_to_job(each) for each in found], cursors.written(found.last_evaluated_key)


def from_due(row: DueRow) -> Job:
    """Return the job that a due row is."""
    return msgspec.json.decode(row.attributes["job"], type=Job)


def _unchanged(job: Job) -> Condition:
    return _Job.revision == job.revision - 1


def _overtaken() -> Conflict:
    return Conflict("somebody changed the job in the meantime: ask again", code="job-changed")


def _is_there(job: Job) -> bool:
    try:
        one(job.facility_id, job.job_id)
    except NotFound:
        return False
    return True


def _advance(timer: RunTimer, to: datetime | None) -> None:
    try:
        with transaction() as write:
            timers.advance_in(write, timer, to)
    except TransactWriteError as error:
        if not condition_failed(error):  # somebody else did
            raise


def _newest_first(facility_id: str, target_id: str, rows: int) -> Iterator[Job]:
    found = _Job.query(
        f"FACILITY#{facility_id}",
        _Job.sk.startswith(f"{PREFIX}{target_id}#"),
        scan_index_forward=False,
        limit=rows,
        consistent_read=True,
    )
    return (_to_job(each) for each in found)


def _sk(job_id: str) -> str:
    target_id, _, stamp = job_id.rpartition("-")
    return f"{PREFIX}{target_id}#{stamp}"


def _to_row(job: Job) -> _Job:
    row = _Job(
        f"FACILITY#{job.facility_id}",
        _sk(job.job_id),
        job=msgspec.json.encode(job).decode(),
        state=job.state.value,
        revision=job.revision,
    )
    if job.state is JobState.MISSED:
        row.due_shard, row.due_at = MISSED, job.due_at
    elif job.is_unfinished:
        row.due_shard = shard_of(target_of(job.job_id))
        row.due_at = clock.text(job.patience_ends)
    return row


def _to_job(row: _Job) -> Job:
    return msgspec.json.decode(row.job, type=Job)
