"""An English sentence in plain words: forms of the lexicon replaced, and the grammar mended."""

from __future__ import annotations

import re
from typing import NamedTuple

from chalicelib.plain import glossary, grades, lexicon, sizes, voice
from chalicelib.plain.unknown import hard_words, marked

_MARKER = re.compile(r"^(?:\(?\d{1,2}[.)]|[a-h][.)]|[-•*–])\s+")
_ARTICLE = re.compile(r"\b([Aa]n?|[Tt]he)\s+$")
_SOUNDS_VOWEL = re.compile(
    r"^(?:[aeiou](?!ne\b|nce\b)(?!ni[^nm]|se|ur|rin|ret|ter)|hour|honest|[FLMNRSX]-)", re.IGNORECASE
)
_ASKED = re.compile(r"(^|[\s(,/])\?+ ?(?=[A-Za-z])")  # "?ulcer"
_SHORT = 3  # letters
_NEAR = 4  # characters, in which a number stands before its unit
_LAST = re.compile(r"[.!?:]['\")\]]*$")
_STOPS = re.compile(r"(?<=[\w)])\.\.$")


class Known(NamedTuple):
    """
    A term that was met.

    Attributes:
        form: As the doctor wrote it.
        term: None, if nobody can say what it means.
    """

    form: str
    term: glossary.Term | None


class Worded(NamedTuple):
    text: str
    met: tuple[Known, ...]


def sentence(source: str, lead: str, kind: str, *, freely: bool = True) -> Worded:
    """
    Return *source* as a plain sentence that begins with *lead*.

    *freely* it is put into the active voice, too, and sizes beside things.
    """
    text = " ".join(source.split())
    marker = _MARKER.match(text)
    number = marker[0] if marker else ""
    body = _ASKED.sub(r"\1possible ", text[len(number) :])
    worded = reworded(voice.active(body) if freely and not lead else lead + body, kind)
    said = sizes.graspable(worded.text, "en") if freely else worded.text
    return Worded(number + _finished(said), worded.met)


def heading(source: str, kind: str) -> Worded:
    """Return a heading in plain words, with its colon."""
    name, _, number = source.rstrip(": ").partition("#")
    usual = lexicon.heading(name.strip())
    if usual:
        return Worded(f"{usual} #{number}:" if number else f"{usual}:", ())
    worded = reworded(_small(source), kind)
    return Worded(_capital(worded.text), worded.met)


def reworded(text: str, kind: str) -> Worded:
    """Return *text* with what the lexicon knows replaced, for an examination of that *kind*."""
    out: list[str] = []
    met: list[Known] = []
    graded = grades.places(text)
    found = _outside(graded, text)
    at = 0
    last: glossary.Term | None = None
    for each in found:
        written, term = text[each.start : each.end], each.entry.term
        between = text[at : each.start]
        sure = term is None or term.is_sure(kind)
        if not sure or _stays(each, text, last):
            out.extend((between, written))
        else:
            out.extend(_joined(between, _cased(written, each.entry.to)))
        at, last = each.end, term
        if term:
            met.append(Known(written, term if sure else None))
    said = (each for each in found if each.entry.term or each.entry.to != each.entry.written)
    covered = [*((each.start, each.end) for each in said), *graded]
    met.extend(Known(word, None) for word in hard_words(text, covered))
    return Worded("".join((*out, text[at:])), tuple(met))


def _outside(places: list[tuple[int, int]], text: str) -> list[lexicon.Match]:
    """Return what the lexicon knows of *text*, but for what overlaps *places*."""
    marks = marked(text, places)
    return [each for each in lexicon.matches(text) if not any(marks[each.start : each.end])]


def _stays(match: lexicon.Match, text: str, last: glossary.Term | None) -> bool:
    """Whether a form stays as it is written, though the lexicon knows it."""
    start, end, entry = match
    written, before = text[start:end], text[max(0, start - _NEAR) : start]
    if lexicon.is_same(written, entry.to):
        return True
    if entry.term is None:
        if before[-1:].isdigit():
            return True  # "4hrs"
        is_name = start > 0 and written[:1].isupper() and written[1:].islower()
        return is_name or (written.isupper() and len(written) <= _SHORT)  # "PT" is no patient
    if entry.term.kind == "unit" and re.search(r"\d[ -]?$", before):
        return True
    return entry.term is last and before.endswith("(")  # "resection of the prostate (TURP)"


def _cased(written: str, to: str) -> str:
    """Return *to*, with the word that it explains as it is *written*: "Toradol (pain drug)"."""
    return written + to[len(written) :] if to.startswith(written.lower()) else to


def _joined(before: str, to: str) -> tuple[str, str]:
    """Return what stands *before* and *to*, with the article between them as English wants it."""
    article = _ARTICLE.search(before)
    if not article:
        return before, to
    if to.startswith(("the ", "a ", "an ")):
        return before[: article.start()], to
    if article[1].lower() == "the":
        return before, to
    right = "an" if _SOUNDS_VOWEL.match(to) else "a"
    right = right.capitalize() if article[1][0] == "A" else right
    return f"{before[: article.start()]}{right} ", to


def _finished(text: str) -> str:
    text = _STOPS.sub(".", _capital(text.strip().rstrip(",;").rstrip()))
    return text if not text or _LAST.search(text) else f"{text}."


def _capital(text: str) -> str:
    """Return *text* with a capital at its start, but for what is written in its own way (pH)."""
    first = text.split(" ", 1)[0]
    if any(each.isupper() for each in first[1:]):
        return text
    return text[:1].upper() + text[1:]


def _small(text: str) -> str:
    """Return a heading without its capitals; short ones are abbreviations, perhaps."""
    return re.sub(
        r"\b(?:[A-Z]{5,}|OF|FOR|AND|THE|IN|TO|WITH|OR|ON|FROM|BY|USED)\b",
        lambda each: each[0].lower(),
        text,
    )
