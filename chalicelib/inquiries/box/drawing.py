"""Where the bars of figures stand in a small drawing.  Pure."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

WIDTH = 300
ROW, BAR = 34, 12  # high, with its words above it
FULL = WIDTH - 20


class Bar(msgspec.Struct, frozen=True):
    """
    Attributes:
        y: Of its words' baseline; the bar hangs below.
    """

    name: str
    value: int
    y: int
    width: int


class Drawing(msgspec.Struct, frozen=True):
    bars: list[Bar]
    width: int
    height: int


def drawn(values: Sequence[tuple[str, int]]) -> Drawing:
    """
    Return a bar for each of *values*, as long as it is large; the largest fills the width.

    >>> [(bar.y, bar.width) for bar in drawn([("a", 10), ("b", 5), ("c", 0)]).bars]
    [(16, 280), (50, 140), (84, 0)]
    """
    largest = max((value for _, value in values), default=0) or 1
    bars = [
        Bar(name, value, ROW * number + 16, round(FULL * value / largest))
        for number, (name, value) in enumerate(values)
    ]
    return Drawing(bars, WIDTH, ROW * len(bars) + 8)
