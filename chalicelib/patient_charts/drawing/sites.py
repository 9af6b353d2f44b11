"""
Where on a drawing a finding is, from the words and the side a doctor gave its site.

Every word must be known and all must name one place.  What is unknown, ambiguous, or near
something else is nowhere on the drawing: a place is never guessed, and a side never taken for the
other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from chalicelib.charts.model import Kind, Side, Site
from chalicelib.patient_charts.drawing import atlas
from chalicelib.patient_charts.drawing.atlas import IGNORED, MODIFIER, Atlas

LEVELS = frozenset({"upper", "middle", "lower", "proximal", "distal"})
CURVES = frozenset({"lesser", "greater"})
SIDES = {"left": {"left"}, "right": {"right"}, "both": {"left", "right"}}
_BETWEEN = re.compile(r"[\s,.;:/()\[\]、。・()【】_-]+")


def regions(kind: Kind, site: Site) -> tuple[str, ...]:
    """
    Return the regions of the drawing of *kind* that *site* names: one, or a left and a right one.

    None where the drawing has no such place, or the words do not say one and only one.
    """
    found = atlas.atlas(kind)
    if found is None:
        return ()
    said = _said(found, f"{site.organ} {site.place}")
    if not said:
        return ()
    sides = _sides(said, site.side)
    place = _deepest(each for each in said if each[0] not in {MODIFIER, IGNORED})
    if sides is None or not place:
        return ()
    modifiers = {each[1:] for each in said if each[0] == MODIFIER}
    within = _within(found, place, modifiers)
    return _on_sides(found, within, sides) if within else ()


def _said(found: Atlas, words: str) -> list[str]:
    """Return what each word says; nothing if there is one that is not known."""
    text, at, said = atlas.folded(words), 0, []
    while at < len(text):
        between = _BETWEEN.match(text, at)
        if between:
            at = between.end()
            continue
        word = found.word.match(text, at)
        if word is None:
            return []
        said.append(atlas.meaning(found, word[0]))
        at = word.end()
    return said


def _sides(said: Iterable[str], given: Side) -> set[str] | None:
    """Return the patient's sides that words and field name; None where they contradict."""
    named = [SIDES[each[1:]] for each in said if each[1:] in SIDES and each[0] == MODIFIER]
    if given is not Side.NONE:
        named.append(SIDES[given])
    if not named:
        return set()
    return named[0] if all(each == named[0] for each in named) else None


def _deepest(places: Iterable[str]) -> str:
    """Return the place within all the others; nothing if they are not within each other."""
    ordered = sorted(set(places), key=len)
    for outer, inner in pairwise(ordered):
        if not inner.startswith(f"{outer}/"):
            return ""
    return ordered[-1] if ordered else ""


def _within(found: Atlas, place: str, modifiers: set[str]) -> str:
    """
    Return the part of *place* that *modifiers* name, or *place* where it is drawn as a whole.

    Nothing if words and modifiers name two parts, or a curve along more than the place.
    """
    levels, curves = modifiers & LEVELS, modifiers & CURVES
    own = LEVELS.intersection(place.split("/"))
    if len(levels) > 1 or len(curves) > 1 or (own and levels - own):
        return ""
    for level in levels:
        place = f"{place}/{level}" if f"{place}/{level}" in found.points else place
    for curve in curves:
        if not place.startswith("stomach/"):
            return ""
        inner = f"{place}/{curve}"
        place = inner if inner in found.points else place
    return place


def _on_sides(found: Atlas, place: str, sides: set[str]) -> tuple[str, ...]:
    sided = {each: f"{place}/{each}" for each in ("left", "right")}
    if sided["left"] in found.points:
        wanted = tuple(path for side, path in sided.items() if side in sides)
        return wanted or _unsided(found, place)
    if sides and (_contradicts(found, place, sides) or "/" not in place):
        return ()
    return _unsided(found, place)


def _unsided(found: Atlas, place: str) -> tuple[str, ...]:
    return (place,) if place in found.points else ()


def _contradicts(found: Atlas, place: str, sides: set[str]) -> bool:
    """Whether *place* is on a side of its own, and not on that one."""
    point = found.points.get(place)
    own = point.side if point else ""
    last = place.rsplit("/", 1)[-1]
    own = last if last in SIDES else own
    return bool(own) and sides != {own}
