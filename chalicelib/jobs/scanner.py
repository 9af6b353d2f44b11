"""What a minute brings: jobs of nightly plans, changes of contracts, and jobs nobody took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime

from chalicelib import due
from chalicelib.contracts import changing, local, timers
from chalicelib.contracts import store as contracts
from chalicelib.due import DueRow
from chalicelib.jobs import service, store
from chalicelib.jobs.model import Job, JobState, Origin, moved, new_job
from chalicelib.kernel import clock
from chalicelib.kernel.calendar import local_date
from chalicelib.kernel.errors import Conflict
from chalicelib.telemetry import count, logger, place

Handler = Callable[[DueRow, datetime], None]
RESERVE_MS = 10_000
REASONS = 5


def scan(
    now: datetime, handlers: Mapping[str, Handler], *, has_time: Callable[[], bool] = lambda: True
) -> dict[str, int]:
    """
    Handle every row that is due *now*, by the prefix of its sort key.

    Raises:
        RuntimeError: Some row could not be handled; the others were.
    """
    handled, failed = 0, Counter[str]()
    for row in _due_rows(now):
        if not has_time():
            logger.warning("tick out of time", extra={"handled": handled})
            break
        try:
            _handler_of(row, handlers)(row, now)
        except Exception as error:  # noqa: BLE001 - one bad row must not keep the others waiting
            kind, where = row.sk.partition("#")[0], place(error)
            failed[f"{kind} {type(error).__name__} {where}"] += 1
            facts = {"facility_id": row.facility_id, "kind": kind, "where": where}
            logger.error("due row not handled", extra=facts | {"error": type(error).__name__})
        handled += 1
    if failed:
        raise RuntimeError(_told(failed, handled))
    return {"handled": handled}


def _told(failed: Counter[str], handled: int) -> str:
    """Say what went wrong, the most frequent first, so that nobody has to search a log for it."""
    reasons = "; ".join(f"{number} x {reason}" for reason, number in failed.most_common(REASONS))
    return f"{failed.total()} of {handled} due rows could not be handled: {reasons}"


def run(row: DueRow, now: datetime) -> None:
    """Make the job of a nightly plan; one makes up for all nights that were missed."""
    timer = timers.run_timer(row)
    job = new_job(
        timer.facility_id, timer.target_id, Origin.NIGHTLY, due_at=timer.newest(now), at=now
    )
    if store.run(timer, job):
        count("JobsMade")


def change(row: DueRow, now: datetime) -> None:
    """Put the upcoming version of a contract in force, its plan and its timers with it."""
    contract = contracts.contract(row.facility_id, row.attributes["contract_id"])
    changing.in_effect(contract, local_date(now, local.zone_of(row.facility_id)))


def watch(row: DueRow, now: datetime) -> None:
    """Find out what became of a job that nothing was heard of for too long."""
    job = store.from_due(row)
    if not job.is_silent(now):
        return
    with suppress(Conflict):  # it was heard of after all
        _give_up(job, now)


def _give_up(job: Job, now: datetime) -> None:
    zone = local.zone_of(job.facility_id)
    target = contracts.target(job.facility_id, job.target_id)
    newest = store.newest(job.facility_id, job.target_id)
    if not service.is_allowed(target, local_date(now, zone)):
        store.change(moved(job, JobState.CANCELLED, finished_at=clock.text(now)))
    elif newest is not None and newest.job_id != job.job_id:
        store.change(moved(job, JobState.SUPERSEDED, finished_at=clock.text(now)))
    else:
        due_at = clock.parse(job.due_at).astimezone(zone).isoformat()
        facts = {"target_name": target.name, "due_at": due_at}
        store.miss(moved(job, JobState.MISSED, missed_at=clock.text(now)), facts)
        service.supersede_older(job, now)
        count("JobsMissed")
        logger.warning("job missed", extra={"job_id": job.job_id, "facility_id": job.facility_id})


def _due_rows(now: datetime) -> Iterator[DueRow]:
    """Yield what is due; each minute begins with another shard, so that none waits for ever."""
    first = now.minute % len(due.SHARDS)
    for shard in due.SHARDS[first:] + due.SHARDS[:first]:
        yield from due.rows(shard, clock.text(now))


def _handler_of(row: DueRow, handlers: Mapping[str, Handler]) -> Handler:
    return next(handler for prefix, handler in handlers.items() if row.sk.startswith(prefix))
