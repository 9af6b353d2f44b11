"""Words that everybody knows: what is none of them, and is not explained, is for the doctor."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache

from chalicelib.plain.lexicon import EVERYDAY
from chalicelib.plain.model import Language

# What a word may end with, and what stood there before: "biopsies", "dropped", "slowly".
_ENDINGS = (
    ("'s", ("",)),
    ("ies", ("y",)),
    ("ied", ("y",)),
    ("ily", ("y",)),
    ("ier", ("y",)),
    ("iest", ("y",)),
    ("es", ("", "e")),
    ("s", ("",)),
    ("ed", ("", "e")),
    ("ing", ("", "e")),
    ("ly", ("", "le")),
    ("er", ("", "e")),
    ("est", ("", "e")),
    ("ness", ("",)),
)
_DOUBLED = frozenset({"ed", "ing", "er", "est"})
_LONGEST = 12  # characters of a Japanese word


def is_english(word: str) -> bool:
    """Whether *word* is an everyday one, in any of its forms."""
    small = word.lower().replace("’", "'")
    known = words("en")
    return small in known or any(
        base in known or any(each in known for each in _bases(base)) for base in _bases(small)
    )


def is_japanese(run: str) -> bool:
    """Whether a *run* of kanji, or of katakana, is made of everyday words."""
    return is_made_of(run, words("ja"))


def is_made_of(run: str, known: Collection[str]) -> bool:
    """Whether a *run* of letters is made of *known* words, and of nothing else."""
    reached = [True] + [False] * len(run)
    for end in range(1, len(run) + 1):
        starts = range(max(0, end - _LONGEST), end)
        reached[end] = any(reached[start] and run[start:end] in known for start in starts)
    return reached[-1]


def _bases(word: str) -> Iterator[str]:
    for ending, before in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem == word or len(stem) < 2:
            continue
        yield from (stem + each for each in before)
        if ending in _DOUBLED and len(stem) > 3 and stem[-1] == stem[-2]:
            yield stem[:-1]


@cache
def words(language: Language) -> frozenset[str]:
    """Return the everyday words, in the form that others are made of."""
    return frozenset((EVERYDAY / f"words_{language}.txt").read_text(encoding="utf-8").split())
