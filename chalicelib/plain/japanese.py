"""A Japanese report in plain words: sentence by sentence, with readings in kana on first use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from chalicelib.plain import grades, japanese_cutting, kana, readings, sizes
from chalicelib.plain.checking import differences
from chalicelib.plain.english import Known, Worded
from chalicelib.plain.japanese_endings import finished, is_planned, mended
from chalicelib.plain.japanese_lexicon import Entry, at, is_side
from chalicelib.plain.model import Sentence
from chalicelib.plain.odd import is_odd
from chalicelib.plain.spans import Piece, trimmed
from chalicelib.plain.unknown import learned_words, marked

_LINE = re.compile(r"[^\r\n]+")
_HEADING = re.compile(r"【[^】\n]{1,30}】|[■◆●○□]?[^\s:：。、()（）\d]{1,12}[:：](?=\s|\S)")
_END = re.compile(
    r"[。！？!]+[」』)）]*|;|；|　+(?=#\d|[(（]?\d{1,2}[.)）．](?!\d)|[^\s　：:、]{2,8}[：:])"
)
_TELLING = re.compile(r"[\w?？+<>=≤≥]")
_READ = re.compile(r"([\u4e00-\u9fff\u3005]+)\([\u3041-\u309f]+\)")
_JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


class Context(NamedTuple):
    """
    Attributes:
        heading: What a sentence stands under.
        past: The sentence that it begins ends in the past.
    """

    heading: str
    past: bool


def sentences(text: str, kind: str) -> Iterator[tuple[Sentence, Worded]]:
    """Yield the plain sentences of a Japanese *text*, each with the terms that were met in it."""
    seen: set[str] = set()
    heading = ""
    for piece in _pieces(text):
        source = text[piece.start : piece.end]
        heading = source if piece.heading else heading
        context = Context(heading, past=japanese_cutting.is_past(text, piece.end))
        worded = _faithfully(source, piece, kind, seen, context)
        yield (
            Sentence(
                text=worded.text or source,
                source=(piece.start, piece.end),
                fallback=not worded.text,
                heading=piece.heading,
            ),
            worded,
        )


def _faithfully(source: str, piece: Piece, kind: str, seen: set[str], context: Context) -> Worded:
    """Return *source* in plain words that say the same; without a text, if there are none."""
    worded = reworded(source, kind, set())
    if is_odd(source) or not _JAPANESE.search(source):
        return worded._replace(text="")
    for aloud in (True, False):  # kana that read like a "no" would be taken for one
        known = set(seen)
        worded = reworded(source, kind, known, aloud=aloud)
        said = worded.text
        if not piece.heading:
            said = sizes.graspable(_ended(said, source, context), "ja")
        if not differences(source, said, "ja"):
            seen |= known
            return worded._replace(text=said)
    return worded._replace(text="")


def _ended(text: str, source: str, context: Context) -> str:
    """Return the plain words of *source* as a sentence, also if it is half of a longer one."""
    if source.endswith("、"):
        half = japanese_cutting.ended(mended(text.rstrip("、")), past=context.past)
        if half:
            return half
    return finished(text, source, planned=is_planned(source, context.heading))


def reworded(text: str, kind: str, seen: set[str] | None = None, *, aloud: bool = True) -> Worded:
    """
    Return *text* with what the glossary knows replaced, and *aloud* with readings in kana.

    A reading is given once: of the terms that are in *seen* it was.
    """
    seen = set() if seen is None else seen
    out: list[str] = []
    met: list[Known] = []
    covered = grades.places(text)
    graded = marked(text, covered)
    place = 0
    last: Entry | None = None  # what stands right before
    while place < len(text):
        entry = None if graded[place] else at(text, place, last)
        if entry is None:
            side = not graded[place] and is_side(text, place)
            out.append(f"{text[place]}の" if side else text[place])
            last = Entry(text[place], text[place]) if side else None
            place += 1
            continue
        sure = entry.term is None or entry.term.is_sure(kind)
        if last and last.term and entry.term and last.term.kind == "anatomy":
            out.append("の")  # doctors put places side by side
        out.append(_said(entry, seen, aloud=aloud) if sure else entry.form)
        if entry.term:
            met.append(Known(entry.form, entry.term if sure else None))
        if entry.term or entry.to != entry.form:
            covered.append((place, place + len(entry.form)))
        place, last = place + len(entry.form), entry
        if entry.to.endswith("ました") and text.startswith("した", place):
            place += len("した")
    met.extend(Known(word, None) for word in learned_words(text, covered))
    said = kana.written("".join(out))
    return Worded(readings.added(said, seen) if aloud else said, tuple(met))


def _said(entry: Entry, seen: set[str], *, aloud: bool) -> str:
    """Return what stands for a form: with readings, but for those that were given."""
    if entry.term or "(" not in entry.to:
        return entry.to

    def once(found: re.Match[str]) -> str:
        if found[1] in seen or not aloud:
            return found[1]
        seen.add(found[1])
        return found[0]

    return _READ.sub(once, entry.to)


def _pieces(text: str) -> Iterator[Piece]:
    for line in _LINE.finditer(text):
        start, end = trimmed(text, line.start(), line.end())
        heading = _HEADING.match(text, start, end)
        if heading:
            yield Piece(start, heading.end(), heading=True)
            start = heading.end()
        for first, last in _sentences(text, start, end):
            if _TELLING.search(text, first, last):
                yield Piece(first, last)


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for stop in _END.finditer(text, start, end):
        yield from japanese_cutting.parts(text, *trimmed(text, start, stop.end()))
        start = stop.end()
    yield from japanese_cutting.parts(text, *trimmed(text, start, end))
