"""
A structured chart in plain words: what each field says, by templates.

What is not recorded is said to be not recorded; it is never taken for absent, nor for normal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import msgspec

from chalicelib.charts.model import Chart, Finding, Measurement, Named, Site, label
from chalicelib.plain import english, japanese, sizes
from chalicelib.plain.checking import differences, facts
from chalicelib.plain.converting import convert
from chalicelib.plain.english import Worded
from chalicelib.plain.explaining import explained
from chalicelib.plain.japanese_endings import observed
from chalicelib.plain.model import Explained, Language, Plain, Sentence
from chalicelib.plain.templates import SIDES, Template, of_part

_NAME = re.compile(r"(?!(?:the|a|an|at|in|on|near)\b)[A-Za-z]", re.IGNORECASE)

_TWICE = re.compile(r"^([\u4e00-\u9fff]+)(\([\u3041-\u309f]+\))?の\1の")  # "胃の胃の出口"


class Row(NamedTuple):
    """
    A field, read.

    Attributes:
        what: Which finding, diagnosis, procedure or medicine, as the doctor called it.
        site: Where; nothing if that is not told.
        size: A number and its unit, or a dose.
    """

    path: str
    template: Template
    what: str
    site: str = ""
    size: str = ""


def of_chart(chart: Chart, language: Language = "en") -> Plain:
    """
    Return *chart* in plain words; each sentence names the field it comes from.

    Sentences of the narrative, and of notes to images, name their place in it: ``narrative:0-45``.
    """
    rows = list(_rows(chart, language))
    made = [_said(row, language, chart.kind) for row in rows]
    met = [known for _, worded in made for known in worded.met]
    listed = explained(met, "\n".join(row.what for row in rows), language)
    texts = {"narrative": chart.narrative} | {
        f"images/{place}": image.note for place, image in enumerate(chart.images)
    }
    told = {path: convert(text, language, chart.kind) for path, text in texts.items()}
    return Plain(
        sentences=(*(sentence for sentence, _ in made), *_narrated(told)),
        terms=_once((*listed, *(term for each in told.values() for term in each.terms))),
    )


class Own(NamedTuple):
    """
    A field in the doctor's own words.

    Attributes:
        parts: The same, part by part: what, where, how large, and the state it is recorded in.
    """

    text: str
    parts: tuple[str, ...]


def own_words(chart: Chart, language: Language = "en") -> dict[str, Own]:
    """Return what each field of *chart* says as it was filled in, by its path."""
    found = {}
    for path, template, *told in _rows(chart, language):
        parts = tuple(filter(None, (*told, template.means)))
        found[path] = Own(template.verbatim(*told), parts)
    return found


def _rows(chart: Chart, language: Language) -> Iterator[Row]:
    lists: dict[str, tuple[Named, ...]] = {
        "findings": chart.findings,
        "measurements": chart.measurements,
        "diagnoses": chart.diagnoses,
        "procedures": chart.procedures,
        "medicines": chart.medicines,
    }
    for name, parts in lists.items():
        for place, part in enumerate(parts):
            site = _site(getattr(part, "site", Site()), language)
            yield Row(f"{name}/{place}", of_part(part, language), label(part), site, _size(part))


def _size(part: Named) -> str:
    if isinstance(part, Finding):
        return f"{part.size.value} {part.size.unit}" if part.size else ""
    if isinstance(part, Measurement):
        return f"{part.value} {part.unit}"
    return getattr(part, "dose", "")


def _site(site: Site, language: Language) -> str:
    side = SIDES[language].get(site.side, "")
    if language == "ja":
        return "の".join(filter(None, (site.organ, site.place, side)))
    return ", ".join(filter(None, (_place(site), side)))


def _place(site: Site) -> str:
    """Return where in words that fit into a sentence, as far as what was typed lets them."""
    if not _NAME.match(site.organ):
        told = " ".join(filter(None, (site.organ, site.place)))
        return f"(place: {told})" if told else ""
    organ = site.organ if site.organ[:2].isupper() else site.organ[:1].lower() + site.organ[1:]
    return f"in the {organ} ({site.place})" if site.place else f"in the {organ}"


def _said(row: Row, language: Language, kind: str) -> tuple[Sentence, Worded]:
    what, site = _worded(row.what, language, kind), _worded(row.site, language, kind)
    size = _sized(row, language)
    plain = observed(row.template.filled(what.text, _TWICE.sub(r"\1\2の", site.text), size))
    source = row.template.witness(row.what, row.site, row.size)
    met = Worded(plain, (*what.met, *site.met))
    twice = row.template.means and "not" in facts(row.what, language)  # absent: "no ulcer"
    if twice or differences(source, plain, language):
        own = row.template.verbatim(row.what, row.site, row.size)
        return Sentence(text=own, source=row.path, fallback=True), met
    return Sentence(text=plain, source=row.path), met


def _worded(text: str, language: Language, kind: str) -> Worded:
    if language == "ja":
        return japanese.reworded(text, kind)
    worded = english.reworded(" ".join(text.split()), kind)
    return Worded(worded.text.rstrip(" ."), worded.met)


def _sized(row: Row, language: Language) -> str:
    if not row.path.startswith("findings") or not row.size:
        return row.size
    value, _, unit = row.size.partition(" ")
    return f"{row.size}{sizes.beside(value, unit, language)}"


def _narrated(told: Mapping[str, Plain]) -> Iterator[Sentence]:
    for path, plain in told.items():
        for each in plain.sentences:
            start, end = each.span
            yield msgspec.structs.replace(each, source=f"{path}:{start}-{end}")


def _once(terms: tuple[Explained, ...]) -> tuple[Explained, ...]:
    return tuple({each.term.lower(): each for each in reversed(terms)}.values())[::-1]
