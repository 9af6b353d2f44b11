"""
A page about an examination: what stands where, before any word of ours is added.

Every sentence of the release is on it once, every field of the chart, every word explained.
"""

from __future__ import annotations

from datetime import date

import msgspec

from chalicelib.patient_charts.drawing import numbering
from chalicelib.patient_charts.drawing.drawn import Drawing, drawn
from chalicelib.patient_charts.model import Box
from chalicelib.patient_charts.page import asking, facts, lines, shots, units
from chalicelib.patient_charts.page.sheet import Place, Sheet
from chalicelib.plain.model import Explained

BOXES = (Box.FINE, Box.FOUND, Box.TO_DO)


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """
    Attributes:
        boxes: The three, in this order; one that has nothing is there, too.
        more: What belongs into none of them.
        drawing: None where the organ has none, or nothing is to be shown on it.
        words: The glossary's explanations: never the record's.
        open_words: Those the glossary does not know.
        units: What each unit stands for.
        examined_on: None where nobody wrote it down, or no calendar has it.
    """

    sheet: Sheet
    boxes: dict[Box, tuple[lines.Part, ...]]
    more: tuple[lines.Part, ...]
    drawing: Drawing | None
    facts: tuple[facts.Group, ...]
    shots: tuple[shots.Shot, ...]
    words: tuple[Explained, ...]
    open_words: tuple[Explained, ...]
    units: dict[str, str]
    questions: tuple[asking.Question, ...]
    examined_on: date | None
    released_on: date | None

    @property
    def is_corrected(self) -> bool:
        """Whether an earlier version was released before."""
        return self.sheet.release.number > 1

    def may_show(self, place: str) -> bool:
        """Whether the provider's logo and contact may appear there."""
        return Place(place) in self.sheet.provider.places


def composed(sheet: Sheet) -> Page:
    """Return what stands on the page of *sheet*."""
    release, chart = sheet.release, sheet.chart
    numbers = numbering.numbers(chart)
    drawing = drawn(chart, release.language)
    boxes = {each: lines.parts(release.said, each, chart, numbers) for each in Box}
    return Page(
        sheet=sheet,
        boxes={each: boxes[each] for each in BOXES},
        more=boxes[Box.MORE],
        drawing=drawing if drawing and drawing.points else None,
        facts=facts.groups(chart, numbers),
        shots=shots.shots(sheet, numbers),
        words=tuple(each for each in release.terms if each.known),
        open_words=tuple(each for each in release.terms if not each.known),
        units=units.explained(chart, release.language),
        questions=asking.questions(release, chart),
        examined_on=_day(sheet.examined_on),
        released_on=_day(sheet.released_on),
    )


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None
