"""Local dates: months from an anchor, days where clocks jump."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.calendar import local_date, months_after, months_between, start_of_day

days = st.dates(date(1970, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("anchor", "months", "expected"),
    [
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2027, 1, 31), 2, date(2027, 3, 31)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2028, 2, 29), 48, date(2032, 2, 29)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2027, 3, 31), -1, date(2027, 2, 28)),
    ],
)
def test_a_day_the_month_lacks_becomes_its_last(anchor: date, months: int, expected: date) -> None:
    assert months_after(anchor, months) == expected


@given(days, days)
def test_the_months_that_passed_are_the_most_that_fit(anchor: date, day: date) -> None:
    passed = months_between(anchor, day)
    assert months_after(anchor, passed) <= day < months_after(anchor, passed + 1)


@pytest.mark.parametrize(
    ("zone", "moment", "expected"),
    [
        pytest.param("Asia/Tokyo", "2027-03-31T14:59:59Z", "2027-03-31", id="last second"),
        pytest.param("Asia/Tokyo", "2027-03-31T15:00:00Z", "2027-04-01", id="first second"),
        pytest.param("Europe/London", "2027-03-28T23:00:00Z", "2027-03-29", id="summer time"),
        pytest.param("Pacific/Apia", "2011-12-30T09:59:59Z", "2011-12-29", id="before the gap"),
        pytest.param("Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-31", id="a day skipped"),
    ],
)
def test_the_date_is_the_one_on_the_wall(zone: str, moment: str, expected: str) -> None:
    assert str(local_date(datetime.fromisoformat(moment), ZoneInfo(zone))) == expected


@pytest.mark.parametrize(
    ("zone", "day", "expected"),
    [
        pytest.param("Asia/Tokyo", "2027-04-01", "2027-03-31T15:00:00Z", id="no jump"),
        pytest.param("America/Havana", "2027-11-07", "2027-11-07T04:00:00Z", id="midnight twice"),
        pytest.param("Africa/Cairo", "2024-04-26", "2024-04-25T22:00:00Z", id="midnight skipped"),
        pytest.param("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z", id="a day skipped"),
    ],
)
def test_a_day_starts_once_whatever_the_clocks_do(zone: str, day: str, expected: str) -> None:
    started = start_of_day(date.fromisoformat(day), ZoneInfo(zone))
    assert started == datetime.fromisoformat(expected)
    assert started.tzinfo is UTC


@given(st.dates(date(1995, 1, 1), date(2060, 1, 1)), st.timezone_keys())
def test_one_tick_before_its_start_a_day_has_not_begun(day: date, key: str) -> None:
    zone = ZoneInfo(key)
    started = start_of_day(day, zone)
    assert local_date(started, zone) >= day  # later only where the whole day was skipped
    assert local_date(started - timedelta(microseconds=1), zone) < day


def test_a_moment_without_a_zone_has_no_date() -> None:
    with pytest.raises(ValueError, match="names no time zone"):
        local_date(datetime(2027, 4, 1), ZoneInfo("Asia/Tokyo"))  # noqa: DTZ001
