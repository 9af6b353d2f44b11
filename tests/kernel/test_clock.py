from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel import clock


@given(st.datetimes(min_value=datetime(1900, 1, 1), timezones=st.timezones()))  # noqa: DTZ001
def test_a_moment_survives_being_written_and_read(moment: datetime) -> None:
    written = clock.text(moment)
    assert clock.text(clock.parse(written)) == written


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="names no time zone"):
        clock.parse("2026-04-01T09:00:00")


def test_the_clock_can_be_moved_and_put_back() -> None:
    clock.move(86_400)
    try:
        assert clock.now() - clock.wall_now() > timedelta(hours=23)
    finally:
        clock.move(0)
    assert abs(clock.now() - clock.wall_now()) < timedelta(minutes=1)
