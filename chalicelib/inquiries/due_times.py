"""When the provider looks at what was filed, and by when it is answered.  Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
USUAL_MINUTES, USUAL_HOURS = 15, 72  # between two collections; to answer in


def next_collection(now: datetime, minutes: int = USUAL_MINUTES) -> datetime:
    """
    Return the first moment after *now* at which a collection is made that comes every *minutes*.

    >>> next_collection(datetime(2026, 4, 1, 9, 15, tzinfo=UTC)).isoformat()
    '2026-04-01T09:30:00+00:00'
    """
    period = timedelta(minutes=minutes)
    return EPOCH + ((now - EPOCH) // period + 1) * period


def answer_by(now: datetime, hours: int = USUAL_HOURS) -> datetime:
    """Return by when a department answers that takes *hours*, whatever day of the week it is."""
    return now + timedelta(hours=hours)
