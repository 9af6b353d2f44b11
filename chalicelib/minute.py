"""
What the minute's schedule wakes up, by the prefix of a due row's sort key.

It stands above all capabilities, for each may have something that falls due.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from chalicelib.areas import bin_times, erasing, placing
from chalicelib.billing import service as billing
from chalicelib.billing import standing_store
from chalicelib.billing.store import PREFIX as INVOICE
from chalicelib.buffer import sweeping
from chalicelib.buffer.model import Buffer
from chalicelib.buffer.room_store import PREFIX as BUFFER
from chalicelib.charging import service as charging
from chalicelib.charging import standing
from chalicelib.contracts import billed_store, milestones, purging, timers
from chalicelib.contracts.purge_store import PREFIX as PURGE
from chalicelib.discs import store as disc_store
from chalicelib.discs import timers as disc_timers
from chalicelib.due import DueRow
from chalicelib.inquiries import collecting
from chalicelib.inquiries.departments import dissolving
from chalicelib.inquiries.departments import store as department_store
from chalicelib.inquiries.store import PREFIX as INQUIRY
from chalicelib.jobs import scanner, store
from chalicelib.jobs.scanner import Handler
from chalicelib.kernel import clock
from chalicelib.notices import service as notices
from chalicelib.notices.store import PREFIX as NOTICE
from chalicelib.uploads import placings


def minute_due(event: dict[str, Any], remaining_ms: Callable[[], int]) -> dict[str, int]:
    """Do what is due as of the schedule's own time; stop while there is time to."""
    has_time = lambda: remaining_ms() > scanner.RESERVE_MS  # noqa: E731 - a name for a question
    return scanner.scan(clock.told(event["time"]), HANDLERS, has_time=has_time)


def _place(row: DueRow, now: datetime) -> None:  # noqa: ARG001 - the shape of all handlers
    placing.look(row)


def _send_notice(row: DueRow, now: datetime) -> None:
    notices.send_due(row.facility_id, row.sk.removeprefix(NOTICE), now)


def _look_at_invoice(row: DueRow, now: datetime) -> None:
    billing.falls_due(row.facility_id, row.sk.removeprefix(INVOICE), now)


def _look_ahead(row: DueRow, now: datetime) -> None:
    milestones.look_ahead(row.facility_id, row.attributes["contract_id"], now)


def _bill(row: DueRow, now: datetime) -> None:
    charging.bill(billed_store.from_due(row), now)


def _look_at_captures(row: DueRow, now: datetime) -> None:
    buffer = Buffer(row.facility_id, row.sk.removeprefix(BUFFER))
    sweeping.look(buffer, row.due_at, now)


def _follow(row: DueRow, now: datetime) -> None:
    standing.follow(row.facility_id, now)
    standing_store.done(row.facility_id, row.sk.removeprefix(standing_store.PREFIX), row.due_at)


HANDLERS: Mapping[str, Handler] = {
    timers.RUN: scanner.run,
    timers.CHANGE: scanner.change,
    timers.AHEAD: _look_ahead,
    timers.DISC: disc_timers.month,
    disc_store.PREFIX: disc_timers.look,
    store.PREFIX: scanner.watch,
    INVOICE: _look_at_invoice,
    NOTICE: _send_notice,
    PURGE: purging.look,
    placings.PREFIX: _place,
    bin_times.PREFIX: erasing.look,
    BUFFER: _look_at_captures,
    INQUIRY: collecting.look,
    department_store.DISSOLVED: dissolving.look,
    billed_store.PREFIX: _bill,
    standing_store.PREFIX: _follow,
}
