"""
What a plain sentence turns into its contrary: "larger" into "smaller", an organ into another.

Both texts may say such things in many words, or leave them out where they go without saying; so
nothing is counted against each other.  Only what went, and came back as its contrary, is told.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import NamedTuple

from chalicelib.plain.model import Language

_CUES = Path(__file__).parent / "cues"
_PASSED_OVER = "-"
_PLANNED = re.compile(
    r"予定|次回|つぎの回|今後|後日|明日|あす|明朝|翌[日朝週月年]|つぎの[日朝]|来[週月年]"
    r"|\d+ ?(?:年|[かヶヵカ]月|週間?|日)後(?!の)"
)
_DONE = re.compile(r"(?:ました|でした)(?=[。、（(]|$)")
_DONE_AS_WRITTEN = re.compile(r"[たっだ](?=[。、がとた（()）]|$)|済|ました|でした|だった|であった")


class _Reader(NamedTuple):
    """
    Attributes:
        kinds: What each group of the pattern stands for.
        pairs: Kinds that are the contrary of each other.
    """

    pattern: re.Pattern[str]
    kinds: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    organs: frozenset[str]


def turned(source: str, plain: str, language: Language) -> list[str]:
    """Return what *plain* turns about, of two texts in small letters: "upper -> lower"."""
    reader = _reader(language)
    before, after = _counts(reader, source), _counts(reader, plain)
    gone, new = before - after, after - before
    found = [f"{one} -> {other}" for one, other in reader.pairs if gone[one] and new[other]]
    lost = [each for each in gone if each in reader.organs]
    strange = [each for each in new if each in reader.organs and not before[each]]
    if lost and strange:
        found.append(f"{' and '.join(lost)} -> {' and '.join(strange)}")
    if language == "ja" and _is_done_by_words(source, plain):
        found.append("planned -> done")
    return found


def _is_done_by_words(source: str, plain: str) -> bool:
    """Whether what was planned is told as if it had been done."""
    planned = _PLANNED.search(source) and not _DONE_AS_WRITTEN.search(source)
    return bool(planned and _DONE.search(plain))


def _counts(reader: _Reader, text: str) -> Counter[str]:
    found = (reader.kinds[(each.lastindex or 1) - 1] for each in reader.pattern.finditer(text))
    return Counter(each for each in found if each != _PASSED_OVER)


@cache
def _reader(language: Language) -> _Reader:
    pairs: list[tuple[str, str]] = []
    listed: list[tuple[str, str]] = []
    for one, other, pattern, contrary in _lines(f"contrary_{language}.tsv"):
        pairs += [(one, other), (other, one)]
        listed += [(one, pattern), (other, contrary)]
    organs = [(name, pattern) for name, pattern in _lines(f"organs_{language}.tsv")]
    every = listed + organs
    whole = r"(?<![a-z0-9])({})(?![a-z])" if language == "en" else "({})"
    pattern = "|".join(whole.format(each) for _, each in every)
    kinds = tuple(kind for kind, _ in every)
    return _Reader(re.compile(pattern), kinds, tuple(pairs), frozenset(dict(organs)))


def _lines(name: str) -> list[list[str]]:
    text = (_CUES / name).read_text(encoding="utf-8")
    return [each.split("\t") for each in text.splitlines()]
