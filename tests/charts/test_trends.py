"""What was measured more than once: joined only where it is the same thing, place and unit."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.archive.model import Examination
from chalicelib.charts import trends
from chalicelib.charts.model import Chart, Code, Kind, Measurement, Side, Site
from chalicelib.charts.plot import HEIGHT, WIDTH, plot
from chalicelib.charts.record import FORMAT, Draft, Record, Version
from chalicelib.charts.trends import Point, Series

Charts = list[tuple[Examination, Record]]
CODE = Code(system="urn:example", code="1")


def an_examination(on: str) -> Examination:
    return Examination(
        examination_id=f"exam-{on}",
        target_id="target-1",
        source_id=on,
        patient_key="patient-1",
        examined_at=on,
        kind="",
        description="",
        objects=1,
        size_bytes=1,
        last_backed_up_at="",
    )


def on(day: str, *measured: Measurement, is_signed: bool = True) -> tuple[Examination, Record]:
    """Return an examination with its chart."""
    chart, place = Chart(kind=Kind.OTHER, measurements=measured), f"exam-{day}"
    version = Version(
        format=FORMAT,
        facility_id="facility-1",
        target_id="target-1",
        examination_id=place,
        number=1,
        revision=2,
        chart=chart,
        signed_by="person-1",
        signed_at="2026-04-02T00:00:00.000000Z",
    )
    draft = Draft(chart=chart, saved_by="person-1", saved_at="2026-04-02T00:00:00.000000Z")
    record = Record(
        target_id="target-1",
        examination_id=place,
        current=version if is_signed else None,
        draft=None if is_signed else draft,
    )
    return an_examination(day), record


def polyp(value: str = "5", **changes: Any) -> Measurement:
    usual: dict[str, Any] = {"value": value, "unit": "mm", "text": "Polyp"}
    return Measurement(**usual | changes)


def test_values_come_in_order_of_time_as_they_were_written() -> None:
    found = trends.of([on("2026-04-01", polyp("5.50")), on("2024-04-01", polyp("8.0"))])
    (series,) = found
    assert [(each.on, each.value) for each in series.points] == [
        ("2024-04-01", "8.0"),
        ("2026-04-01", "5.50"),
    ]


@pytest.mark.parametrize(
    "other",
    [
        polyp(unit="cm"),
        polyp(text="polyp"),
        polyp(site=Site(organ="Colon")),
        polyp(site=Site(side=Side.LEFT)),
        polyp(code=CODE),
    ],
)
def test_what_is_not_the_same_is_never_joined(other: Measurement) -> None:
    assert trends.of([on("2024-04-01", polyp()), on("2026-04-01", other)]) == []


def test_what_has_the_same_code_is_the_same_in_other_words() -> None:
    first, second = polyp(code=CODE), polyp(text="ポリープ", code=CODE)
    (series,) = trends.of([on("2024-04-01", first), on("2026-04-01", second)])
    assert series.what == "Polyp"


def test_one_value_is_no_trend() -> None:
    assert trends.of([on("2026-04-01", polyp())]) == []


def test_a_draft_is_in_no_trend() -> None:
    drafted = on("2026-04-01", polyp(), is_signed=False)
    assert trends.of([on("2024-04-01", polyp()), drafted]) == []


def test_what_has_no_date_is_in_no_trend() -> None:
    assert trends.of([on("", polyp()), on("2026-04-01", polyp())]) == []


def drawn(*points: tuple[str, str]) -> list[tuple[int, int]]:
    listed = [Point(on=day, value=value, examination_id="e") for day, value in points]
    series = Series(what="Polyp", unit="mm", site=Site(), points=listed)
    return [(dot.x, dot.y) for dot in plot(series).dots]


def test_time_goes_to_the_right_and_values_up() -> None:
    first, second, third = drawn(("2024-01-01", "1"), ("2025-01-01", "-2"), ("2025-02-01", "3.5"))
    assert first[0] < second[0] < third[0]
    assert second[1] > first[1] > third[1]
    assert third[0] - second[0] < second[0] - first[0], "a month is shorter than a year"


def test_every_dot_is_in_the_drawing() -> None:
    for x, y in drawn(("2024-01-01", "5"), ("2024-01-01", "5"), ("2024-13-99", "999999999")):
        assert 0 <= x <= WIDTH
        assert 0 <= y <= HEIGHT
