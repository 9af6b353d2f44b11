"""
What a folder's layout says about the files in it.

``{patient}/{date}_{examination}/**`` reads ``P-1/20260401_E-7/IMG1.JPG`` as examination E-7 of
patient P-1.  A pattern fits a whole path or not at all; of several, the first that fits counts.

A value ends where the text after its placeholder first occurs, and the match never goes back on
that: a path is read in one way only, and no path keeps us long.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from hokan_agent.errors import AgentError
from hokan_agent.sources.paths import to_wire, unescaped
from hokan_agent.sources.sidecars import Examination

VALUES = ("patient", "patient_name", "examination", "kind")
DATE_FORMS = ("%Y%m%d", "%Y-%m-%d")  # of {date}; {date:FORM} has a form of its own
DIGITS = {"%Y": 4, "%m": 2, "%d": 2, "%H": 2, "%M": 2, "%S": 2}
MAX_CHARACTERS = 500
REMEMBERED = 1_000  # values: an examination has many files, and each look reads them all
_PIECES = re.compile(r"\{(?P<name>\w*)(?::(?P<form>[^{}]*))?\}|(?P<rest>/\*\*$)|(?P<any>\*)")
_DIRECTIVES = re.compile("|".join(DIGITS))


class Pattern:
    """One layout; raises AgentError, which says what is wrong with *text*."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._forms: tuple[str, ...] = ()
        self._regex = re.compile(self._compiled(text))
        named = self._regex.groupindex
        if "examination" not in named and not {"patient", "date"} <= named.keys():
            raise _wrong(text, "it needs {examination}, or {patient} and {date}")

    def examination_of(self, path: str) -> Examination | None:
        """Return what *path* says, or None when the pattern does not fit it."""
        fits = self._regex.fullmatch(path)
        if fits is None:
            return None
        said = {name: _value(text) for name, text in fits.groupdict().items() if name != "date"}
        if "date" in fits.groupdict():
            moment = _moment(fits["date"], self._forms)
            if moment is None:
                return None
            said["examined_at"] = moment
        return _examination(said) if all(said.values()) else None

    def _compiled(self, text: str) -> str:
        """Return the regular expression of a pattern; notes the forms of its date."""
        if not 0 < len(text) <= MAX_CHARACTERS:
            raise _wrong(text, f"it needs 1 to {MAX_CHARACTERS} characters")
        whole, at, seen = "", 0, set[str]()
        for piece in _PIECES.finditer(text):
            whole += _literal(text, text[at : piece.start()])
            at = piece.end()
            if piece["rest"]:
                whole += "/(?s:.+)"
            elif piece["name"] in seen:
                whole += f"(?P={piece['name']})"
            elif piece["name"] == "date":
                self._forms = _forms(text, piece["form"])
                whole += f"(?P<date>{'|'.join(map(_digits, self._forms))})"
                seen.add("date")
            else:
                whole += self._named(piece, seen, text[at:])
        return whole + _literal(text, text[at:])

    def _named(self, piece: re.Match[str], seen: set[str], after: str) -> str:
        """Return what a placeholder without a form of its own matches, *after* following it."""
        name = piece["name"]
        if name not in {*VALUES, "any", None} or piece["form"] is not None:
            listed = ", ".join(f"{{{each}}}" for each in (*VALUES, "date", "any"))
            raise _wrong(self.text, f"{piece[0]} is no placeholder; there are {listed}")
        if name not in VALUES:
            return _up_to(self.text, after)
        seen.add(name)
        return f"(?P<{name}>{_up_to(self.text, after)})"


class Patterns:
    """
    The layouts of one folder, in their order.

    Attributes:
        texts: As they were written.
    """

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self.texts = tuple(texts)
        self._patterns = [Pattern(each) for each in self.texts]

    def __bool__(self) -> bool:
        return bool(self._patterns)

    def examination_of(self, path: str) -> Examination | None:
        """Return what the first pattern that fits says of *path*, or None when none does."""
        said = (each.examination_of(path) for each in self._patterns)
        return next((each for each in said if each is not None), None)


def _literal(pattern: str, text: str) -> str:
    if "{" in text or "}" in text:
        raise _wrong(pattern, "a brace has no partner")
    return re.escape(to_wire(os.fsencode(text)))


def _up_to(pattern: str, after: str) -> str:
    """Return what matches a value: all of a name, or up to where the text after it begins."""
    following = _PIECES.search(after)
    literal = after[: following.start()] if following else after
    if not literal and following is not None and not following["rest"]:
        raise _wrong(pattern, "two placeholders need something between them")
    literal = literal.partition("/")[0]
    return f"(?>(?:(?!{_literal(pattern, literal)})[^/])+)" if literal else "(?>[^/]+)"


def _forms(pattern: str, form: str | None) -> tuple[str, ...]:
    if form is None:
        return DATE_FORMS
    directives = _DIRECTIVES.findall(form)
    if "%" in _DIRECTIVES.sub("", form) or len(set(directives)) < len(directives):
        raise _wrong(pattern, f"a date is made of {' '.join(DIGITS)}, each once")
    if not {"%Y", "%m", "%d"} <= set(directives):
        raise _wrong(pattern, "a date needs %Y, %m and %d")
    return (form,)


def _digits(form: str) -> str:
    return _DIRECTIVES.sub(lambda found: rf"\d{{{DIGITS[found[0]]}}}", re.escape(form))


@lru_cache(REMEMBERED)
def _moment(text: str, forms: tuple[str, ...]) -> str | None:
    """
    Return a date as ISO 8601 has it, or None when it is none.

    >>> _moment("20260401", DATE_FORMS), _moment("20261301", DATE_FORMS)
    ('2026-04-01', None)
    """
    for form in forms:
        try:
            moment = datetime.strptime(text, form)  # noqa: DTZ007 - local
        except ValueError:
            continue
        return moment.strftime("%Y-%m-%dT%H:%M:%S" if "%H" in form else "%Y-%m-%d")
    return None


@lru_cache(REMEMBERED)
def _value(text: str) -> str:
    """
    Return a part of a path as people wrote it: names of old Japanese systems are in Shift_JIS.

    >>> _value("100%25 %93%E0%8E%8B%8B%BE")
    '100% 内視鏡'
    """
    raw = unescaped(text)
    for encoding in ("utf-8", "cp932"):
        try:
            return _clean(raw.decode(encoding))
        except UnicodeDecodeError:
            continue
    return text


def _clean(text: str) -> str:
    """Return *text* composed (a Mac's names are not: one patient would be two), on one line."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(each for each in composed if unicodedata.category(each) != "Cc").strip()


def _examination(said: dict[str, str]) -> Examination:
    """Return what the parts of a path say, as a sidecar would."""
    patient = said.get("patient")
    found: Examination = {"id": said.get("examination") or f"{patient} {said['examined_at']}"}
    found |= {name: said[name] for name in ("examined_at", "kind") if name in said}
    if patient:
        name = {"name": said["patient_name"]} if "patient_name" in said else {}
        found["patient"] = {"id": patient, **name}
    return found


def _wrong(pattern: str, why: str) -> AgentError:
    return AgentError(f"the pattern {pattern} cannot be used: {why}")
