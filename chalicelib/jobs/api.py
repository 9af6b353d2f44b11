"""Backup jobs over HTTP: for agents, and for those who start and see them."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from chalicelib.access.guard import GuardedRoutes
from chalicelib.access.model import Caller
from chalicelib.access.policy import Operation
from chalicelib.archive.store.batches import Batch
from chalicelib.contracts.told import PlannedTarget, for_agent
from chalicelib.jobs import service
from chalicelib.jobs.model import OUTCOMES, Job, JobError, JobState, Origin, Progress
from chalicelib.kernel.errors import Invalid, NotFound
from chalicelib.web.bodies import Body
from chalicelib.web.routes import Page

routes = GuardedRoutes(__name__)

JOBS = "/targets/{target_id}/jobs"
AGENT_JOB = "/agent/jobs/{job_id}"

# Told in the description only: the service checks it itself, with words that help.
Outcome = Annotated[str, msgspec.Meta(extra_json_schema={"enum": sorted(OUTCOMES)})]


class Heard(Body):
    version: str


class Counts(Body):
    """How far a job is: files, bytes, and files that are not backed up."""

    files_total: int
    files_done: int
    bytes_total: int
    bytes_done: int
    left_out: int

    @property
    def progress(self) -> Progress:
        return Progress(**{each: getattr(self, each) for each in Progress.__struct_fields__})


class FinishedJob(Counts):
    outcome: Outcome
    error: JobError | None = None


class ShownJob(msgspec.Struct, frozen=True, kw_only=True):
    """One run of a plan."""

    job_id: str
    target_id: str
    origin: Origin
    state: JobState
    due_at: str
    created_at: str
    taken_at: str | None
    agent_id: str | None
    missed_at: str | None
    finished_at: str | None
    progress: Progress
    error: JobError | None
    asked_by: str | None


class JobWithBatches(ShownJob, frozen=True, kw_only=True):
    """A job, with the batches that its agent opened for it."""

    batches: list[Batch]


class MissedJob(ShownJob, frozen=True, kw_only=True):
    """A job of any facility that nobody took in time, or that fell silent."""

    facility_id: str


class AgentOrders(msgspec.Struct, frozen=True, kw_only=True):
    """
    What an agent is told to do.

    Attributes:
        next_poll_at: When it is to ask again.
        restores: Ids of the restores granted to it.
    """

    service_time: str
    next_poll_at: str
    jobs: list[ShownJob]
    restores: list[str]
    targets: list[PlannedTarget]


class JobStanding(msgspec.Struct, frozen=True):
    """The agent stops when the job is no longer running."""

    state: JobState


@routes.on("POST", "/agent/poll", Operation.RUN_JOBS, body=Heard)
def poll(caller: Caller, said: Heard) -> AgentOrders:
    """Tell an agent what to do, and when to ask again."""
    work = service.poll(caller, said.version)
    return AgentOrders(
        service_time=work.service_time,
        next_poll_at=work.next_poll_at,
        jobs=[_shown(each) for each in work.jobs],
        restores=work.restores,
        targets=[for_agent(each) for each in work.targets],
    )


@routes.on("POST", AGENT_JOB + "/take", Operation.RUN_JOBS, problems=(409,))
def take(caller: Caller, job_id: str) -> ShownJob:
    """Let the agent run a job."""
    return _shown(service.take(caller, job_id))


@routes.on("POST", AGENT_JOB + "/progress", Operation.RUN_JOBS, body=Counts, problems=(409,))
def tell_progress(caller: Caller, said: Counts, job_id: str) -> JobStanding:
    """Note how far a job is; say whether it is still wanted."""
    return JobStanding(service.tell_progress(caller, job_id, said.progress).state)


@routes.on("POST", AGENT_JOB + "/finish", Operation.RUN_JOBS, body=FinishedJob, problems=(409,))
def finish(caller: Caller, said: FinishedJob, job_id: str) -> ShownJob:
    """End a job."""
    outcome = _outcome(said.outcome)
    return _shown(service.finish(caller, job_id, outcome, said.progress, said.error))


@routes.on("POST", JOBS, Operation.START_JOB, status=201, problems=(409,))
def back_up_now(caller: Caller, target_id: str) -> ShownJob:
    """Back a target up now, that is: when an agent asks next."""
    return _shown(service.back_up_now(caller, target_id))


@routes.on("GET", JOBS, Operation.SEE_JOBS, paged=True)
def list_jobs(caller: Caller, target_id: str, cursor: str | None) -> Page[ShownJob]:
    """List a target's jobs, newest first."""
    found, following = service.jobs_of(caller.facility_id, target_id, cursor)
    return Page([_shown(each) for each in found], following)


@routes.on("GET", JOBS + "/{job_id}", Operation.SEE_JOBS)
def show_job(caller: Caller, target_id: str, job_id: str) -> JobWithBatches:
    """Show a job with its batches."""
    job = service.job(caller.facility_id, job_id)
    if job.target_id != target_id:
        raise NotFound("this target has no such job")
    return JobWithBatches(**_facts(job), batches=service.batches_of(job))


@routes.on("GET", "/missed-jobs", Operation.SEE_MISSED_JOBS, paged=True)
def list_missed_jobs(caller: Caller, cursor: str | None) -> Page[MissedJob]:  # noqa: ARG001
    """List the missed jobs of all facilities for the provider."""
    found, following = service.missed(cursor)
    shown = [MissedJob(**_facts(each), facility_id=each.facility_id) for each in found]
    return Page(shown, following)


def _shown(job: Job) -> ShownJob:
    return ShownJob(**_facts(job))


def _facts(job: Job) -> dict[str, Any]:
    """Return what the interface tells of a job."""
    return {name: getattr(job, name) for name in ShownJob.__struct_fields__}


def _outcome(said: str) -> JobState:
    try:
        return JobState(said)
    except ValueError:
        raise Invalid("outcome must be complete, partial or failed") from None
