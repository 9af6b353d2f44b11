"""The pictures of a page, each bound to its findings by what the file holds, never by its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from chalicelib.charts.model import Chart, Finding, Image
from chalicelib.patient_charts.model import Said
from chalicelib.patient_charts.page import lines
from chalicelib.patient_charts.page.sheet import Picture, Sheet


class Ring(msgspec.Struct, frozen=True, kw_only=True):
    """
    A mark of the doctor's on a picture.

    Attributes:
        x, y: Per mille, from the left and from the top.
        label: The numbers of the findings it shows, as the page numbers them.
    """

    x: int
    y: int
    label: str


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A finding that a mark on the picture shows."""

    finding: Finding
    number: int | None


class Shot(msgspec.Struct, frozen=True, kw_only=True):
    """
    A picture as it stands on the page.

    Attributes:
        number: In the order the chart links its pictures; a missing one keeps its own.
        said: The doctor's note to it.
        picture: None where the sheet brings none of that content.
    """

    number: int
    said: tuple[Said, ...]
    picture: Picture | None
    rings: tuple[Ring, ...]
    shows: tuple[Shown, ...]


def shots(sheet: Sheet, numbers: Mapping[int, int]) -> tuple[Shot, ...]:
    """Return a shot for each picture that the chart links, whether there is one or not."""
    held = {each.sha256: each for each in sheet.pictures}
    said = lines.captions(sheet.release.said)
    return tuple(
        Shot(
            number=place + 1,
            said=said.get(place, ()),
            picture=held.get(image.sha256),
            rings=tuple(_rings(image, sheet.chart, numbers)),
            shows=tuple(_shows(image, sheet.chart, numbers)),
        )
        for place, image in enumerate(sheet.chart.images)
    )


def _shows(image: Image, chart: Chart, numbers: Mapping[int, int]) -> Iterator[Shown]:
    for mark in image.marks:
        for place, each in enumerate(chart.findings):
            if each.mark == mark.number:
                yield Shown(finding=each, number=numbers.get(place))


def _rings(image: Image, chart: Chart, numbers: Mapping[int, int]) -> Iterator[Ring]:
    for mark in image.marks:
        if mark.x is None or mark.y is None:
            continue
        named = [
            str(numbers[place])
            for place, each in enumerate(chart.findings)
            if each.mark == mark.number and place in numbers
        ]
        yield Ring(x=mark.x, y=mark.y, label=" ".join(named))
