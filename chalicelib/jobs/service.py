"""Backup jobs as agents take them, and as a facility's staff start and see them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from itertools import islice

import msgspec

from chalicelib import buckets
from chalicelib.access import store as access
from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.archive import manifest as manifests
from chalicelib.archive import service as archive
from chalicelib.archive.manifest import ExceptionEntry
from chalicelib.archive.store import batches
from chalicelib.archive.store.batches import Batch
from chalicelib.contracts import local, timers
from chalicelib.contracts import service as contracts
from chalicelib.contracts import store as contracts_store
from chalicelib.contracts.model import covers, in_force_on
from chalicelib.contracts.store import Target
from chalicelib.jobs import store
from chalicelib.jobs.model import (
    OUTCOMES,
    Job,
    JobError,
    JobState,
    Origin,
    Progress,
    check_error,
    check_progress,
    moved,
    new_job,
    target_of,
)
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict, Invalid
from chalicelib.telemetry import count, logger

# At AWS's list prices an agent's polls cost about ten yen a month; "back up now" waits no longer.
POLL_EVERY = timedelta(minutes=5)
JITTER_SECONDS = 60  # so that not all facilities of one hour ask in the same second
MAX_VERSION = 40  # characters
LEFT_OUT_SHOWN = 1_000  # names a page can bear


class Work(msgspec.Struct, frozen=True):
    """
    What an agent is told to do.

    Attributes:
        jobs: The newest job of each target that it may take, missed ones first.
        restores: Ids of the restores granted to it.
        next_poll_at: When it is to ask again.
    """

    service_time: str
    next_poll_at: str
    jobs: list[Job]
    restores: list[str]
    targets: list[Target]


# --- agents ------------------------------------------------------------------------------------


def poll(caller: Caller, version: str) -> Work:
    """
    Tell an agent what to do, and note that it was heard.

    Raises:
        Invalid: *version* is empty or too long.
    """
    if not 1 <= len(version) <= MAX_VERSION:
        raise Invalid(f"version must have 1 to {MAX_VERSION} characters")
    now = clock.now()
    access.note_agent(caller.id, now, version)
    targets = list(contracts_store.storing_targets_of(caller.facility_id))
    offered = [job for each in targets if (job := _offered(each, caller, now)) is not None]
    return Work(
        service_time=clock.text(now),
        next_poll_at=clock.text(_next_poll(caller.facility_id, now)),
        jobs=sorted(offered, key=lambda job: (job.state is not JobState.MISSED, job.due_at)),
        restores=[each.restore_id for each in archive.open_restores(caller)],
        targets=targets,
    )


def take(caller: Caller, job_id: str) -> Job:
    """
    Let the agent run a job; taking it again is the same as once.

    Raises:
        Conflict: ``job-over``: finished, or a newer one has taken its place.  ``job-taken``:
            another agent runs it.  Or the contract is not in force: then the job is cancelled.
    """
    job, now = store.one(caller.facility_id, job_id), clock.now()
    _check_newest(job)
    try:
        contracts.plan_in_force(caller.facility_id, job.target_id)
    except Conflict:
        if job.is_unfinished:
            store.change(moved(job, JobState.CANCELLED, finished_at=clock.text(now)))
        raise
    if job.state is JobState.RUNNING and job.agent_id == caller.id:
        return job
    taken = store.change(
        moved(
            job,
            *_way_to_running(job, now),
            agent_id=caller.id,
            taken_at=clock.text(now),
            progress_at=None,
            finished_at=None,
            progress=Progress(),
            error=None,
        )
    )
    supersede_older(taken, now)
    count("JobsTaken")
    return taken


def tell_progress(caller: Caller, job_id: str, progress: Progress) -> Job:
    """
    Note how far a job is; the answer's state tells whether it is still wanted.

    Raises:
        Invalid: A count that cannot be.
        Conflict: ``job-not-taken``, ``job-taken``: it is not this agent's.
    """
    check_progress(progress)
    job = _taken_by(caller, job_id)
    if not job.is_unfinished:
        return job
    back = (JobState.RUNNING,) if job.state is JobState.MISSED else ()
    heard = {"progress": progress, "progress_at": clock.text(clock.now())}
    return store.change(moved(job, *back, **heard))


def finish(
    caller: Caller, job_id: str, outcome: JobState, progress: Progress, error: JobError | None
) -> Job:
    """
    End a job; ending it again changes nothing.

    Raises:
        Invalid: The outcome is none, a count cannot be, or a failure has no error.
        Conflict: ``job-not-taken``, ``job-taken``; ``job-over``: it was superseded or cancelled.
    """
    check_error(error, outcome)
    check_progress(progress)
    job = _taken_by(caller, job_id)
    if job.state in OUTCOMES:
        return job
    if not job.is_unfinished:
        raise _over(job)
    back = (JobState.RUNNING,) if job.state is JobState.MISSED else ()
    now = clock.text(clock.now())
    ended = {"progress": progress, "progress_at": now, "finished_at": now, "error": error}
    job = store.change(moved(job, *back, outcome, **ended))
    count(f"Jobs{outcome.capitalize()}")
    logger.info("job finished", extra={"job_id": job.job_id, "job_state": job.state})
    return job


def running(caller: Caller, target_id: str, job_id: str) -> Job:
    """
    Return the job of *target_id* that the agent runs.

    Raises:
        NotFound: The target has no such job.
        Conflict: ``job-not-taken``, ``job-taken``, ``job-over``: the agent does not run it.
    """
    job = _taken_by(caller, job_id)
    if job.target_id != target_id:
        raise Conflict("the job belongs to another target", code="job-of-another-target")
    if job.state is not JobState.RUNNING:
        raise _over(job)
    return job


def supersede_older(job: Job, now: datetime) -> None:
    """
    Let *job* take the place of its target's unfinished jobs before it.

    What another agent is busy with goes on: its work would be done twice.
    """
    for older in store.older_than(job):
        is_busy = older.state is JobState.RUNNING and not older.is_silent(now)
        if older.is_unfinished and not (is_busy and older.agent_id != job.agent_id):
            with suppress(Conflict):  # it has just been finished
                superseded = moved(older, JobState.SUPERSEDED, finished_at=clock.text(now))
                store.change(superseded)


def is_allowed(target: Target, today: date) -> bool:
    """Tell whether the contract of *target* lets anything be backed up on *today*."""
    if target.contract is None:
        return False
    try:
        covers(in_force_on(target.contract, today), today)
    except Conflict:
        return False
    return True


def _offered(target: Target, caller: Caller, now: datetime) -> Job | None:
    """Return the target's newest job if the agent may take it, or runs it."""
    if not is_allowed(target, local.today(target.facility_id)):
        return None
    job = store.newest(target.facility_id, target.target_id)
    if job is None or not job.is_unfinished:
        return None
    is_anothers = job.state is JobState.RUNNING and job.agent_id != caller.id
    return None if is_anothers and not job.is_silent(now) else job


def _next_poll(facility_id: str, now: datetime) -> datetime:
    """Return when the facility's agents are to ask again: right after its next run, or soon."""
    jitter = timedelta(seconds=random.uniform(0, JITTER_SECONDS))  # noqa: S311 - not a secret
    runs = [clock.parse(each.due_at) for each in timers.run_timers_of(facility_id)]
    return min([now + POLL_EVERY, *(max(each, now) + jitter for each in runs)])


def _check_newest(job: Job) -> None:
    newest = store.newest(job.facility_id, job.target_id)
    if newest is not None and newest.job_id != job.job_id:
        raise Conflict("a newer job of this target has taken its place", code="job-over")


def _way_to_running(job: Job, now: datetime) -> tuple[JobState, ...]:
    """Return the states a job goes through as it is taken; raises Conflict where it cannot be."""
    match job.state:
        case JobState.WAITING | JobState.MISSED | JobState.FAILED:
            return (JobState.RUNNING,)
        case JobState.RUNNING if job.is_silent(now):
            return (JobState.MISSED, JobState.RUNNING)
        case JobState.RUNNING:
            raise _anothers()
        case _:
            raise _over(job)


def _taken_by(caller: Caller, job_id: str) -> Job:
    job = store.one(caller.facility_id, job_id)
    if job.agent_id is None:
        raise Conflict("take the job first", code="job-not-taken")
    if job.agent_id != caller.id:
        raise _anothers()
    return job


def _anothers() -> Conflict:
    return Conflict("another agent has taken this job", code="job-taken")


def _over(job: Job) -> Conflict:
    return Conflict(f"this job is {job.state}: ask for work again", code="job-over")


# --- staff -------------------------------------------------------------------------------------


def back_up_now(caller: Caller, target_id: str) -> Job:
    """
    Make a job of *target_id* that an agent gets the next time it asks; one that waits will do.

    Raises:
        NotFound, Conflict: No such target; no contract, not active, ended.
    """
    contracts.plan_in_force(caller.facility_id, target_id)
    newest = store.newest(caller.facility_id, target_id)
    if newest is not None and newest.state is JobState.WAITING:
        return newest
    audit(caller, "back-up-now", target_id)
    now = clock.now()
    job = new_job(caller.facility_id, target_id, Origin.NOW, due_at=now, at=now, asked_by=caller.id)
    count("JobsMade")
    return store.add(job)


def newest(facility_id: str, target_id: str) -> Job | None:
    """Return the newest job of the facility's target, whatever its state."""
    return store.newest(facility_id, target_id)


def jobs_of(facility_id: str, target_id: str, cursor: str | None) -> tuple[list[Job], str | None]:
    """Return a page of a target's jobs, newest first; raises NotFound for another's target."""
    contracts_store.target(facility_id, target_id)
    return store.page(facility_id, target_id, cursor)


def job(facility_id: str, job_id: str) -> Job:
    """Return one job of the facility; another's is not found."""
    return store.one(facility_id, job_id)


def batches_of(job: Job) -> list[Batch]:
    """Return the batches of *job*, oldest first: it looks only at those of its time."""
    if job.taken_at is None:
        return []
    until = clock.parse(job.finished_at) if job.finished_at else clock.now()
    found = batches.opened_between(target_of(job.job_id), clock.parse(job.created_at), until)
    return [each for each in found if each.job_id == job.job_id]


def left_out(caller: Caller, job: Job) -> list[ExceptionEntry]:
    """Return files of *job* that were not backed up, and why; audited: paths may name patients."""
    audit(caller, "see-job", job.job_id)
    return list(islice(_exceptions(batches_of(job)), LEFT_OUT_SHOWN))


def missed(cursor: str | None) -> tuple[list[Job], str | None]:
    """Return a page of the missed jobs of all facilities, oldest first, for the provider."""
    return store.missed(cursor)


def _exceptions(found: list[Batch]) -> Iterator[ExceptionEntry]:
    for each in found:
        if each.is_finished and each.exceptions:
            key = manifests.key(each.target_id, str(each.completed_at), each.batch_id)
            yield from manifests.decoded(buckets.read(key)).exceptions
