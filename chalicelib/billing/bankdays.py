"""Days on which Japanese banks work, and so on which an invoice can be due."""

from __future__ import annotations

from datetime import date, timedelta

from chalicelib.kernel.errors import Invalid


def is_bank_day(day: date) -> bool:
    """
    Tell whether banks are open: not on weekends, public holidays, nor 31 December to 3 January.

    Holidays are those of the law as the installed jpholiday knows it.
    """
    return day.weekday() < 5 and not _turn_of_the_year(day) and not _holiday(day)


def next_bank_day(day: date) -> date:
    """
    Return *day*, or the first bank day after it.

    >>> next_bank_day(date(2026, 12, 31))
    datetime.date(2027, 1, 4)
    """
    while not is_bank_day(day):
        day += timedelta(days=1)
    return day


def due_on(issued_on: date, net_days: int) -> date:
    """
    Return the date by which an invoice is to be paid.

    Raises:
        Invalid: *net_days* is negative.

    >>> due_on(date(2027, 4, 1), 30)  # Saturday, Sunday, then three holidays
    datetime.date(2027, 5, 6)
    """
    if net_days < 0:
        raise Invalid("an invoice is not due before it is issued", net_days=net_days)
    return next_bank_day(issued_on + timedelta(days=net_days))


def _turn_of_the_year(day: date) -> bool:
    return (day.month, day.day) in {(12, 31), (1, 1), (1, 2), (1, 3)}


def _holiday(day: date) -> bool:
    import jpholiday

    return bool(jpholiday.is_holiday(day))
