"""A doctor's narrative in plain words, sentence by sentence."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from chalicelib.charts.model import Kind
from chalicelib.plain import cutting, english, japanese, kinds, lexicon, spans, typed
from chalicelib.plain.checking import differences
from chalicelib.plain.covering import covering
from chalicelib.plain.english import Worded
from chalicelib.plain.explaining import explained
from chalicelib.plain.model import Language, Plain, Sentence
from chalicelib.plain.odd import is_odd


def convert(text: str, language: Language = "en", kind: str = "other") -> Plain:
    """
    Return *text* in plain words.

    Whatever cannot be said in plain words without changing it stands there as it was written.

    Args:
        kind: Of the examination, as charts name it, unless the text says it: some abbreviations
            are sure only there.
    """
    usual = typed.usual(text)
    if kind == Kind.OTHER:
        kind = kinds.named(usual.text)
    made = list((_english if language == "en" else japanese.sentences)(usual.text, kind))
    met = [known for _, worded in made for known in worded.met]
    placed = (_placed(sentence, text, usual) for sentence, _ in made)
    return Plain(sentences=covering(text, placed), terms=explained(met, usual.text, language))


def _placed(sentence: Sentence, text: str, usual: typed.Typed) -> Sentence:
    """Return *sentence* with its place in *text* as it was typed; so are the doctor's own words."""
    start, end = typed.typed_at(usual, *sentence.span)
    own = text[start:end] if sentence.fallback else sentence.text
    return msgspec.structs.replace(sentence, text=own, source=(start, end))


def _english(text: str, kind: str) -> Iterable[tuple[Sentence, Worded]]:
    for piece in spans.pieces(text):
        source = text[piece.start : piece.end]
        if piece.heading:
            worded = english.heading(source, kind)
            yield _witnessed(source, piece.start, [worded], heading=True)
        elif is_odd(source):
            yield _verbatim(source, piece.start), english.reworded(source, kind)
        else:
            whole = [(each.start, each.end) for each in lexicon.matches(source)]
            for part in cutting.parts(source, whole):
                yield _part(source, piece.start, part, kind)


def _part(source: str, start: int, part: cutting.Part, kind: str) -> tuple[Sentence, Worded]:
    whole = source[part.start : part.end]
    body = whole[part.skip :]
    tries = [english.sentence(body, part.lead, kind, freely=freely) for freely in (True, False)]
    return _witnessed(whole, start + part.start, tries)


def _witnessed(
    source: str, start: int, tries: Iterable[Worded], *, heading: bool = False
) -> tuple[Sentence, Worded]:
    """Return the first of *tries* that says what *source* says, or else the source itself."""
    worded = Worded("", ())
    for worded in tries:
        if worded.text and not differences(source, worded.text):
            span = _span(source, start)
            return Sentence(text=worded.text, source=span, heading=heading), worded
    return _verbatim(source, start, heading=heading), worded


def _verbatim(source: str, start: int, *, heading: bool = False) -> Sentence:
    span = _span(source, start)
    text = source[span[0] - start : span[1] - start]
    return Sentence(text=text, source=span, fallback=True, heading=heading)


def _span(source: str, start: int) -> tuple[int, int]:
    first, last = spans.trimmed(source, 0, len(source))
    return start + first, start + last
