"""What stands in a Japanese text for what: the glossary's forms and everyday phrases."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from chalicelib.plain import common, glossary
from chalicelib.plain.lexicon import faithful, pairs

_BEHIND = "〜"  # what stands only right behind another form: "〜施行"
_KANJI = re.compile(r"[\u4e00-\u9fff\u3005]")
_KATAKANA = re.compile(r"[\u30a1-\u30fa\u30fc]+")
_LATIN = re.compile(r"[A-Za-z0-9]")
_HIRAGANA = re.compile(r"[\u3041-\u309f]")
_VERB = re.compile(r"[しさせす]")  # "観察し": what follows makes a verb of a name
_COUNTED = re.compile(
    r"(?:\d[ 　]?(?:[\u4e00-\u9fff]{1,2}|[かヶヵカ]月|か所|ヶ所)[目間]?|/[日回週])$"
)
_NAMES = frozenset({"anatomy", "diagnosis", "device", "finding", "medicine", "procedure"})
_SIDES = "左右"
_NEAR = 8  # characters that tell whether something was counted


class Entry(NamedTuple):
    """
    Attributes:
        meant: What is to be put in its place.
        behind: It stands only right behind another form.
    """

    form: str
    meant: str
    term: glossary.Term | None = None
    behind: bool = False

    @property
    def to(self) -> str:
        """What is put in its place; itself, if nothing is."""
        return faithful(self.form, self.meant, "ja")

    @property
    def is_name(self) -> bool:
        """Whether it names something, so that what is said of it may stand right behind."""
        named = self.term is not None and self.term.kind in _NAMES
        return named or not _HIRAGANA.match(self.form[-1])


def at(text: str, place: int, last: Entry | None) -> Entry | None:
    """Return the longest whole form at *place* of *text*; *last* is what stands right before."""
    known, longest = entries()
    for length in range(min(longest.get(text[place : place + 1], 0), len(text) - place), 0, -1):
        form = text[place : place + length]
        behind = known.get(_BEHIND + form)
        if behind and last and last.is_name and _ends(text, place + length, behind):
            return behind
        entry = known.get(form)
        if entry and _is_whole(text, place, entry, last):
            return entry
    return None


def is_side(text: str, place: int) -> bool:
    """Whether a side stands at *place*, right before a form that is whole without it."""
    if (
        text[place] not in _SIDES
        or not _KANJI.match(text, place + 1)
        or _is_after(_KANJI, text, place)
    ):
        return False
    following = at(text, place + 1, Entry(text[place], text[place]))
    return following is not None and not following.behind


def _is_whole(text: str, place: int, entry: Entry, last: Entry | None) -> bool:
    """Whether a form is not a part of a longer word of kanji, or of katakana."""
    if not _ends(text, place + len(entry.form), entry):
        return False
    if _LATIN.match(entry.form) and _is_after(_LATIN, text, place):
        return False
    if last is not None or (entry.term is None and _HIRAGANA.match(entry.form[-1])):
        return True
    if _KATAKANA.match(entry.form):
        return not _is_after(_KATAKANA, text, place)
    inside = _KANJI.match(entry.form) and _is_after(_KANJI, text, place)
    return not inside or bool(_COUNTED.search(text[max(0, place - _NEAR) : place]))


def _is_after(script: re.Pattern[str], text: str, place: int) -> bool:
    return place > 0 and bool(script.match(text[place - 1]))


def _ends(text: str, end: int, entry: Entry) -> bool:
    """Whether nothing goes on at *end* that belongs to the same word."""
    if entry.to.endswith("こと") and _KANJI.match(entry.form[-1]) and _VERB.match(text, end):
        return False
    if _LATIN.match(entry.form[-1]) and _LATIN.match(text, end):
        return False
    more = _KATAKANA.match(text, end)
    if more and _KATAKANA.match(entry.form[-1]):
        return common.is_japanese(more[0]) or _begins(text, end)
    if not _KANJI.match(text[end : end + 1]) or not _KANJI.match(entry.form[-1]):
        return True
    return _begins(text, end)


def _begins(text: str, place: int) -> bool:
    """Whether any form begins at *place*: it may be whole, or not."""
    known, longest = entries()
    ends = range(place + 1, min(place + longest.get(text[place], 0), len(text)) + 1)
    return any(text[place:end] in known or _BEHIND + text[place:end] in known for end in ends)


@cache
def entries() -> tuple[dict[str, Entry], dict[str, int]]:
    """Return what stands for each form, and how long the longest is by its first character."""
    found: dict[str, Entry] = {}
    for written, to in pairs("ja.tsv"):
        form = written.removeprefix(_BEHIND)
        found[written] = Entry(form, to, behind=form != written)
    for form, term in glossary.forms("ja").items():
        found[form] = Entry(form, term.ja.words[form], term)
    longest: dict[str, int] = {}
    for each in found.values():
        longest[each.form[0]] = max(longest.get(each.form[0], 0), len(each.form))
    return found, longest
