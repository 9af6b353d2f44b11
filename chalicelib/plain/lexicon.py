"""
What stands in a text for what: the glossary's forms and everyday phrases, found in one pass.

A text is looked at word by word, the longest form first, so the time does not depend on how many
forms there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from chalicelib.plain import glossary
from chalicelib.plain.checking import differences
from chalicelib.plain.model import Language

EVERYDAY = Path(__file__).parent / "everyday"
_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+(?:[.,]\d+)*|[^\s\w]|_+")
# Written small, these are words like others: as abbreviations they are capitals.
_LONGEST_ABBREVIATION = 5
_CODE_AFTER = re.compile(r"-?\d|-[A-Z]+\d")
_CODE_BEFORE = re.compile(r"[A-Z0-9]-$")


class Token(NamedTuple):
    word: str
    start: int
    end: int


class Entry(NamedTuple):
    """
    Attributes:
        meant: What is to be put in its place.
        capitals: It is that only where it is written in capitals.
    """

    form: tuple[str, ...]
    written: str
    meant: str
    term: glossary.Term | None = None
    capitals: bool = False

    @property
    def to(self) -> str:
        """What is put in its place; itself, if nothing is."""
        return faithful(self.written, self.meant, "en")


class Match(NamedTuple):
    start: int
    end: int
    entry: Entry


def tokens(text: str) -> list[Token]:
    """Return the words and marks of *text*; a hyphen within a word is left out, as a blank is."""
    found = []
    for each in _TOKEN.finditer(text):
        if each[0] == "-" and _is_within(text, each.start(), each.end()):
            continue
        found.append(Token(each[0].replace("’", "'").lower(), each.start(), each.end()))
    return found


def matches(text: str) -> Iterator[Match]:
    """Yield what the lexicon knows of an English *text*, in order and without overlap."""
    by_first, words = entries(), tokens(text)
    place = 0
    while place < len(words):
        for entry in by_first.get(words[place].word, ()):
            last = place + len(entry.form)
            if last <= len(words) and _fits(text, words[place:last], entry):
                yield Match(words[place].start, words[last - 1].end, entry)
                place = last
                break
        else:
            place += 1


def heading(text: str) -> str | None:
    """Return what a heading is called in plain words; None if it is none of the usual ones."""
    return _headings().get(" ".join(text.lower().replace("#", " ").split()))


def pairs(name: str) -> list[tuple[str, str]]:
    """Return the lines of the file *name* of everyday phrases: what is written, what is said."""
    lines = (EVERYDAY / name).read_text(encoding="utf-8").splitlines()
    return [(form, to) for form, _, to in (each.partition("\t") for each in lines) if to]


def _fits(text: str, words: list[Token], entry: Entry) -> bool:
    if tuple(each.word for each in words) != entry.form:
        return False
    start, end = words[0].start, words[-1].end
    if len(words) == 1 and text[start:end].isupper() and _is_of_a_code(text, start, end):
        return False
    return not entry.capitals or any(each.isupper() for each in text[start:end])


def _is_of_a_code(text: str, start: int, end: int) -> bool:
    """Whether capitals are a part of a longer name: of "CF-HQ190L" a camera, not an illness."""
    return bool(
        _CODE_AFTER.match(text, end) or _CODE_BEFORE.search(text[max(0, start - 4) : start])
    )


def _is_within(text: str, start: int, end: int) -> bool:
    return bool(start) and end < len(text) and text[start - 1].isalnum() and text[end].isalnum()


@cache
def _headings() -> dict[str, str]:
    return dict(pairs("headings_en.tsv"))


@cache
def entries() -> dict[str, list[Entry]]:
    """Return the entries by their first word, the longest first, the glossary's before others."""
    found: dict[tuple[str, ...], Entry] = {}
    for form, to in pairs("en.tsv"):
        found[_form(form)] = Entry(_form(form), form, to)
    for form, term in glossary.forms("en").items():
        capitals = term.kind == "abbreviation" and len(form) <= _LONGEST_ABBREVIATION
        found[_form(form)] = Entry(_form(form), form, term.en.words[form], term, capitals)
    by_first: dict[str, list[Entry]] = {}
    for entry in sorted(found.values(), key=lambda each: -len(each.form)):
        by_first.setdefault(entry.form[0], []).append(entry)
    return by_first


def _form(text: str) -> tuple[str, ...]:
    return tuple(each.word for each in tokens(text))


@cache
def faithful(form: str, to: str, language: Language) -> str:
    """Return *to*, or *form* where the witness would refuse it wherever it stands."""
    return form if differences(form, to, language) else to


def is_same(written: str, to: str) -> bool:
    """Whether *to* is what is *written* already, but for capitals and blanks."""
    return _form(written) == _form(to)
