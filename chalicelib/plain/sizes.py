"""Sizes beside something everybody has seen; the number stays, and a distance is not a size."""

from __future__ import annotations

import re
from bisect import bisect_left

from chalicelib.plain.model import Language

# The largest that is still about that, in mm.
_THINGS = (
    (1, "a pinhead", "針の頭"),
    (3, "a sesame seed", "ゴマの粒"),
    (4, "a grain of rice", "米粒"),
    (8, "a pea", "えんどう豆"),
    (13, "a blueberry", "ブルーベリー"),
    (18, "a marble", "ビー玉"),
    (24, "a grape", "ぶどうの粒"),
    (34, "a walnut", "くるみ"),
    (45, "a ping-pong ball", "ピンポン玉"),
)
_UNITS = {"mm": 1, "millimeter": 1, "millimetre": 1, "cm": 10, "centimeter": 10, "centimetre": 10}
_SIZE = re.compile(
    r"(?<![\d.x×–/-])(?P<value>\d{1,3}(?:\.\d{1,2})?)[ -]?"
    r"(?P<unit>mm|cm|(?:milli|centi)met(?:er|re))s?\b",
    re.IGNORECASE,
)
_LARGE = re.compile(
    r"(?:(?<=径)|(?<=さしわたし)|(?<![\d.x×~〜-])(?=[\d. ]+[mc]m大))"
    r"(?P<value>\d{1,3}(?:\.\d{1,2})?) ?(?P<unit>mm|cm)大?",
    re.IGNORECASE,
)
_GROWTH = (
    r"(?:polyps?|ulcers?|lesions?|mass(?:es)?|nodules?|tumou?rs?|stones?|erosions?|growths?|lumps?"
    r"|sores?|cysts?|adenomas?|bumps?|areas?|spots?)"
)
_SIZED_AFTER = re.compile(rf" in (?:size|diameter|width)\b|(?: [a-z-]+){{0,3}}? {_GROWTH}\b")
_SIZED_BEFORE = re.compile(r"(?:measur\w+|sized?|diameter|width)(?: of| about| was| is)* $")
_DISTANT_AFTER = re.compile(
    r" (?:x|×|by|from|to|away|deep|long|above|below|beyond|proximal|distal)\b"
)
_DISTANT_BEFORE = re.compile(r"\b(?:at|from|to|depth|distance|x|by) ?$")
_NEAR = 60  # characters that tell a size from a distance


def like(millimetres: float, language: Language) -> str:
    """Return what is about as large as so many *millimetres*; nothing, where nothing is."""
    place = bisect_left(_THINGS, (millimetres,))
    if millimetres <= 0 or place == len(_THINGS):
        return ""
    _, english, japanese = _THINGS[place]
    return f"about the size of {english}" if language == "en" else f"{japanese}くらい"


def graspable(text: str, language: Language) -> str:
    """Return *text* with what is about as large behind each size."""
    if language == "ja":
        return _LARGE.sub(lambda each: _beside(each, "ja"), text)
    return _SIZE.sub(lambda each: _beside(each, "en") if _is_size(each) else each[0], text)


def _is_size(number: re.Match[str]) -> bool:
    """Whether a length is that of a thing, and not how far away something is."""
    before = number.string[: number.start()][-_NEAR:].lower()
    after = number.string[number.end() :][:_NEAR].lower()
    if _DISTANT_BEFORE.search(before) or _DISTANT_AFTER.match(after):
        return False
    return bool(_SIZED_BEFORE.search(before) or _SIZED_AFTER.match(after))


def _beside(size: re.Match[str], language: Language) -> str:
    return f"{size[0]}{beside(size['value'], size['unit'], language)}"


def beside(value: str, unit: str, language: Language) -> str:
    """Return what stands behind a size, in brackets; nothing, if it is no length of that kind."""
    thing = like(float(value) * _UNITS.get(unit.lower(), 0), language)
    if not thing:
        return ""
    return f" ({thing})" if language == "en" else f"({thing})"
