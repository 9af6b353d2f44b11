"""
The time, and how it is written.

Handlers never ask the operating system for the time: schedules take it from their event
(:func:`told`), requests from :func:`now`; a test or a demo can move both
(HOKAN_CLOCK_OFFSET_SECONDS).
Presigned URLs are the one exception: S3 checks them against its own clock.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_offset = timedelta()


def now() -> datetime:
    """The service's time, UTC, to the microsecond."""
    return wall_now() + _offset


def wall_now() -> datetime:
    """The real time, which only signatures for other parties need."""
    return datetime.now(UTC)


def told(written: str) -> datetime:
    """
    Return the service's time when a schedule's event says *written*.

    AWS writes the real time into it; where the clock was moved, schedules run by the moved one.
    """
    return parse(written) + _offset


def move(offset_seconds: int) -> None:
    """Let :func:`now` run *offset_seconds* ahead of the real time (negative: behind)."""
    global _offset  # noqa: PLW0603 - one clock a process is the point
    _offset = timedelta(seconds=offset_seconds)


def text(moment: datetime) -> str:
    """
    Write *moment* as RFC 3339 in UTC with microseconds, so that text sorts like time.

    >>> text(datetime(2026, 4, 1, 9, 0, tzinfo=UTC))
    '2026-04-01T09:00:00.000000Z'
    """
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse(written: str) -> datetime:
    """
    Read an RFC 3339 time; raises ValueError when it is none, names no zone or has no UTC.

    >>> parse("2026-04-01T18:00:00+09:00")
    datetime.datetime(2026, 4, 1, 9, 0, tzinfo=datetime.timezone.utc)
    """
    moment = datetime.fromisoformat(written)
    if moment.tzinfo is None:
        raise ValueError(f"{written!r} names no time zone")
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # the first or last hours that a date can have
        raise ValueError(f"{written!r} is no time in UTC") from None
