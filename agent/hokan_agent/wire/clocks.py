"""How far the service's clock is from this machine's, by the Date of its answers."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

DATE = "%a, %d %b %Y %H:%M:%S GMT"  # email.utils reads it, too, in a 25th of a short run
TOLD = timedelta(seconds=60)
MEND = "timedatectl set-ntp true, or set the clock right"


def difference(date: str) -> timedelta | None:
    """Return how far *date* (RFC 9110, 5.6.7), just told, is ahead of this machine's clock."""
    try:
        theirs = datetime.strptime(date, DATE).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None
    return timedelta(seconds=round(theirs - time.time()))


def said(theirs_ahead: timedelta) -> str:
    """
    Return in words where this machine's clock is.

    >>> said(timedelta(seconds=90)), said(timedelta(seconds=-90))
    ('90 s behind the service', '90 s ahead of the service')
    """
    seconds = round(theirs_ahead.total_seconds())
    return f"{abs(seconds)} s {'behind' if seconds > 0 else 'ahead of'} the service"


def trouble(theirs_ahead: timedelta) -> str:
    """Return what to say of a clock that is wrong, with the cure; "" of one that is right."""
    if abs(theirs_ahead) <= TOLD:
        return ""
    return f"this machine's clock is {said(theirs_ahead)}; {MEND}"
