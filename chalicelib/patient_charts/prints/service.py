"""
Asking for prints, printing them, and saying that they are posted.

Nothing is printed or posted that a doctor took back meanwhile: each step asks anew.  What is shown
of a patient has its audit row first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.archive.model import Patient
from chalicelib.charts import service as charts
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict, Invalid, NotFound
from chalicelib.patient_charts import standing, store
from chalicelib.patient_charts.model import Release, document_number
from chalicelib.patient_charts.prints import store as print_store
from chalicelib.patient_charts.prints.addresses import Address
from chalicelib.patient_charts.prints.model import (
    AT_ONCE,
    OVER,
    Bar,
    PrintJob,
    Stage,
    barred,
    moved,
    queued,
)
from chalicelib.plain.model import Language
from chalicelib.telemetry import count

PAGE = 20


@dataclass(frozen=True, slots=True)
class Listed:
    """
    A job as its list shows it.

    Attributes:
        patient: None where the examination names none, or is gone.
        bar: Why it is not printed or posted any more; None where it may be, or is over.
        newest: The version there is now, where it was replaced.
    """

    job: PrintJob
    patient: Patient | None
    bar: Bar | None
    newest: int | None


@dataclass(frozen=True, slots=True)
class Sorted:
    """Jobs that something was to be done with: those it was done with, and the others."""

    done: list[PrintJob]
    refused: list[Listed]


def queue(
    caller: Caller,
    target_id: str,
    examination_id: str,
    language: Language,
    number: int,
    job_id: str,
    address: Address,
) -> PrintJob:
    """
    Ask for a release to be printed and posted; the same *job_id* again is the same job.

    Raises:
        NotFound: No such examination or release, or not the caller's.
        Conflict: ``withdrawn``, ``outdated`` or ``replaced``: nobody may read it any more.
    """
    charts.subject(caller, target_id, examination_id)
    release = store.release(target_id, examination_id, language, number)
    job = queued(job_id, release, address, caller.id, clock.text(clock.now()))
    bar, _ = _bar(job)
    if bar:
        raise Conflict("nobody may read this version any more", code=bar.value)
    audit(caller, "queue-print", release.document)
    if not print_store.add(job):
        return print_store.job(caller.facility_id, job_id, clock.now())
    count("PrintsQueued")
    return job


def page_of(caller: Caller, stage: Stage, cursor: str | None) -> tuple[list[Listed], str | None]:
    """Return some of the facility's jobs at *stage*, newest first, and the next cursor."""
    found, following = print_store.page_of(caller.facility_id, stage, clock.now(), cursor, PAGE)
    audit(caller, "list-prints", stage.value, amount=len(found))
    return [_listed(caller, each) for each in found], following


def jobs(caller: Caller, job_ids: Sequence[str]) -> list[PrintJob]:
    """
    Return the named jobs, each once, in the order they were named.

    Raises:
        Invalid: None, or more than are printed in one go.
        NotFound: One of them is not the facility's.
    """
    named = list(dict.fromkeys(job_ids))
    if not 1 <= len(named) <= AT_ONCE:
        raise Invalid(f"choose 1 to {AT_ONCE} of them", code="none-chosen", most=AT_ONCE)
    return print_store.jobs(caller.facility_id, named, clock.now())


def to_print(
    caller: Caller, job_ids: Sequence[str]
) -> tuple[list[tuple[PrintJob, Release]], list[Listed]]:
    """Return what may go to the printer, each with its release, and what may not any more."""
    found = jobs(caller, job_ids)
    unfinished = [each for each in found if each.stage not in OVER]
    may, may_not = _sorted(caller, unfinished, Stage.PRINTED)
    may_not += [_listed(caller, each) for each in found if each.stage in OVER]
    releases = []
    for job in may:
        audit(caller, "print-patient-chart", _document(job))
        release = store.release(job.target_id, job.examination_id, job.language, job.number)
        releases.append((job, release))
    return releases, may_not


def labels(caller: Caller, job_ids: Sequence[str]) -> list[PrintJob]:
    """Return the named jobs for their address labels; what is cancelled gets none."""
    found = [each for each in jobs(caller, job_ids) if each.stage is not Stage.CANCELLED]
    for job in found:
        audit(caller, "print-address", job.job_id)
    return found


def mark(caller: Caller, job_ids: Sequence[str], stage: Stage) -> Sorted:
    """
    Say that the jobs are at *stage*: printed, posted or cancelled.

    A job that may not be printed or posted any more stays where it is, and is among the refused;
    so does one that somebody else moved meanwhile.
    """
    found = jobs(caller, job_ids)
    may, may_not = _sorted(caller, found, stage)
    done = []
    for job in may:
        if _moved(caller, job, stage):
            done.append(job)
        else:
            may_not.append(_listed(caller, job))
    return Sorted(done, may_not)


# --- pieces ------------------------------------------------------------------------------------


def _moved(caller: Caller, job: PrintJob, stage: Stage) -> bool:
    """Move *job* to *stage*; False where it is elsewhere than where that begins."""
    try:
        then = moved(job, stage, caller.id, clock.text(clock.now()))
    except Conflict:
        return False
    if then == job:
        return True
    audit(caller, f"print-{stage.value}", _document(job))
    if not print_store.move(job, then):
        return False
    count("PrintsMoved")
    return True


def _sorted(
    caller: Caller, found: list[PrintJob], to: Stage
) -> tuple[list[PrintJob], list[Listed]]:
    """Tell apart what may go to *to* and what may not; anything may be cancelled."""
    if to is Stage.CANCELLED:
        return found, []
    may: list[PrintJob] = []
    may_not: list[Listed] = []
    for job in found:
        bar, newest = _bar(job)
        if bar is None:
            may.append(job)
        else:
            may_not.append(Listed(job, _patient(caller, job), bar, newest))
    return may, may_not


def _bar(job: PrintJob) -> tuple[Bar | None, int | None]:
    """Return why *job* may not go out any more, and which version there is instead."""
    found, now = standing.of(job.target_id, job.examination_id, job.language)
    bar = barred(job, found, now)
    newest = found.current.number if found.current and bar is Bar.REPLACED else None
    return bar, newest


def _listed(caller: Caller, job: PrintJob) -> Listed:
    bar, newest = (None, None) if job.stage in OVER else _bar(job)
    return Listed(job, _patient(caller, job), bar, newest)


def _patient(caller: Caller, job: PrintJob) -> Patient | None:
    """Return whose chart *job* prints; what it is of may be deleted already."""
    try:
        return charts.subject(caller, job.target_id, job.examination_id).patient
    except NotFound:
        return None


def _document(job: PrintJob) -> str:
    return document_number(job.target_id, job.examination_id, job.language)
