"""
What the provider's box tells in figures: how much was asked, how soon it was answered.  Pure.

Counters say how often each time to an answer came, in steps of at most a tenth (rows.step_of): so
medians are known within 10 % without reading an inquiry.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

MONTHS = 12  # that are shown together
MOST_FACILITIES = 20  # in a picture; a table has all


class Counted(msgspec.Struct, frozen=True):
    """
    A counter as it is stored.

    Attributes:
        month: In which the inquiries were filed, ``2026-11``.
        what: ``filed#kind#wish``, ``answered#kind#wish#0000120``.
    """

    month: str
    what: str
    number: int


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """
    What came of a month, a kind, a department or a facility.

    Attributes:
        filed: Inquiries that were collected; of a department, those it got first.
        median, p90: Minutes from filing to the first answer, within 10 %; None without answers.
    """

    name: str
    filed: int = 0
    answered: int = 0
    median: int | None = None
    p90: int | None = None


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Some months in figures; facilities, the busiest first, have no times."""

    months: list[Line]
    kinds: list[Line]
    departments: list[Line]
    facilities: list[Line]
    all: Line


def months_until(month: str) -> list[str]:
    """
    Return the months that are shown together, the last one *month*.

    >>> months_until("2026-02")[0]
    '2025-03'
    """
    last = int(month[:4]) * 12 + int(month[5:7]) - 1
    return [f"{each // 12:04}-{each % 12 + 1:02}" for each in range(last - MONTHS + 1, last + 1)]


def of(months: list[str], counted: Iterable[Counted]) -> Figures:
    """Return *months* in figures."""
    filed, took = _Filed(), _Took()
    for each in counted:
        what, dimension, name, *minutes = each.what.split("#")
        if what == "filed":
            filed[dimension, name] += each.number
            filed["month", each.month] += each.number if dimension == "kind" else 0
            continue
        took.setdefault((dimension, name), Counter())[int(minutes[0])] += each.number
        if dimension == "kind":
            took.setdefault(("month", each.month), Counter())[int(minutes[0])] += each.number
    all_took = sum((took.get(("month", each), Counter()) for each in months), Counter[int]())
    all_filed = sum(filed["month", each] for each in months)
    return Figures(
        months=[_line(each, filed["month", each], took.get(("month", each))) for each in months],
        kinds=_busiest_first("kind", filed, took),
        departments=_busiest_first("department", filed, took),
        facilities=_busiest_first("facility", filed, took),
        all=_line("", all_filed, all_took),
    )


def times(name: str, filed: int, counted: Iterable[Counted]) -> Line:
    """Return how soon one facility was answered; of its counters *what* is the minutes alone."""
    took = Counter[int]()
    for each in counted:
        took[int(each.what)] += each.number
    return _line(name, filed, took)


def quantile(took: Mapping[int, int], percent: int) -> int | None:
    """
    Return the minutes within which *percent* of the answers came; None without any.

    >>> quantile({10: 1, 20: 1, 300: 1}, 50), quantile({10: 9, 90: 1}, 90), quantile({}, 50)
    (20, 10, None)
    """
    wanted, so_far = -(-sum(took.values()) * percent // 100), 0
    for minutes in sorted(took):
        so_far += took[minutes]
        if so_far >= wanted:
            return minutes
    return None


_Filed = Counter[tuple[str, str]]
_Took = dict[tuple[str, str], Counter[int]]


def _busiest_first(dimension: str, filed: _Filed, took: _Took) -> list[Line]:
    names = {name for of, name in [*filed, *took] if of == dimension}
    lines = [_line(each, filed[dimension, each], took.get((dimension, each))) for each in names]
    return sorted(lines, key=lambda line: (-line.filed, line.name))


def _line(name: str, filed: int, took: Mapping[int, int] | None) -> Line:
    took = took or {}
    return Line(
        name=name,
        filed=filed,
        answered=sum(took.values()),
        median=quantile(took, 50),
        p90=quantile(took, 90),
    )
