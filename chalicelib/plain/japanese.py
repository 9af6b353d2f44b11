"""A Japanese report in plain words: sentence by sentence, with readings in kana on first use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from chalicelib.plain import glossary, readings, sizes
from chalicelib.plain.checking import differences
from chalicelib.plain.english import Known, Worded
from chalicelib.plain.lexicon import pairs
from chalicelib.plain.model import Sentence
from chalicelib.plain.odd import is_odd
from chalicelib.plain.spans import Piece, trimmed
from chalicelib.plain.unknown import learned_words

_LINE = re.compile(r"[^\r\n]+")
_HEADING = re.compile(r"【[^】\n]{1,30}】|[■◆●○□]?[^\s:：。、()（）\d]{1,12}[:：](?=\s|\S)")
_END = re.compile(r"[。！？!]+[」』)）]*|;|；")
_TELLING = re.compile(r"[\w?？+<>=]")
_KANJI = re.compile(r"[\u4e00-\u9fff\u3005]")
_JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
_SAID = re.compile(r"[。！？!?？:：]$")
_ENDINGS = (
    (re.compile(r"(?<![まで])した$"), "しました"),
    (re.compile(r"する$"), "します"),
    (re.compile(r"(?<![がはもにで])あり$"), "があります"),
    (re.compile(r"あり$"), "あります"),
    (re.compile(r"であった$"), "でした"),
    (re.compile(r"である$"), "です"),
    (re.compile(r"れた$"), "れました"),
    (re.compile(r"れる$"), "れます"),
    (re.compile(r"となった$"), "となりました"),
    (re.compile(r"となる$"), "となります"),
    (re.compile(r"ている$"), "ています"),
    (re.compile(r"ていた$"), "ていました"),
)
_NONE = re.compile(r"(?:は|を|が)?(?:特に)?(?:なし|無し|認めず|認めない|みられず)$")
_SUSPECTED = re.compile(r"の?疑い(?:\(うたがい\))?$")


class Entry(NamedTuple):
    to: str
    term: glossary.Term | None = None


def sentences(text: str, kind: str) -> Iterator[tuple[Sentence, Worded]]:
    """Yield the plain sentences of a Japanese *text*, each with the terms that were met in it."""
    seen: set[str] = set()
    for piece in _pieces(text):
        source = text[piece.start : piece.end]
        worded = _faithfully(source, piece, kind, seen)
        yield (
            Sentence(
                text=worded.text or source,
                source=(piece.start, piece.end),
                fallback=not worded.text,
                heading=piece.heading,
            ),
            worded,
        )


def _faithfully(source: str, piece: Piece, kind: str, seen: set[str]) -> Worded:
    """Return *source* in plain words that say the same; without a text, if there are none."""
    worded = reworded(source, kind, set())
    if is_odd(source) or not _JAPANESE.search(source):
        return worded._replace(text="")
    for aloud in (True, False):  # kana that read like a "no" would be taken for one
        known = set(seen)
        worded = reworded(source, kind, known, aloud=aloud)
        said = worded.text if piece.heading else sizes.graspable(_finished(worded.text), "ja")
        if not differences(source, said, "ja"):
            seen |= known
            return worded._replace(text=said)
    return worded._replace(text="")


def reworded(text: str, kind: str, seen: set[str] | None = None, *, aloud: bool = True) -> Worded:
    """
    Return *text* with what the glossary knows replaced, and *aloud* with readings in kana.

    A reading is given once: of the terms that are in *seen* it was.
    """
    seen = set() if seen is None else seen
    out: list[str] = []
    met: list[Known] = []
    covered: list[tuple[int, int]] = []
    place = 0
    last: Entry | None = None  # what stands right before
    while place < len(text):
        form, entry = _at(text, place)
        if entry is None or not _is_whole(text, place, form, entry, last):
            out.append(text[place])
            place, last = place + 1, None
            continue
        sure = entry.term is None or entry.term.is_sure(kind)
        if last and last.term and entry.term and last.term.kind == "anatomy":
            out.append("の")  # doctors put places side by side
        out.append(_said(form, entry, seen, aloud=aloud) if sure else form)
        if entry.term:
            met.append(Known(form, entry.term if sure else None))
        covered.append((place, place + len(form)))
        place, last = place + len(form), entry
        if entry.to.endswith("ました") and text.startswith("した", place):
            place += len("した")
    met.extend(Known(word, None) for word in learned_words(text, covered))
    said = "".join(out)
    return Worded(readings.added(said, seen) if aloud else said, tuple(met))


def _said(form: str, entry: Entry, seen: set[str], *, aloud: bool) -> str:
    if "(" not in entry.to or not entry.to.startswith(form) or entry.term:
        return entry.to
    if form in seen or not aloud:  # a reading: once
        return form
    seen.add(form)
    return entry.to


def _is_whole(text: str, place: int, form: str, entry: Entry, last: Entry | None) -> bool:
    """Whether a form is not a part of a longer word of kanji."""
    end = place + len(form)
    if _KANJI.match(text[end : end + 1]) and not _at(text, end)[1]:
        return False
    verb = entry.term is None and not _KANJI.match(form[-1])
    inside = _KANJI.match(form) and _KANJI.match(text[place - 1 : place])
    return verb or last is not None or not inside


def _finished(text: str) -> str:
    text = text.strip().rstrip("。、")
    if not _SAID.search(text):
        text = _SUSPECTED.sub("の疑いがあります", _NONE.sub("はありません", text))
        text = f"{_polite(text)}。"
    return text


def _polite(text: str) -> str:
    for ending, polite in _ENDINGS:
        if ending.search(text):
            return ending.sub(polite, text)
    return text


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
        yield trimmed(text, start, stop.end())
        start = stop.end()
    yield trimmed(text, start, end)


def _at(text: str, place: int) -> tuple[str, Entry | None]:
    known, longest = entries()
    for length in range(min(longest.get(text[place : place + 1], 0), len(text) - place), 0, -1):
        form = text[place : place + length]
        if form in known:
            return form, known[form]
    return "", None


@cache
def entries() -> tuple[dict[str, Entry], dict[str, int]]:
    """Return what stands for each form, and how long the longest is by its first character."""
    found = {form: Entry(_faithful(form, to)) for form, to in pairs("ja.tsv")}
    for form, term in glossary.forms("ja").items():
        found[form] = Entry(_faithful(form, term.ja.words[form]), term)
    longest: dict[str, int] = {}
    for form in found:
        longest[form[0]] = max(longest.get(form[0], 0), len(form))
    return found, longest


def _faithful(form: str, to: str) -> str:
    return form if differences(form, to, "ja") else to
