"""How long something takes, in the one unit a person would say it in.  Pure."""

from __future__ import annotations

from datetime import datetime

import msgspec

from chalicelib.kernel import clock

MINUTES_AN_HOUR, MINUTES_A_DAY = 60, 24 * 60


class Span(msgspec.Struct, frozen=True):
    """
    A span of time, rounded down.

    Attributes:
        unit: "minute", "hour" or "day".
    """

    count: int
    unit: str


def span(minutes: int) -> Span:
    """
    Return *minutes* in hours from two of them on, and in days from two of those on; one at least.

    >>> span(0), span(120), span(2 * 24 * 60)
    (Span(count=1, unit='minute'), Span(count=2, unit='hour'), Span(count=2, unit='day'))
    """
    if minutes < 2 * MINUTES_AN_HOUR:
        return Span(max(1, minutes), "minute")
    if minutes < 2 * MINUTES_A_DAY:
        return Span(minutes // MINUTES_AN_HOUR, "hour")
    return Span(minutes // MINUTES_A_DAY, "day")


def between(begun_at: str, now: datetime) -> Span:
    """Return how far a moment that was written down is from *now*, before or after it."""
    seconds = abs((now - clock.parse(begun_at)).total_seconds())
    return span(int(seconds // 60))
