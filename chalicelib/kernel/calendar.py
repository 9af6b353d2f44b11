"""Local dates of contracts.  Every boundary is computed from the anchor, never chained."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo


def months_after(anchor: date, months: int) -> date:
    """
    Return the date *months* after *anchor*; a day the month lacks becomes its last day.

    >>> months_after(date(2027, 1, 31), 1), months_after(date(2027, 1, 31), 2)
    (datetime.date(2027, 2, 28), datetime.date(2027, 3, 31))
    >>> months_after(date(2028, 2, 29), 12)
    datetime.date(2029, 2, 28)
    """
    years, month0 = divmod(anchor.month - 1 + months, 12)
    year, month = anchor.year + years, month0 + 1
    return date(year, month, min(anchor.day, calendar.monthrange(year, month)[1]))


def months_between(anchor: date, day: date) -> int:
    """
    Return how many whole months of *anchor* have passed on *day*; negative before it.

    The largest ``n`` with ``months_after(anchor, n) <= day``.

    >>> months_between(date(2027, 1, 31), date(2027, 2, 27))
    0
    >>> months_between(date(2027, 1, 31), date(2027, 2, 28))
    1
    """
    months = (day.year - anchor.year) * 12 + day.month - anchor.month
    return months if months_after(anchor, months) <= day else months - 1


def local_date(moment: datetime, zone: ZoneInfo) -> date:
    """
    Return the date that the calendar on the wall in *zone* shows at *moment*.

    Raises:
        ValueError: *moment* names no time zone.

    >>> local_date(datetime(2027, 3, 31, 15, 0, tzinfo=UTC), ZoneInfo("Asia/Tokyo"))
    datetime.date(2027, 4, 1)
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment} names no time zone")
    return moment.astimezone(zone).date()


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """
    Return the moment, in UTC, at which *day* begins in *zone*.

    Where midnight comes twice, the first one; where the clocks skip it, the moment they do.

    >>> start_of_day(date(2027, 4, 1), ZoneInfo("Asia/Tokyo"))
    datetime.datetime(2027, 3, 31, 15, 0, tzinfo=datetime.timezone.utc)
    >>> start_of_day(date(2018, 11, 4), ZoneInfo("America/Sao_Paulo"))  # 00:00 became 01:00
    datetime.datetime(2018, 11, 4, 3, 0, tzinfo=datetime.timezone.utc)
    """
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
