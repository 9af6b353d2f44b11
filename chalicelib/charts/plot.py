"""Where the points of a trend stand in a small drawing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from chalicelib.charts.trends import Series

WIDTH, HEIGHT = 300, 120
LEFT, RIGHT, TOP, BOTTOM = 12, 12, 14, 22


@dataclass(frozen=True, slots=True)
class Dot:
    x: int
    y: int
    value: str
    on: str


@dataclass(frozen=True, slots=True)
class Plot:
    """
    Attributes:
        line: The points as SVG writes them.
    """

    series: Series
    dots: list[Dot]
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def line(self) -> str:
        return " ".join(f"{dot.x},{dot.y}" for dot in self.dots)


def plot(series: Series) -> Plot:
    """Return the drawing of a series: time to the right, its own lowest value at the bottom."""
    days = [_day(each.on) for each in series.points]
    values = [float(each.value) for each in series.points]
    across = [_share(each, days[0], days[-1]) for each in days]
    up = [_share(each, min(values), max(values)) for each in values]
    dots = [
        Dot(
            x=round(LEFT + x * (WIDTH - LEFT - RIGHT)),
            y=round(HEIGHT - BOTTOM - y * (HEIGHT - TOP - BOTTOM)),
            value=point.value,
            on=point.on,
        )
        for x, y, point in zip(across, up, series.points, strict=True)
    ]
    return Plot(series, dots)


def _share(value: float, low: float, high: float) -> float:
    """Return where *value* stands between *low* and *high*; in the middle where they are one."""
    return (value - low) / (high - low) if high > low else 0.5


def _day(on: str) -> int:
    """Return a day's number; what no calendar has stands at the beginning."""
    try:
        return date.fromisoformat(on).toordinal()
    except ValueError:
        return 0
