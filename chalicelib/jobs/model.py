"""Backup jobs and where they may stand.  Rules only: no storage, no AWS."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import msgspec

from chalicelib.billing.states import Lifecycle
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Invalid

PATIENCE = timedelta(hours=6)  # for a job nobody takes, or that makes no progress
MAX_COUNT = 2**53  # what a JSON number keeps exactly
MAX_DETAIL = 200  # characters
_CODE = re.compile(r"[a-z0-9-]{1,64}")
_STAMP = "%Y%m%dT%H%M%SZ"


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    COMPLETE = "complete"
    PARTIAL = "partial"
    FAILED = "failed"
    MISSED = "missed"  # not taken in time, or silent for too long; the next contact gets it
    SUPERSEDED = "superseded"  # a newer job of the target covers what it would have
    CANCELLED = "cancelled"  # the contract no longer allows it


class Origin(StrEnum):
    NIGHTLY = "nightly"
    NOW = "now"


JOB = Lifecycle(
    "backup job",
    {
        JobState.WAITING: (
            JobState.RUNNING,
            JobState.MISSED,
            JobState.SUPERSEDED,
            JobState.CANCELLED,
        ),
        JobState.RUNNING: (
            JobState.COMPLETE,
            JobState.PARTIAL,
            JobState.FAILED,
            JobState.MISSED,
            JobState.SUPERSEDED,
            JobState.CANCELLED,
        ),
        JobState.MISSED: (JobState.RUNNING, JobState.SUPERSEDED, JobState.CANCELLED),
        JobState.FAILED: (JobState.RUNNING,),
        JobState.COMPLETE: (),
        JobState.PARTIAL: (),
        JobState.SUPERSEDED: (),
        JobState.CANCELLED: (),
    },
)
UNFINISHED = {JobState.WAITING, JobState.RUNNING, JobState.MISSED}
OUTCOMES = {JobState.COMPLETE, JobState.PARTIAL, JobState.FAILED}


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a job is; ``left_out`` files were not backed up, and their batches say why."""

    files_total: int = 0
    files_done: int = 0
    bytes_total: int = 0
    bytes_done: int = 0
    left_out: int = 0


class JobError(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Why a job failed, as the agent says it: never a path, a name or a patient's number."""

    code: str
    detail: str = ""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """
    One run of a plan.

    Attributes:
        job_id: Follows from target and time: however many make it, it is one.
        due_at: When its time came, or when somebody asked for it.
        agent_id: Who took it last.
        asked_by: Who pressed "back up now".
        progress_at: When the agent last told of progress.
        missed_at: When it was missed, also if it was made up for later.
        revision: One more with each write, so that two at once are noticed.
    """

    job_id: str
    facility_id: str
    target_id: str
    origin: Origin
    state: JobState
    due_at: str
    created_at: str
    taken_at: str | None = None
    agent_id: str | None = None
    progress_at: str | None = None
    missed_at: str | None = None
    finished_at: str | None = None
    progress: Progress = Progress()
    error: JobError | None = None
    asked_by: str | None = None
    revision: int = 1

    @property
    def is_unfinished(self) -> bool:
        return self.state in UNFINISHED

    def is_silent(self, at: datetime) -> bool:
        """Tell whether nothing was heard of it for too long at the moment *at*."""
        return self.patience_ends <= at

    @property
    def patience_ends(self) -> datetime:
        """When it is missed, unless something is heard of it before."""
        heard = max(filter(None, (self.created_at, self.taken_at, self.progress_at)))
        return clock.parse(heard) + PATIENCE


def new_job(
    facility_id: str,
    target_id: str,
    origin: Origin,
    *,
    due_at: datetime,
    at: datetime,
    asked_by: str | None = None,
) -> Job:
    """Return the job of *target_id* that is due at *due_at*, made at the moment *at*."""
    return Job(
        job_id=f"{target_id}-{due_at.astimezone(UTC).strftime(_STAMP)}",
        facility_id=facility_id,
        target_id=target_id,
        origin=origin,
        state=JobState.WAITING,
        due_at=clock.text(due_at),
        created_at=clock.text(at),
        asked_by=asked_by,
    )


def target_of(job_id: str) -> str:
    """
    Return the target a job belongs to.

    >>> target_of("target-01jq-20270401T170000Z")
    'target-01jq'
    """
    return job_id.rpartition("-")[0]


def moved(job: Job, *states: JobState, **facts: object) -> Job:
    """
    Return *job* after it went through *states*, with other *facts*, as its next revision.

    Raises:
        Conflict: ``illegal-transition``; the message names what may follow.
    """
    state = job.state
    for following in states:
        JOB.check(state, following)
        state = following
    return msgspec.structs.replace(job, state=state, revision=job.revision + 1, **facts)


def check_progress(progress: Progress) -> None:
    """Let pass counts that can be; raises Invalid naming the one that cannot."""
    for name, value in msgspec.structs.asdict(progress).items():
        if not 0 <= value <= MAX_COUNT:
            raise Invalid(f"{name} must be a whole number from 0 to 2^53")


def check_error(error: JobError | None, outcome: JobState) -> None:
    """Let pass what an agent says of a failure; raises Invalid naming what is wrong."""
    if outcome not in OUTCOMES:
        raise Invalid("outcome must be complete, partial or failed")
    if error is None:
        if outcome is JobState.FAILED:
            raise Invalid('a failed job needs an error: {"code", "detail"}')
        return
    if not _CODE.fullmatch(error.code):
        raise Invalid("error.code must be 1 to 64 lower-case letters, digits or dashes")
    if len(error.detail) > MAX_DETAIL:
        raise Invalid(f"error.detail must have at most {MAX_DETAIL} characters")
