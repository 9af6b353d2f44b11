"""Birth dates, however they are written."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.errors import Invalid
from chalicelib.network import birth_dates

TODAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("typed", "born"),
    [
        ("1950-01-31", date(1950, 1, 31)),
        ("1950/1/31", date(1950, 1, 31)),
        (" 1950.01.31 ", date(1950, 1, 31)),
        ("19500131", date(1950, 1, 31)),
        ("１９５０年１月３１日", date(1950, 1, 31)),
        ("昭和25年1月31日", date(1950, 1, 31)),
        ("s25.1.31", date(1950, 1, 31)),
        ("明治45年7月29日", date(1912, 7, 29)),
        ("大正元年7月30日", date(1912, 7, 30)),
        ("H31-04-30", date(2019, 4, 30)),
        ("令和元年5月1日", date(2019, 5, 1)),
        ("2026-11-28", date(2026, 11, 28)),
    ],
)
def test_a_birth_date_is_read_as_it_was_meant(typed: str, born: date) -> None:
    assert birth_dates.read(typed, TODAY) == born


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "50-01-31",
        "1950-02-30",
        "1950-13-01",
        "2026-11-29",
        "S1950-1-31",
        "31.1.1950",
        "0000-01-01",
    ],
)
def test_what_is_no_birth_date_is_refused(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        birth_dates.read(typed, TODAY)
    assert refused.value.code == "bad-birth-date"


@given(st.dates(min_value=date(1900, 1, 1), max_value=TODAY))
def test_every_date_is_read_back(born: date) -> None:
    for written in (
        born.isoformat(),
        born.strftime("%Y%m%d"),
        f"{born.year}年{born.month}月{born.day}日",
    ):
        assert birth_dates.read(written, TODAY) == born
