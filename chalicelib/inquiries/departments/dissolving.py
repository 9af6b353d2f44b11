"""
What a dissolved department had: given on, some at once, the rest by the minute's schedule.

Nothing new comes once it is dissolved (routing holds to that), so its inbox only becomes emptier.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from chalicelib.due import DueRow
from chalicelib.inquiries import due_times, routing, store
from chalicelib.inquiries.departments import rule_store
from chalicelib.inquiries.departments import store as department_store
from chalicelib.kernel.errors import Conflict

AGAIN_AFTER = timedelta(minutes=1)


def look(row: DueRow, now: datetime) -> None:
    """Go on where whoever dissolved a department left off."""
    empty(row.sk.removeprefix(department_store.DISSOLVED), now)


def empty(department_id: str, now: datetime) -> None:
    """Give on a page of what a dissolved department has to do; what is left comes in a minute."""
    department = department_store.department(department_id)
    again_at = due_times.next_collection(now, rule_store.rules().period_minutes)
    for each in store.of_department(department_id, None).inquiries:
        with suppress(Conflict):  # somebody else was at it
            routing.move_on(each, department, again_at, now)
    if store.of_department(department_id, None).inquiries:
        department_store.look_again(department_id, now + AGAIN_AFTER)
    else:
        department_store.emptied(department_id)
