"""Which number a finding has on the page: in the sentences, in the drawing, at the pictures."""

from __future__ import annotations

from chalicelib.charts.model import Certainty, Chart

SHOWN = (Certainty.PRESENT, Certainty.POSSIBLE)


def numbers(chart: Chart) -> dict[int, int]:
    """
    Return the number of each finding that is there or may be there, by its place in the chart.

    What is absent, or not recorded, has no place to point at and gets none.
    """
    seen = [place for place, each in enumerate(chart.findings) if each.certainty in SHOWN]
    return {place: number for number, place in enumerate(seen, start=1)}
