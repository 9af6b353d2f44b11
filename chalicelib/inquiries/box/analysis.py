"""The box in figures, as the provider asks for them; and as a table for a spreadsheet."""

from __future__ import annotations

import re
from collections.abc import Mapping

from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.inquiries import store
from chalicelib.inquiries.box import figure_store, figures
from chalicelib.inquiries.box.figures import Figures, Line
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Invalid
from chalicelib.web import spreadsheets

COLUMNS = ("by", "of", "filed", "answered", "median_minutes", "p90_minutes")
_MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")


def this_month() -> str:
    """Return the month it is, by the provider's calendar."""
    return clock.now().astimezone(store.ZONE).strftime("%Y-%m")


def of(caller: Caller, month: str) -> Figures:
    """Return the twelve months that end with *month* in figures; raises Invalid ``bad-month``."""
    months = figures.months_until(_checked(month))
    audit(caller, "see-inquiry-figures", "inquiry-box")
    return figures.of(months, (row for each in months for row in figure_store.month(each)))


def of_facility(found: Figures, facility_id: str) -> Line:
    """Return how soon a facility was answered in the months of *found*."""
    months = [each.name for each in found.months]
    counted = (row for each in months for row in figure_store.of_facility(each, facility_id))
    filed = {each.name: each.filed for each in found.facilities}
    return figures.times(facility_id, filed.get(facility_id, 0), counted)


def csv_of(found: Figures, names: Mapping[str, str]) -> str:
    """Return figures as CSV, a line each; *names* of departments and facilities by their ids."""
    tables = {
        "month": found.months,
        "kind": found.kinds,
        "department": found.departments,
        "facility": found.facilities,
    }
    cells = (
        (by, names.get(each.name, each.name), each.filed, *_times(each))
        for by, lines in tables.items()
        for each in lines
    )
    return spreadsheets.written(COLUMNS, cells)


def _times(line: Line) -> tuple[int | str, int | str, int | str]:
    """Return what is known of a line's answers; nothing where it was not counted."""
    known = ("" if each is None else each for each in (line.median, line.p90))
    median, p90 = known
    return (line.answered or "", median, p90)


def _checked(month: str) -> str:
    if not _MONTH.fullmatch(month):
        raise Invalid("a month is written like 2026-11", code="bad-month")
    return month
