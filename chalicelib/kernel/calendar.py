"""Local dates of contracts.  Every boundary is computed from the anchor, never chained."""

from __future__ import annotations

import calendar
from datetime import date


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
