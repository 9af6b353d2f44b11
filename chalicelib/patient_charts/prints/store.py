"""
Print jobs in DynamoDB (box).

FACILITY#<facility id>  PRINT#<job id>    the job; expires_at only once it is posted or cancelled
inbox  PRINTS#<facility id>#<stage>  <job id>    the same row, among those of its stage
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from chalicelib.kernel.errors import NotFound
from chalicelib.patient_charts.prints.model import PrintJob, Stage, gone_at
from chalicelib.tables import BoxTable, held
from chalicelib.web import cursors


class _Inbox(GlobalSecondaryIndex["_Job"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "inbox"
        projection = AllProjection()

    inbox_pk = UnicodeAttribute(hash_key=True)
    inbox_sk = UnicodeAttribute(range_key=True)


class _Job(Model):
    class Meta(BoxTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    inbox_pk = UnicodeAttribute()
    inbox_sk = UnicodeAttribute()
    stage = UnicodeAttribute()
    job = UnicodeAttribute()
    expires_at = NumberAttribute(null=True)

    inbox = _Inbox()


def add(job: PrintJob) -> bool:
    """Add a job; False where there is one of its id already."""
    row = _key(job.facility_id, job.job_id)
    row.inbox_pk, row.inbox_sk = _of_stage(job.facility_id, job.stage), job.job_id
    row.stage, row.job = job.stage.value, _json(job)
    return held(lambda: row.save(_Job.pk.does_not_exist()))


def job(facility_id: str, job_id: str, now: datetime) -> PrintJob:
    """Return a job of the facility's, read consistently; raises NotFound."""
    try:
        row = _Job.get(f"FACILITY#{facility_id}", f"PRINT#{job_id}", consistent_read=True)
    except DoesNotExist:
        raise _unknown() from None
    found = _to_job(row)
    if _is_gone(found, now):  # the TTL deletes late
        raise _unknown()
    return found


def page_of(
    facility_id: str, stage: Stage, now: datetime, cursor: str | None, rows: int
) -> tuple[list[PrintJob], str | None]:
    """Return some of the facility's jobs at *stage*, newest first, and the cursor of the next."""
    pk = _of_stage(facility_id, stage)
    page = _Job.inbox.query(
        pk,
        scan_index_forward=False,
        limit=rows,
        last_evaluated_key=cursors.read(cursor, partition=pk, of="inbox_pk"),
    )
    found = [_to_job(each) for each in page]
    return [each for each in found if not _is_gone(each, now)], cursors.written(
        page.last_evaluated_key
    )


def move(seen: PrintJob, then: PrintJob) -> bool:
    """Write *then* over *seen*; False where the job is not at the stage it was seen at."""
    actions: list[Any] = [
        _Job.stage.set(then.stage.value),
        _Job.inbox_pk.set(_of_stage(then.facility_id, then.stage)),
        _Job.job.set(_json(then)),
    ]
    gone = gone_at(then)
    if gone:
        actions.append(_Job.expires_at.set(int(gone.timestamp())))
    row = _key(seen.facility_id, seen.job_id)
    return held(lambda: row.update(actions, condition=_Job.stage == seen.stage.value))


def jobs(facility_id: str, job_ids: Sequence[str], now: datetime) -> list[PrintJob]:
    """Return jobs of the facility's in the order they are named; raises NotFound for any other."""
    return [job(facility_id, each, now) for each in job_ids]


def _key(facility_id: str, job_id: str) -> _Job:
    return _Job(f"FACILITY#{facility_id}", f"PRINT#{job_id}")


def _of_stage(facility_id: str, stage: Stage) -> str:
    return f"PRINTS#{facility_id}#{stage.value}"


def _is_gone(job: PrintJob, now: datetime) -> bool:
    gone = gone_at(job)
    return gone is not None and gone <= now


def _unknown() -> NotFound:
    return NotFound("there is no such print job, or it is not yours")


def _json(job: PrintJob) -> str:
    return msgspec.json.encode(job).decode()


def _to_job(row: Any) -> PrintJob:
    return msgspec.json.decode(row.job, type=PrintJob)
