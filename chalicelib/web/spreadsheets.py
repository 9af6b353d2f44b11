"""Tables for spreadsheets: CSV with a byte order mark, so that Excel reads it as UTF-8."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how a spreadsheet knows a formula


def written(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """
    Return a table as CSV, so that no spreadsheet takes a name for a formula.

    >>> written(("name", "count"), [("=1+1", -2)]).splitlines()[1]
    "'=1+1,-2"
    """
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(columns)
    table.writerows(map(_cell, row) for row in rows)
    return "\ufeff" + text.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
