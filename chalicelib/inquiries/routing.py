"""
Giving an inquiry to a department: only one that is there at that very moment gets any.

What a dissolved department had goes to its successor, or to whom the rules say, or back into the
box where the operator sees it.
"""

from __future__ import annotations

from datetime import datetime

from chalicelib.inquiries import due_times, moving, store
from chalicelib.inquiries.departments import rules, ruling
from chalicelib.inquiries.departments import store as department_store
from chalicelib.inquiries.model import Department, Inquiry, Message
from chalicelib.kernel.errors import Conflict
from chalicelib.tables import expecting, transaction


def due_by(department: Department, now: datetime) -> datetime:
    """Return by when a department is to answer what it gets now."""
    return due_times.answer_by(now, department.answer_hours)


def route(inquiry: Inquiry, department: Department, now: datetime) -> Inquiry:
    """Give an inquiry to a department; return it as it is then; raises Conflict."""
    then = moving.routed(inquiry, department.department_id, due_by(department, now), now)
    give(inquiry, then, department.department_id, now)
    return then


def give(
    before: Inquiry,
    after: Inquiry,
    department_id: str,
    now: datetime,
    message: Message | None = None,
) -> None:
    """
    Write the next version of an inquiry that a department gets, if that is there.

    Raises:
        Conflict: ``inquiry-changed``: it is not as it was read, or the department is no more.
    """
    with expecting(*store.CHANGED), transaction() as write:
        store.change_in(write, before, after, now, message)
        department_store.check_in(write, department_id)


def move_on(inquiry: Inquiry, department: Department, again_at: datetime, now: datetime) -> Inquiry:
    """
    Give what a dissolved department had, or was asked for, to whoever goes on with it.

    Args:
        again_at: When the rules are asked again, should they name none.

    Raises:
        Conflict: It is not with that department any more, or changed in the meantime.
    """
    if department.department_id not in inquiry.desks:
        raise Conflict(store.CHANGED[0], code=store.CHANGED[1])
    if inquiry.department_id != department.department_id:
        return _move_share(inquiry, department, now)
    successor = ruling.successor_of(department, inquiry)
    if successor is not None:
        return route(inquiry, successor, now)
    then = moving.unrouted(inquiry, again_at, now)
    store.change(inquiry, then, now)
    return then


def _move_share(inquiry: Inquiry, department: Department, now: datetime) -> Inquiry:
    departments = {each.department_id: each for each in department_store.departments()}
    successor_id = rules.living(department.department_id, departments)
    then = moving.share_moved(inquiry, department.department_id, successor_id, now)
    if successor_id:
        give(inquiry, then, successor_id, now)
    else:
        store.change(inquiry, then, now)
    return then
