"""
What was counted of inquiries (box); rows.counted says what, store.change counts it.

box  FIGURES#<month filed>           <what was counted>       number
     FIGURES#<month>#<facility id>   <minutes to an answer>   number

A month's rows are bounded by kinds, departments, facilities and steps of time, not by inquiries.
"""

from __future__ import annotations

from chalicelib.inquiries import rows
from chalicelib.inquiries.box.figures import Counted
from chalicelib.inquiries.store import Counted as Row


def month(written: str) -> list[Counted]:
    """Return what was counted of the inquiries filed in a month; one request."""
    found = Row.query(rows.figures(written))
    return [Counted(written, row.sk, int(row.number)) for row in found]


def of_facility(written: str, facility_id: str) -> list[Counted]:
    """Return how long a facility waited for answers; *what* is the minutes.  One request."""
    found = Row.query(rows.figures_of(written, facility_id))
    return [Counted(written, row.sk, int(row.number)) for row in found]
