"""
Print jobs: a release that goes to the patient on paper, by post.

queued -> printed -> posted, or cancelled before it is posted.  What a doctor took back, replaced
or would have to release again is neither printed nor posted.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec
from msgspec.structs import replace

from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import Conflict
from chalicelib.patient_charts.model import Basis, PatientChart, Release, State
from chalicelib.patient_charts.prints.addresses import Address
from chalicelib.plain.model import Language

KEPT = timedelta(days=30)  # once it is posted or cancelled; then it goes, address and all
AT_ONCE = 20  # jobs that are printed in one go


class Stage(StrEnum):
    QUEUED = "queued"
    PRINTED = "printed"
    POSTED = "posted"
    CANCELLED = "cancelled"


BEFORE: dict[Stage, frozenset[Stage]] = {
    Stage.QUEUED: frozenset(),
    Stage.PRINTED: frozenset({Stage.QUEUED}),
    Stage.POSTED: frozenset({Stage.PRINTED}),
    Stage.CANCELLED: frozenset({Stage.QUEUED, Stage.PRINTED}),
}
OVER = frozenset({Stage.POSTED, Stage.CANCELLED})


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """Who brought a job to a stage, and when."""

    stage: Stage
    by: str
    at: str


class PrintJob(msgspec.Struct, frozen=True, kw_only=True):
    """
    Attributes:
        number: Of the release that is printed.
        steps: What happened so far, oldest first; the last one is where it is.
    """

    job_id: str
    facility_id: str
    target_id: str
    examination_id: str
    language: Language
    number: int
    address: Address
    steps: tuple[Step, ...]

    @property
    def stage(self) -> Stage:
        return self.steps[-1].stage

    def is_of(self, release: Release) -> bool:
        """Whether it prints *release*, and no other version of it."""
        own = (self.target_id, self.examination_id, self.language, self.number)
        return own == (release.target_id, release.examination_id, release.language, release.number)


class Bar(StrEnum):
    """Why a job is not printed or posted any more."""

    WITHDRAWN = "withdrawn"
    OUTDATED = "outdated"
    REPLACED = "replaced"


def new_job_id(at: datetime) -> str:
    """Return an id for a job; a form carries one, so that sent twice it is one job."""
    return ids.new_id("print", at)


def queued(job_id: str, release: Release, address: Address, by: str, at: str) -> PrintJob:
    """Return a job that prints *release*."""
    return PrintJob(
        job_id=job_id,
        facility_id=release.facility_id,
        target_id=release.target_id,
        examination_id=release.examination_id,
        language=release.language,
        number=release.number,
        address=address,
        steps=(Step(stage=Stage.QUEUED, by=by, at=at),),
    )


def moved(job: PrintJob, stage: Stage, by: str, at: str) -> PrintJob:
    """
    Return *job* at *stage*; where it is there already, as it is.

    Raises:
        Conflict: ``wrong-stage``: it cannot go there from where it is.
    """
    if job.stage is stage:
        return job
    if job.stage not in BEFORE[stage]:
        raise Conflict(f"a job that is {job.stage} is not {stage}", code="wrong-stage")
    return replace(job, steps=(*job.steps, Step(stage=stage, by=by, at=at)))


def gone_at(job: PrintJob) -> datetime | None:
    """Return when a job goes for good; None as long as somebody still has to do something."""
    return clock.parse(job.steps[-1].at) + KEPT if job.stage in OVER else None


def barred(job: PrintJob, found: PatientChart, now: Basis) -> Bar | None:
    """
    Return why *job* may not be printed or posted, or None.

    Args:
        found: How the patient chart it is of stands.
        now: What a release has to be of, to be read.
    """
    state = found.state(now)
    if state in {State.NONE, State.WITHDRAWN}:
        return Bar.WITHDRAWN
    if found.current is None or not job.is_of(found.current):
        return Bar.REPLACED
    return Bar.OUTDATED if state is State.OUTDATED else None
