"""What was measured more than once of a patient: the same thing, at the same place, in one unit."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from chalicelib.archive.model import Examination
from chalicelib.charts.model import Measurement, Site, label
from chalicelib.charts.record import Record

LEAST = 2  # one point shows no trend


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """
    Attributes:
        on: The examination's local date.
        value: As it was written.
    """

    on: str
    value: str
    examination_id: str


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """What different units or sites tell is another series, whatever it is called."""

    what: str
    unit: str
    site: Site
    points: list[Point]


def of(charts: Iterable[tuple[Examination, Record]]) -> list[Series]:
    """
    Return the trends in a patient's signed charts, the points of each in order of time.

    An examination without a date has no place in time, and is in none.
    """
    found: dict[tuple[str, str, Site], list[Point]] = {}
    names: dict[tuple[str, str, Site], str] = {}
    for examination, record in sorted(charts, key=lambda each: each[0].examined_at):
        if record.current is None or not examination.examined_at:
            continue
        for each in record.current.chart.measurements:
            key = (_what(each), each.unit, each.site)
            names.setdefault(key, label(each))
            point = Point(
                on=examination.examined_at[:10],
                value=each.value,
                examination_id=examination.examination_id,
            )
            found.setdefault(key, []).append(point)
    return [
        Series(what=names[key], unit=key[1], site=key[2], points=points)
        for key, points in found.items()
        if len(points) >= LEAST
    ]


def _what(each: Measurement) -> str:
    """Return what tells one measured thing from another: its code, or else its words."""
    return f"{each.code.system}|{each.code.code}" if each.code else each.text
