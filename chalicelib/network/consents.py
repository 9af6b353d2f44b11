"""Whether a patient agreed.  Rules only: no storage, no clock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from chalicelib.archive.model import Examination
from chalicelib.kernel import clock
from chalicelib.kernel.calendar import months_after, start_of_day
from chalicelib.kernel.errors import Invalid
from chalicelib.network.model import Consent, Scope

USUAL_MONTHS, MOST_MONTHS = 12, 60


def allows(
    consents: Iterable[Consent], asking: str, examination: Examination, now: datetime
) -> bool:
    """Whether one of *consents* lets the facility *asking* read *examination* at *now*."""
    return any(covers(each, examination) for each in in_force(consents, asking, now))


def in_force(consents: Iterable[Consent], asking: str, now: datetime) -> list[Consent]:
    """Return those of *consents* that speak of the facility *asking* and hold at *now*."""
    return [each for each in consents if each.to in {"", asking} and holds(each, now)]


def holds(consent: Consent, now: datetime) -> bool:
    """Whether it has begun, has not ended, and was not withdrawn."""
    at = clock.text(now)
    return not consent.withdrawn_at and consent.starts_at <= at < consent.ends_at


def covers(consent: Consent, examination: Examination) -> bool:
    match consent.scope:
        case Scope.ALL:
            return True
        case Scope.KINDS:
            return examination.kind in consent.subjects
        case Scope.EXAMINATIONS:
            return examination.examination_id in consent.subjects


def usual_last_day(starts_on: date) -> date:
    """
    Return the last day of a consent for which nothing else was said: a year.

    >>> usual_last_day(date(2026, 4, 1))
    datetime.date(2027, 3, 31)
    """
    return _day_before(months_after(starts_on, USUAL_MONTHS))


def span(starts_on: date, last_on: date, given_on: date, zone: ZoneInfo) -> tuple[str, str]:
    """
    Return the moments between which a consent holds, from its first and last day in *zone*.

    Raises:
        Invalid: ``ends-before-it-starts``, ``longer-than-5-years``, or ``before-it-was-given``.
    """
    if last_on < starts_on:
        raise Invalid("a consent ends after it starts", code="ends-before-it-starts")
    if last_on >= months_after(starts_on, MOST_MONTHS):
        raise Invalid("a consent holds for 5 years at most", code="longer-than-5-years")
    if starts_on < given_on:
        raise Invalid("a consent holds from the day on it was given", code="before-it-was-given")
    after = date.fromordinal(last_on.toordinal() + 1)
    return clock.text(start_of_day(starts_on, zone)), clock.text(start_of_day(after, zone))


def _day_before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)
