"""Backup jobs as pages show them: local times, how far, by whom, and what was left out and why."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from chalicelib.access import store as access
from chalicelib.access.model import Caller
from chalicelib.archive.manifest import ExceptionEntry
from chalicelib.archive.store.batches import Batch
from chalicelib.contracts import local
from chalicelib.contracts import store as contracts
from chalicelib.contracts.store import Target
from chalicelib.jobs import service, store
from chalicelib.jobs.model import Job, JobState
from chalicelib.jobs.service import POLL_EVERY
from chalicelib.kernel import clock

NEWEST = 5  # jobs of each target on the overview
PATHS = 50  # of one reason, on one page
QUIET_FOR = timedelta(minutes=15)  # an agent that has not asked for so long does not run


class ShownJob(msgspec.Struct, frozen=True):
    """A job, told in the time of *zone*."""

    job: Job
    zone: ZoneInfo

    @property
    def due_at(self) -> datetime:
        return self._local(self.job.due_at)

    @property
    def taken_at(self) -> datetime | None:
        return self._local(self.job.taken_at) if self.job.taken_at else None

    @property
    def finished_at(self) -> datetime | None:
        return self._local(self.job.finished_at) if self.job.finished_at else None

    @property
    def missed_at(self) -> datetime | None:
        return self._local(self.job.missed_at) if self.job.missed_at else None

    @property
    def seconds(self) -> int | None:
        """How long it took; None until it is done."""
        if self.taken_at is None or self.finished_at is None:
            return None
        return max(round((self.finished_at - self.taken_at).total_seconds()), 0)

    @property
    def percent(self) -> int:
        """How much of it is done, by bytes, rounded down: 100 means all."""
        counts = self.job.progress
        if counts.bytes_total:
            return min(counts.bytes_done * 100 // counts.bytes_total, 100)
        return min(counts.files_done * 100 // counts.files_total, 100) if counts.files_total else 0

    @property
    def is_running(self) -> bool:
        return self.job.state is JobState.RUNNING

    def _local(self, written: str) -> datetime:
        return clock.parse(written).astimezone(self.zone)


class TargetJobs(msgspec.Struct, frozen=True):
    """
    A target with its newest jobs.

    Attributes:
        may_start: The contract lets something be backed up now.
    """

    target: Target
    jobs: list[ShownJob]
    may_start: bool

    @property
    def newest(self) -> ShownJob | None:
        return self.jobs[0] if self.jobs else None


class NextCall(msgspec.Struct, frozen=True):
    """
    When an agent of the facility asks for work.

    Attributes:
        heard_at: When one last did, local; None where none ever has.
        expected_at: When one does next; None where none seems to run.
    """

    heard_at: datetime | None
    expected_at: datetime | None


class Reason(msgspec.Struct, frozen=True):
    """Files that were left out for the same reason, at most PATHS of them by name."""

    code: str
    paths: list[str]
    count: int

    @property
    def unnamed(self) -> int:
        return self.count - len(self.paths)


class JobPage(msgspec.Struct, frozen=True):
    """
    Everything about one job.

    Attributes:
        agent_name: Of who took it; empty while nobody did.
        unlisted: Files that were left out and are not among *reasons*.
    """

    target: Target
    shown: ShownJob
    agent_name: str
    batches: list[Batch]
    reasons: list[Reason]
    unlisted: int


class Missed(msgspec.Struct, frozen=True):
    """A missed job as the provider sees it, in the facility's time."""

    shown: ShownJob
    facility_name: str
    target_name: str


def overview(facility_id: str) -> list[TargetJobs]:
    """Return the facility's targets with their newest jobs."""
    zone, today = local.zone_of(facility_id), local.today(facility_id)
    return [
        TargetJobs(
            target=each,
            jobs=[ShownJob(job, zone) for job in store.few(facility_id, each.target_id, NEWEST)],
            may_start=service.is_allowed(each, today),
        )
        for each in contracts.storing_targets_of(facility_id)
    ]


def next_call(facility_id: str) -> NextCall:
    """Return when an agent of the facility asks for work next."""
    seen = [
        clock.parse(each.last_seen_at)
        for each in access.agents_of(facility_id)
        if each.state == "enrolled" and each.last_seen_at
    ]
    if not seen:
        return NextCall(None, None)
    zone, now, heard_at = local.zone_of(facility_id), clock.now(), max(seen)
    is_alive = now - heard_at < QUIET_FOR
    expected_at = max(heard_at + POLL_EVERY, now).astimezone(zone) if is_alive else None
    return NextCall(heard_at.astimezone(zone), expected_at)


def job_page(caller: Caller, job_id: str) -> JobPage:
    """Return everything about a job of the caller's facility; audited, as paths may name people."""
    job = service.job(caller.facility_id, job_id)
    left_out = service.left_out(caller, job)
    return JobPage(
        target=contracts.target(caller.facility_id, job.target_id),
        shown=ShownJob(job, local.zone_of(caller.facility_id)),
        agent_name=_agent_name(caller.facility_id, job.agent_id),
        batches=service.batches_of(job),
        reasons=grouped(left_out),
        unlisted=max(job.progress.left_out - len(left_out), 0),
    )


def older(
    facility_id: str, target_id: str, cursor: str | None
) -> tuple[list[ShownJob], str | None]:
    """Return a page of a target's jobs, newest first, and the cursor of the next."""
    zone = local.zone_of(facility_id)
    found, following = service.jobs_of(facility_id, target_id, cursor)
    return [ShownJob(each, zone) for each in found], following


def missed(cursor: str | None) -> tuple[list[Missed], str | None]:
    """Return a page of the missed jobs of all facilities, and the cursor of the next."""
    found, following = service.missed(cursor)
    facilities = {each: access.facility(each) for each in {job.facility_id for job in found}}
    return [
        Missed(
            shown=ShownJob(job, ZoneInfo(facilities[job.facility_id].zone)),
            facility_name=facilities[job.facility_id].name,
            target_name=contracts.target(job.facility_id, job.target_id).name,
        )
        for job in found
    ], following


def grouped(left_out: Iterable[ExceptionEntry]) -> list[Reason]:
    """
    Return files by why they were left out, the most frequent reason first.

    >>> [each.count for each in grouped([ExceptionEntry(path="a", reason="unreadable")] * 3)]
    [3]
    """
    paths: dict[str, list[str]] = {}
    for each in left_out:
        paths.setdefault(each.reason, []).append(each.path)
    found = [Reason(code, named[:PATHS], len(named)) for code, named in paths.items()]
    return sorted(found, key=lambda each: (-each.count, each.code))


def _agent_name(facility_id: str, agent_id: str | None) -> str:
    return next(
        (each.name for each in access.agents_of(facility_id) if each.agent_id == agent_id), ""
    )
