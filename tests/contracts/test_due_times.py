"""A nightly plan runs once a local day, whatever the clocks on the wall do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.contracts.due_times import newest_run, next_run, run_on

ZONES = ("America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Tokyo")
zones = st.sampled_from(ZONES).map(ZoneInfo)
minutes = st.one_of(
    st.sampled_from(["00:00", "02:00", "02:15", "02:30", "23:59"]),
    st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59)),
)
moments = st.integers(1_767_225_600, 1_893_456_000).map(
    lambda each: datetime.fromtimestamp(each, UTC)
)  # 2026 to 2029


@given(minutes, zones, moments)
def test_runs_come_one_after_the_other(at: str, zone: ZoneInfo, after: datetime) -> None:
    first = next_run(at, zone, after)
    assert after < first < next_run(at, zone, first)


@given(minutes, zones, st.dates(date(2026, 1, 1), date(2029, 1, 1)))
def test_each_local_day_has_exactly_one_run(at: str, zone: ZoneInfo, day: date) -> None:
    run, days = run_on(day, at, zone) - timedelta(microseconds=1), []
    for _ in range(3):
        run = next_run(at, zone, run)
        days.append(run.astimezone(zone).date())
    assert days == [day, day + timedelta(days=1), day + timedelta(days=2)]


@given(minutes, zones, moments)
def test_a_run_is_at_its_time_unless_the_clocks_skip_it(
    at: str, zone: ZoneInfo, after: datetime
) -> None:
    shown = next_run(at, zone, after).astimezone(zone)
    wall = datetime.combine(shown.date(), datetime.strptime(at, "%H:%M").time())  # noqa: DTZ007
    exists = wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wall
    assert (shown.strftime("%H:%M") == at) is exists


@pytest.mark.parametrize(
    ("zone", "day", "at", "shown"),
    [
        ("America/New_York", date(2027, 3, 14), "02:00", "03:00"),
        ("America/New_York", date(2027, 3, 14), "02:59", "03:00"),
        ("Europe/Berlin", date(2027, 3, 28), "02:30", "03:00"),
        ("Australia/Lord_Howe", date(2027, 10, 3), "02:10", "02:30"),  # by half an hour
        ("America/Sao_Paulo", date(2018, 11, 4), "00:00", "01:00"),
    ],
)
def test_a_time_that_is_skipped_runs_as_the_clocks_go_on(
    zone: str, day: date, at: str, shown: str
) -> None:
    assert run_on(day, at, ZoneInfo(zone)).astimezone(ZoneInfo(zone)).strftime("%H:%M") == shown


def test_a_time_that_comes_twice_runs_the_first_time_only() -> None:
    new_york = ZoneInfo("America/New_York")
    first = next_run("01:30", new_york, datetime(2027, 11, 7, 4, tzinfo=UTC))
    assert first == datetime(2027, 11, 7, 5, 30, tzinfo=UTC)  # still daylight saving time
    assert next_run("01:30", new_york, first).astimezone(new_york).date() == date(2027, 11, 8)


@given(minutes, zones, moments, st.integers(0, 40))
def test_the_newest_run_is_the_last_one_not_later(
    at: str, zone: ZoneInfo, after: datetime, days: int
) -> None:
    first = next_run(at, zone, after)
    until = first + timedelta(days=days)
    newest = newest_run(at, zone, first, until)
    assert newest <= until < next_run(at, zone, newest)
