"""When a nightly plan runs: at a time of day on the facility's wall.  No clock, no AWS."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

A_DAY = timedelta(days=1)


def run_on(day: date, at: str, zone: ZoneInfo) -> datetime:
    """
    Return the moment, in UTC, at which a clock in *zone* shows *at* (HH:MM) on *day*.

    Where it shows it twice, the first one; where it skips it, the moment it goes on at.

    >>> run_on(date(2027, 4, 1), "02:00", ZoneInfo("Asia/Tokyo"))
    datetime.datetime(2027, 3, 31, 17, 0, tzinfo=datetime.timezone.utc)
    >>> run_on(date(2027, 3, 28), "02:30", ZoneInfo("Europe/Berlin"))  # 02:00 became 03:00
    datetime.datetime(2027, 3, 28, 1, 0, tzinfo=datetime.timezone.utc)
    """
    wall = datetime.combine(day, time.fromisoformat(at))
    first = wall.replace(tzinfo=zone).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == wall:
        return first
    return _end_of_gap(first, zone)


def next_run(at: str, zone: ZoneInfo, after: datetime) -> datetime:
    """Return the first moment, in UTC, later than *after* at which a plan of *at* (HH:MM) runs."""
    day = after.astimezone(zone).date()
    runs = (run_on(each, at, zone) for each in (day - A_DAY, day, day + A_DAY, day + 2 * A_DAY))
    return next(each for each in runs if each > after)


def newest_run(at: str, zone: ZoneInfo, first: datetime, until: datetime) -> datetime:
    """Return the last run from the run *first* on that is not later than *until*."""
    newest = first
    while (following := next_run(at, zone, newest)) <= until:
        newest = following
    return newest


def _end_of_gap(skipped: datetime, zone: ZoneInfo) -> datetime:
    """
    Return the moment at which clocks in *zone* were put forward over the time asked for.

    *skipped* reads the missing time with the offset from before, so it lies after the change by
    what the time lies in the gap; the change is found to the minute by halving.
    """
    before, after = skipped - A_DAY, skipped
    old = before.astimezone(zone).utcoffset()
    while after - before > timedelta(minutes=1):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after.replace(second=0, microsecond=0)
