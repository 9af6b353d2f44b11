"""Where the sentences of an English report begin and end, however it was typed or flattened."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple


class Piece(NamedTuple):
    """A heading or a sentence: [start, end) of the text."""

    start: int
    end: int
    heading: bool = False


# A file of comma-separated values made commas of line breaks: "...reflux.,FINDINGS: ,Normal."
_BREAK = re.compile(
    r"[\r\n]+"
    r"|(?<=[.:;?!])[ \t]{0,8},[ \t]{0,8}(?=[^\sa-z]|$)"
    r"|(?<=[ \t]),(?=\S)"
    r"|,(?=[A-Z][A-Z /&#()-]{2,60}:)"
    r"|,(?=\d{1,2}\.[ \t]+[A-Z])"
)
_HEADING = re.compile(
    r"(?:[A-Z][A-Z0-9 /&,'()#.\-]{1,70}"
    r"|[A-Z][A-Za-z]{2,20}(?: [A-Za-z0-9#/&()\-]{1,20}){0,5}):(?=\s|,|$)"
)
_MARKER = re.compile(r"(?:\(?\d{1,2}[.)]|[a-h][.)]|[-•*–])(?=\s)")
_END = re.compile(r"[.?!]+[\"')\]]*(?=\s|$)|(?<=[a-z)])\.(?=[A-Z][a-z])")
_ACRONYM = re.compile(r"(?:\b[A-Za-z]\.){2,}$")
_WORD_BEFORE = re.compile(r"[\w.'’]{1,20}$")
_SHORTENED = frozenset(
    {
        "dr",
        "mr",
        "mrs",
        "ms",
        "prof",
        "st",
        "vs",
        "approx",
        "fig",
        "no",
        "nos",
        "ca",
        "e.g",
        "i.e",
        "eg",
        "ie",
        "a.k.a",
        "incl",
        "dept",
        "resp",
        "est",
        "viz",
        "cf",
        "h",
    }
)
_UNITS = frozenset(
    {
        "mm",
        "cm",
        "ml",
        "cc",
        "mg",
        "mcg",
        "kg",
        "g",
        "l",
        "fr",
        "min",
        "hr",
        "hrs",
        "sec",
        "in",
        "ft",
        "lb",
        "lbs",
        "oz",
        "yr",
        "yrs",
        "mo",
        "wk",
        "q.d",
        "b.i.d",
        "t.i.d",
        "q.i.d",
        "p.r.n",
        "p.o",
        "q.h.s",
        "a.m",
        "p.m",
    }
)
_STARTS = re.compile(
    r"\s+(?:The|A|An|He|She|It|They|We|I|There|This|These|At|In|On|After|No|Then|Once|Next|His|Her)\b"
)
_TELLING = re.compile(r"[\w?+<>=≤≥]")


def pieces(text: str) -> list[Piece]:
    """Return the headings and sentences of *text* in order; what is left out tells nothing."""
    found: list[Piece] = []
    for start, end in _lines(text):
        found.extend(_in_line(text, start, end))
    return found


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return [start, end) without the blanks at both its ends."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for each in _BREAK.finditer(text):
        if _ACRONYM.search(text[max(0, each.start() - 8) : each.start()]):
            continue  # "J. Doe, M.D., "
        yield trimmed(text, start, each.start())
        start = each.end()
    yield trimmed(text, start, len(text))


def _in_line(text: str, start: int, end: int) -> Iterator[Piece]:
    while start < end:
        heading = _HEADING.match(text, start, end)
        if heading:
            yield Piece(start, heading.end(), heading=True)
            start = heading.end()
        else:
            stop = _sentence_end(text, start, end)
            if _TELLING.search(text, start, stop):
                yield Piece(*trimmed(text, start, stop))
            start = stop
        while start < end and (text[start].isspace() or text[start] == ","):
            start += 1


def _sentence_end(text: str, start: int, end: int) -> int:
    marker = _MARKER.match(text, start, end)
    for each in _END.finditer(text, marker.end() if marker else start, end):
        if not _goes_on(text, each, end):
            return each.end()
    return end


def _goes_on(text: str, mark: re.Match[str], end: int) -> bool:
    """Whether the sentence goes on after what looks like its end."""
    if mark.end() >= end:
        return False
    following = text[mark.end() : mark.end() + 3].lstrip()[:1]
    if mark[0].startswith("."):
        word = _last_word(text, mark.start())
        if _is_shortened(text, mark.start()):
            return True
        if len(word) == 1 and word.isalpha():  # "Dr. A removed", but "by Dr. A. The tissue"
            return not _STARTS.match(text, mark.end())
        return following.islower() and word in _UNITS
    if mark[0].startswith("?"):
        before = text[mark.start() - 1 : mark.start()]
        return not before.isalnum() or not following.isupper()
    return False


def _is_shortened(text: str, dot: int) -> bool:
    return text[dot : dot + 1] == "." and _last_word(text, dot) in _SHORTENED


def _last_word(text: str, end: int) -> str:
    found = _WORD_BEFORE.search(text[max(0, end - 20) : end])
    return found[0].lower() if found else ""
