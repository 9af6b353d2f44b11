"""How fast bytes may move at a moment: half-open ranges on the clock on the wall."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hokan_agent.machine.timetable import EVERY_DAY, Limit, rate_at

CLINIC_HOURS = Limit(time(8), time(18, 30), 2_000_000, frozenset(range(5)))
SUNDAY_NIGHT = Limit(time(22), time(6), 500_000, frozenset({6}))
MONDAY = date(2031, 1, 6)

MINUTES = st.times().map(lambda each: each.replace(second=0, microsecond=0))
LIMITS = st.builds(Limit, MINUTES, MINUTES, st.integers(1, 10**9), st.frozensets(st.integers(0, 6)))
DATES = st.dates(date(2030, 1, 1), date(2033, 1, 1))
MOMENTS = st.builds(datetime.combine, DATES, st.times())


def at(hour: int, minute: int = 0, day: date = MONDAY) -> datetime:
    return datetime.combine(day, time(hour, minute))


def begins_somewhere(limit: Limit, moment: datetime) -> bool:
    """Say the same by the days it began on, without a word about midnight."""
    for day in (moment.date() - timedelta(days=1), moment.date()):
        begins, ends = datetime.combine(day, limit.begins), datetime.combine(day, limit.ends)
        ends += timedelta(days=0 if limit.begins < limit.ends else 1)
        if day.weekday() in limit.days and begins <= moment < ends:
            return True
    return False


@given(LIMITS, MOMENTS)
def test_a_limit_holds_from_its_beginning_until_just_before_its_end(
    limit: Limit, moment: datetime
) -> None:
    assert limit.holds(moment) == begins_somewhere(limit, moment)


@given(st.lists(LIMITS), MOMENTS)
def test_where_limits_overlap_the_least_holds(limits: list[Limit], moment: datetime) -> None:
    held = [each.bytes_a_second for each in limits if begins_somewhere(each, moment)]
    assert rate_at(limits, moment) == (min(held) if held else None)


@pytest.mark.parametrize(
    ("moment", "rate"),
    [
        (at(7, 59), None),
        (at(8), 2_000_000),
        (at(18, 29), 2_000_000),
        (at(18, 30), None),
        (at(12, day=MONDAY + timedelta(days=5)), None),
    ],
)
def test_clinic_hours_end_when_they_say(moment: datetime, rate: int | None) -> None:
    assert rate_at([CLINIC_HOURS], moment) == rate


@pytest.mark.parametrize(
    ("moment", "holds"),
    [
        (at(23, day=MONDAY - timedelta(days=1)), True),
        (at(0), True),
        (at(5, 59), True),
        (at(6), False),
        (at(22), False),
        (at(5, day=MONDAY - timedelta(days=1)), False),
    ],
)
def test_a_night_goes_on_past_midnight_into_the_next_week(moment: datetime, *, holds: bool) -> None:
    assert SUNDAY_NIGHT.holds(moment) is holds


@given(MOMENTS, MINUTES)
def test_the_same_time_twice_is_a_whole_day(moment: datetime, begins: time) -> None:
    assert Limit(begins, begins, 1, EVERY_DAY).holds(moment)
