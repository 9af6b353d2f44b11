"""The sentences of a release, in the box each belongs to, under the heading that stands over it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from chalicelib.charts.model import Certainty, Chart, Done
from chalicelib.patient_charts.model import Box, Said
from chalicelib.plain.checking import facts

UNSURE = frozenset({Certainty.POSSIBLE, Certainty.NOT_RECORDED, Done.NOT_RECORDED})


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """
    Attributes:
        number: Of the finding it tells of; None where that has none.
        state: ``possible`` or ``not-recorded``, as the field says; empty for anything else.
    """

    said: Said
    number: int | None = None
    state: str = ""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Lines under one heading, or under none."""

    heading: Said | None
    lines: tuple[Line, ...]


def parts(
    said: Iterable[Said], box: Box, chart: Chart, numbers: Mapping[int, int]
) -> tuple[Part, ...]:
    """
    Return what stands in *box*: every sentence of it once, in the order of the release.

    What belongs into no box and tells of a picture stands at the picture, see :func:`captions`.  A
    heading is left out where all that it names stands elsewhere, unless it says something itself.
    """
    here = (each for each in said if each.box == box and _picture(each) is None)
    return tuple(_parts(here, chart, numbers))


def captions(said: Iterable[Said]) -> dict[int, tuple[Said, ...]]:
    """Return what stands at each picture, by its place in the chart."""
    found: dict[int, tuple[Said, ...]] = {}
    for each in said:
        place = _picture(each)
        if place is not None:
            found[place] = (*found.get(place, ()), each)
    return found


def _parts(said: Iterable[Said], chart: Chart, numbers: Mapping[int, int]) -> Iterator[Part]:
    heading: Said | None = None
    lines: list[Line] = []
    for each in said:
        if not each.heading:
            lines.append(_line(each, chart, numbers))
            continue
        yield from _part(heading, lines)
        heading, lines = each, []
    yield from _part(heading, lines)


def _part(heading: Said | None, lines: list[Line]) -> Iterator[Part]:
    if lines or (heading and _says_something(heading)):
        yield Part(heading=heading, lines=tuple(lines))


def _says_something(heading: Said) -> bool:
    """Whether a heading is more than a name: "No bleeding:", "Polyp 2:"."""
    found = (*facts(heading.own, "en"), *facts(heading.own, "ja"))
    return any(each == "not" or each[:1].isdigit() for each in found)


def _line(said: Said, chart: Chart, numbers: Mapping[int, int]) -> Line:
    name, place = _field(said.source)
    parts = getattr(chart, name, ())
    part = parts[place] if place < len(parts) else None
    state = getattr(part, "certainty", None) or getattr(part, "done", None)
    return Line(
        said=said,
        number=numbers.get(place) if name == "findings" else None,
        state=state if state in UNSURE else "",
    )


def _picture(said: Said) -> int | None:
    """Return the place of the picture that a sentence is the note of, if it stands there."""
    field, _, span = said.source.partition(":")
    name, place = _field(field)
    return place if name == "images" and span and said.box == Box.MORE else None


def _field(source: str) -> tuple[str, int]:
    """Return the list and the place a field's name tells, of ``findings/0``; a text has none."""
    name, _, place = source.partition("/")
    return (name, int(place)) if place.isdecimal() else ("", 0)
