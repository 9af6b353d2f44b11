"""What a release of a signed chart would say: our sentences, or a doctor's in place of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

import msgspec

from chalicelib.charts.model import Chart
from chalicelib.patient_charts import boxes, wording
from chalicelib.patient_charts.model import Box, PatientChart, Release, Said, Wording
from chalicelib.plain import convert, of_chart
from chalicelib.plain.model import Explained, Language, Sentence
from chalicelib.plain.structured import Own, own_words

_ASIDE = "older:"  # before the source of a wording that stands for nothing any more


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """
    A sentence, and what it is held against.

    Attributes:
        ours: What our rules made of it.
        own: The doctor's own words.
    """

    said: Said
    ours: str
    own: Own


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """
    Attributes:
        dropped: Wordings that stand for nothing in this version, or say something else than it.
    """

    lines: tuple[Line, ...]
    terms: tuple[Explained, ...]
    dropped: tuple[Wording, ...] = ()

    @property
    def said(self) -> tuple[Said, ...]:
        return tuple(each.said for each in self.lines)

    @property
    def digest(self) -> str:
        """Of every word of it: who releases it names what they read."""
        return hashlib.sha256(msgspec.json.encode((self.said, self.terms))).hexdigest()

    def line(self, source: str) -> Line | None:
        """Return the line that comes from *source*, if there is one."""
        return next((each for each in self.lines if each.said.source == source), None)


def preview(chart: Chart, language: Language, wordings: tuple[Wording, ...] = ()) -> Preview:
    """Return *chart* in plain words, with a doctor's *wordings* where they say the same."""
    plain = of_chart(chart, language)
    lines = list(_lines(chart, plain.sentences, language))
    owns = {each.said.source: each.own for each in lines}
    by_source, dropped = {}, []
    for each in wordings:
        own = owns.get(each.source)
        if own is None or wording.differences(own, each.text, language):
            dropped.append(each)
        else:
            by_source[each.source] = each
    explained = (
        convert(each.text, language, chart.kind).terms
        for each in by_source.values()
        if each.text != owns[each.source].text
    )
    return Preview(
        lines=tuple(_reworded(each, by_source.get(each.said.source)) for each in lines),
        terms=_once((*plain.terms, *(term for each in explained for term in each))),
        dropped=tuple(dropped),
    )


def wordings_of(chart: PatientChart) -> tuple[tuple[Wording, ...], int]:
    """Return the wordings that doctors wrote last, and for which version of the chart."""
    if chart.draft:
        return chart.draft.wordings, chart.draft.chart_number
    if chart.current:
        return _released(chart.current), chart.current.chart_number
    return (), 0


def carried(
    wordings: tuple[Wording, ...], before: Chart, after: Chart, language: Language
) -> tuple[tuple[Wording, ...], tuple[Wording, ...]]:
    """
    Return the wordings of one version that stand for the very same words in another, and the rest.

    What moved is found where it is now, if it is there once.
    """
    old, new = _own_by_source(before, language), _own_by_source(after, language)
    found, rest = [], []
    for each in wordings:
        own = old.get(each.source)
        now = [each.source] if new.get(each.source) == own else []
        now = now or [source for source, text in new.items() if text == own]
        if own is not None and len(now) == 1:
            found.append(msgspec.structs.replace(each, source=now[0]))
        else:
            rest.append(each)
    return tuple(found), tuple(rest)


def set_aside(wordings: tuple[Wording, ...]) -> tuple[Wording, ...]:
    """Return *wordings* as a draft keeps them that stand for nothing: to be copied from."""
    return tuple(
        msgspec.structs.replace(each, source=_ASIDE + each.source.removeprefix(_ASIDE))
        for each in wordings
    )


def _own_by_source(chart: Chart, language: Language) -> dict[str, str]:
    lines = _lines(chart, of_chart(chart, language).sentences, language)
    return {each.said.source: each.own.text for each in lines}


def _released(release: Release) -> tuple[Wording, ...]:
    return tuple(
        Wording(source=each.source, text=each.text, worded_by=each.worded_by)
        for each in release.said
        if each.worded_by
    )


def _lines(chart: Chart, sentences: tuple[Sentence, ...], language: Language) -> Iterator[Line]:
    fields = own_words(chart, language)
    headings: dict[str, str] = {}  # the last one, of each text
    for each in sentences:
        source = str(each.source)
        if source in fields:
            own, box = fields[source], boxes.of_field(chart, source, language)
        else:
            path, _, span = source.partition(":")
            text = _span(_text(chart, path), span)
            own = Own(text, (text,))
            box = boxes.of_text(text, language, headings.get(path, ""))
            if each.heading:
                headings[path], box = text, Box.MORE
        yield _line(each, own, box)


def _line(sentence: Sentence, own: Own, box: Box) -> Line:
    said = Said(
        text=sentence.text,
        own=own.text,
        source=str(sentence.source),
        box=box,
        fallback=sentence.fallback,
        heading=sentence.heading,
    )
    return Line(said=said, ours=sentence.text, own=own)


def _reworded(line: Line, by: Wording | None) -> Line:
    """Return *line* as a doctor words it; they may leave it in the record's own words, too."""
    if by is None:
        return line
    said = msgspec.structs.replace(
        line.said, text=by.text, worded_by=by.worded_by, fallback=by.text == line.own.text
    )
    return msgspec.structs.replace(line, said=said)


def _text(chart: Chart, path: str) -> str:
    name, _, place = path.partition("/")
    return chart.images[int(place)].note if name == "images" else chart.narrative


def _span(text: str, span: str) -> str:
    start, _, end = span.partition("-")
    return text[int(start) : int(end)]


def _once(terms: tuple[Explained, ...]) -> tuple[Explained, ...]:
    first: Mapping[str, Explained] = {each.term.lower(): each for each in reversed(terms)}
    return tuple(each for each in terms if first[each.term.lower()] is each)
