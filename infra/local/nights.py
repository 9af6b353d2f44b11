"""Nights on the local stack's movable clock: the hour moves, and the minute's schedule runs."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from infra.local.people import Person
from infra.local.stack import LocalStack
from infra.operate import OperateError, invoker

ZONE = ZoneInfo("Asia/Tokyo")
MINUTES = 3


def service_time(person: Person) -> datetime:
    """Return the service's time, as it tells it."""
    return datetime.fromisoformat(person.get("/health")["service_time"])


def next_time(at: str, after: datetime) -> datetime:
    """
    Return when clocks in Tokyo next show *at* (HH:MM).

    >>> next_time("02:00", datetime(2027, 3, 31, 18, 0, tzinfo=UTC)).isoformat()
    '2027-04-02T02:00:00+09:00'
    """
    wanted, local = datetime.strptime(at, "%H:%M").time(), after.astimezone(ZONE)  # noqa: DTZ007
    today = datetime.combine(local.date(), wanted, ZONE)
    return today if today > local else today + timedelta(days=1)


def move_to(stack: LocalStack, moment: datetime) -> None:
    """Let the service's clock show *moment*; sessions that are over by then are over."""
    stack.move_clock(round((moment - datetime.now(UTC)).total_seconds()))


def tick(stack: LocalStack) -> dict[str, int]:
    """
    Run what a minute brings, as its schedule does; return how much was due.

    What a minute could not handle is the next one's (the stack's own schedule works beside us).

    Raises:
        OperateError: Three minutes failed one after the other; says why.
    """
    invoke = invoker(stack.session, stack.outputs["TickFunction"])
    for _ in range(MINUTES - 1):
        try:
            return dict(invoke(_a_minute()))
        except OperateError as trouble:
            logging.getLogger(__name__).warning("left to the next minute: %s", trouble)
    return dict(invoke(_a_minute()))


def _a_minute() -> dict[str, Any]:
    return {
        "version": "0",
        "id": "a-minute",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "000000000000",
        "region": "ap-northeast-1",
        "time": datetime.now(UTC).isoformat(),
        "resources": [],
        "detail": {},
    }
