"""
Hard words that nobody explains here: whatever is neither explained nor an everyday word.

It does not have to look like medicine: a misspelt word, a brand or an abbreviation that a reader
does not know is for the doctor to explain, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from chalicelib.plain import common

_WORD = re.compile(r"(?<![A-Za-zÀ-ÿ])[A-Za-zÀ-ÿ][A-Za-zÀ-ÿ0-9]*(?:['’\-][A-Za-zÀ-ÿ0-9]+)*")
_PART = re.compile(r"[A-Za-zÀ-ÿ0-9]+(?:['’][A-Za-zÀ-ÿ]+)?")
# "2/52" is two weeks among doctors, "3/12" perhaps three months, perhaps a day in March.
_SPAN_OF_TIME = re.compile(r"(?<![\d/.])\d{1,2}/(?:7|12|52)(?![\d/])")
_SIDE = re.compile(r"(?<![\w.'’-])[RL](?![\w.'’/-])")
_AFTER_TITLE = re.compile(r"\b(?:Dr|Mr|Mrs|Ms|Prof|Sr|Sister|Nurse)\.?(?: [A-Z][\w'’.-]*){0,2} $")
_TITLE_NEAR = 40  # characters
_RUN = re.compile(r"[\u4e00-\u9fff\u3005]{2,}|[\u30a1-\u30fa\u30fc]{3,}|[A-Za-z][A-Za-z0-9-]*")
_MARKED = re.compile(r"[a-z]?\d+|[ivx]{1,4}", re.IGNORECASE)  # "x4", "III"
_NOT_WORDS = frozenset({"O", "I", "A", "X", "x", "C", "F"})
_UNITS = re.compile(
    r"[mc]m|m?l|cc|dl|m?m?g|mcg|kg|m|min|sec|hr?|kv|ma|k?pa|mmhg|bpm|fr|ph", re.IGNORECASE
)


def hard_words(text: str, covered: Sequence[tuple[int, int]]) -> list[str]:
    """Return the hard words of an English *text* outside of what is *covered*, each once."""
    found = [each for each in _WORD.finditer(text) if _is_hard(each)]
    found += [*_SPAN_OF_TIME.finditer(text), *_SIDE.finditer(text)]
    return _open(text, covered, (each.span() for each in found), _is_hard_word)


def learned_words(text: str, covered: Sequence[tuple[int, int]]) -> list[str]:
    """Return the hard words of a Japanese *text* outside of what is *covered*, each once."""
    return _open(text, covered, (each.span() for each in _RUN.finditer(text)), _is_learned)


def marked(text: str, places: Iterable[tuple[int, int]]) -> bytearray:
    """Return a byte for each character of *text*: 1 within the *places*."""
    marks = bytearray(len(text))
    for start, end in places:
        marks[start:end] = b"\1" * (end - start)
    return marks


def _open(
    text: str,
    covered: Sequence[tuple[int, int]],
    places: Iterable[tuple[int, int]],
    is_hard: Callable[[str], bool],
) -> list[str]:
    """Return what lies open of the *places* and is hard, each once, in order."""
    known = marked(text, covered)
    found = [
        text[first:last]
        for start, end in sorted(places)
        for first, last in _uncovered(known, start, end)
    ]
    return list(dict.fromkeys(each.strip("-'’") for each in found if is_hard(each)))


def _uncovered(known: bytearray, start: int, end: int) -> Iterator[tuple[int, int]]:
    place = start
    while place < end:
        first = known.find(0, place, end)
        if first < 0:
            return
        place = known.find(1, first, end)
        place = end if place < 0 else place
        yield first, place


def _is_hard(word: re.Match[str]) -> bool:
    """Whether a word is one to ask about: the name of a person is not."""
    before = word.string[max(0, word.start() - _TITLE_NEAR) : word.start()]
    is_name = word[0][:1].isupper() and _AFTER_TITLE.search(before)
    return not is_name and _is_hard_word(word[0])


def _is_hard_word(word: str) -> bool:
    if word in {"R", "L"} or "/" in word:
        return True
    return any(_is_hard_part(each) for each in _PART.findall(word))


def _is_hard_part(part: str) -> bool:
    if len(part) < 2 or part.isdigit() or common.is_english(part):
        return False
    return not (_MARKED.fullmatch(part) and (part[0] in "xX" or not part[-1].isdigit()))


def _is_learned(run: str) -> bool:
    if run[0].isascii():
        return run not in _NOT_WORDS and not _UNITS.fullmatch(run)
    return len(run) > 1 and not common.is_japanese(run)
