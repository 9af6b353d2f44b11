"""How words in kanji are read: in kana behind each, the first time it stands in a text."""

from __future__ import annotations

import re
from functools import cache

from chalicelib.plain import glossary
from chalicelib.plain.lexicon import pairs

_KANJI = re.compile(r"[\u4e00-\u9fff\u3005]")


def added(text: str, seen: set[str]) -> str:
    """Return *text* with readings behind the terms that are not in *seen*, which takes them in."""
    known, longest = readings()
    out: list[str] = []
    place = 0
    while place < len(text):
        inside = place > 0 and _KANJI.match(text[place - 1])
        form = _at(text, place, known, longest.get(text[place], 0))
        out.append(form or text[place])
        place += len(form) or 1
        if form and form not in seen and not inside and not _goes_on(text, place):
            seen.add(form)
            out.append(f"({known[form]})")
    return "".join(out)


def _at(text: str, place: int, known: dict[str, str], longest: int) -> str:
    for length in range(min(longest, len(text) - place), 0, -1):
        if text[place : place + length] in known:
            return text[place : place + length]
    return ""


def _goes_on(text: str, place: int) -> bool:
    """Whether a word goes on, or has its reading already."""
    return text[place : place + 1] in {"(", "（"} or bool(_KANJI.match(text[place : place + 1]))


@cache
def readings() -> tuple[dict[str, str], dict[str, int]]:
    """Return how terms and our own words are read; how long the longest is, by its first kanji."""
    found = dict(pairs("readings_ja.tsv"))
    for term in glossary.terms():
        form = next(iter(term.ja.words))
        if _KANJI.match(form) and not term.ambiguous:
            found[form] = term.ja.reading
    longest: dict[str, int] = {}
    for form in found:
        longest[form[0]] = max(longest.get(form[0], 0), len(form))
    return found, longest
