"""Markers that stand apart: each as near to its place as the others let it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from chalicelib.patient_charts.drawing.atlas import HEIGHT, MIDDLE, WIDTH, Point

RADIUS = 13
APART = 2 * RADIUS + 2  # between two middles
_TURN = 24  # directions to look in


def spread(wanted: Iterable[Point]) -> list[Point]:
    """
    Return where the marker of each place stands: inside the drawing, over no other marker.

    A marker that gives way stays on its side of the body.  Where more are wanted than a side has
    room for, the last ones stand over others.
    """
    taken: list[Point] = []
    for point in wanted:
        free = (each for each in _around(point) if _is_free(each, taken))
        taken.append(next(free, point))
    return taken


def _around(point: Point) -> Iterator[Point]:
    """Go through the places around *point*, near ones first."""
    yield _inside(point.x, point.y)
    for distance in range(APART, WIDTH + HEIGHT, RADIUS // 2):
        for step in range(_TURN):
            angle = 2 * math.pi * step / _TURN
            x = point.x + round(distance * math.cos(angle))
            y = point.y + round(distance * math.sin(angle))
            if _inside(x, y) == Point(x, y) and _keeps_side(point, x):
                yield Point(x, y)


def _keeps_side(point: Point, x: int) -> bool:
    own = point.x - MIDDLE
    return not own or own * (x - MIDDLE) >= min(abs(own), RADIUS) * abs(own)


def _inside(x: int, y: int) -> Point:
    edge = RADIUS + 2
    return Point(min(max(x, edge), WIDTH - edge), min(max(y, edge), HEIGHT - edge))


def _is_free(point: Point, taken: Iterable[Point]) -> bool:
    return all(math.dist((point.x, point.y), (each.x, each.y)) >= APART for each in taken)
