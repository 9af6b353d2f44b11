"""
A witness: whether a plain sentence says what its source said of numbers, sides, negations, doubts.

It knows nothing of how the plain sentence was made: it reads both texts by lists of its own, in the
folder ``cues``, and asks for the same kinds of words in the same order.  Words of one kind may take
the place of each other ("denies", "does not"); of two kinds, never.  Order tells that left and
right changed places, which counting would not.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import zip_longest
from pathlib import Path

from chalicelib.plain import contrary
from chalicelib.plain.model import Language
from chalicelib.plain.typed import UNSEEN

_UNITS = {
    "mm": r"mm|millimet(?:er|re)s?|ミリメートル|ミリ",
    "cm": r"cm|centimet(?:er|re)s?|センチメートル|センチ",
    "ml": r"ml|millilit(?:er|re)s?|ミリリットル",
    "cc": r"cc|cubic centimet(?:er|re)s?",
    "mcg": r"mcg|[μµu]g|micrograms?|マイクログラム",
    "mg": r"mg|milligrams?|ミリグラム",
    "kg": r"kg|kilograms?",
    "mmhg": r"mmhg",
    "fr": r"french|fr",
    "gauge": r"gauge",
    "degree": r"degrees?|°|度",
    "percent": r"percent|%|パーセント",
    "o'clock": r"o'?clock|時",
    "minute": r"minutes?|mins?|分",
    "second": r"seconds?|secs?|秒",
    "hour": r"hours?|hrs?|時間",
    "day": r"days?|日",
    "week": r"weeks?|wks?|週間?",
    "month": r"months?|か月|ヶ月|カ月",
    "year": r"years?|yrs?|年|歳",
    "piece": r"個|本|箇所|か所|ヶ所",
    "l": r"l|lit(?:er|re)s?",
    "g": r"g|grams?|グラム",
    "m": r"m|met(?:er|re)s?",
}
_UNIT_NAMES = {f"u{place}": name for place, name in enumerate(_UNITS)}
_UNIT = "|".join(f"(?P<u{place}>{pattern})" for place, pattern in enumerate(_UNITS.values()))
_DIGITS = r"\d{1,40}(?:[.,:/⁄]\d{1,40}){0,8}"
_NUMBER_WORDS = (
    "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen"
    "|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty"
    "|ninety|hundred|thousand|half|quarter|twice|double|triple|single|couple|dozen|pair"
    "|once(?= (?:daily|weekly|monthly|a |an |per|every|only|more))"
)
_ROMAN = r"(?:(?<=grade )|(?<=stage )|(?<=type ))[ivx]{1,4}(?![a-z])"
_CUES = Path(__file__).parent / "cues"
_PASSED_OVER = "-"  # the kind of words that would be taken for another
_SHORTEST = 0.45  # of the source's letters: less than that has lost something
_FEW = 40  # letters, below which nothing is said about length


def differences(source: str, plain: str, language: Language = "en") -> list[str]:
    """
    Return what *plain* says otherwise than *source*, as words for people; nothing, if none.

    A difference reads "left -> right": what stood in the source, what stands there now.
    """
    before, after = facts(source, language), facts(plain, language)
    found = [f"{old or 'nothing'} -> {new or 'nothing'}" for old, new in _changed(before, after)]
    found += contrary.turned(_normal(source), _normal(plain), language)
    if _letters(source) > _FEW and _letters(plain) < _SHORTEST * _letters(source):
        found.append("much of it is gone")
    return found


def facts(text: str, language: Language = "en") -> list[str]:
    """Return what must stay as it is in *text*, in order: "not", "left", "5 mm"."""
    normal = _normal(text)
    pattern, kinds = _reader(language)
    found = []
    for each in pattern.finditer(normal):
        name = each.lastgroup or ""
        if name == "number":
            found.append(_number(each[0], normal, each.end()))
        elif name == "word":
            found.append(each[0])
        elif kinds[name] != _PASSED_OVER:
            found.append(kinds[name])
    return found


def _normal(text: str) -> str:
    seen = unicodedata.normalize("NFKC", text.translate(UNSEEN))
    return seen.replace("’", "'").replace("µ", "μ").lower()


def _changed(before: list[str], after: list[str]) -> list[tuple[str, str]]:
    return [(old, new) for old, new in zip_longest(before, after, fillvalue="") if old != new]


def _number(digits: str, text: str, end: int) -> str:
    unit = _unit().match(text, end)
    return f"{digits} {_UNIT_NAMES[unit.lastgroup or '']}" if unit else digits


def _letters(text: str) -> int:
    return sum(each.isalnum() for each in text)


@cache
def _unit() -> re.Pattern[str]:
    return re.compile(rf"[ \-]?(?:{_UNIT})(?![a-z])")


@cache
def _reader(language: Language) -> tuple[re.Pattern[str], dict[str, str]]:
    """Return the pattern that finds every fact, and the kind each of its groups stands for."""
    listed = _cues(language)
    kinds = {f"k{place}": kind for place, (kind, _) in enumerate(listed)}
    groups = [f"(?P<k{place}>{pattern})" for place, (_, pattern) in enumerate(listed)]
    words = rf"(?P<word>\b(?:{_NUMBER_WORDS})\b|{_ROMAN})"
    return re.compile("|".join([f"(?P<number>{_DIGITS})", *groups, words])), kinds


def _cues(language: Language) -> list[tuple[str, str]]:
    """Return kinds with a pattern each; of two patterns that fit, the one above wins."""
    lines = (_CUES / f"{language}.tsv").read_text(encoding="utf-8").splitlines()
    pairs = [(kind, pattern) for kind, _, pattern in (each.partition("\t") for each in lines)]
    if language == "ja":
        return pairs
    return [(kind, _whole(pattern)) for kind, pattern in pairs]


def _whole(pattern: str) -> str:
    """Return *pattern* for whole words, or their beginning (…); marks like ? stand anywhere."""
    if not re.search("[a-z]", pattern):
        return pattern
    beginning = pattern.removesuffix("…")
    return rf"(?<![a-z0-9])(?:{beginning})" + ("" if pattern.endswith("…") else "(?![a-z])")
