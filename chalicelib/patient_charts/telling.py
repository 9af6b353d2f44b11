"""
What a doctor's sentence does: says that something is not there, tells what to do, or just tells.

It errs to one side: a sentence that is not built as one of a few, word for word, just tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import Enum, auto
from functools import cache

from chalicelib.plain import glossary, lexicon
from chalicelib.plain.checking import facts
from chalicelib.plain.model import Language


class Telling(Enum):
    NOT_THERE = auto()  # it was looked for and is not there, or it is as usual
    TO_DO = auto()
    ANYTHING = auto()


# Nothing else may be said beside that: no number, no doubt, no past, no "but".
_BESIDE_NOT_THERE = frozenset(
    {"not", "normal", "abnormal", "cancer", "spread", "left", "right", "both"}
)
_BESIDE_TO_DO = frozenset({"in-the-past", "family", "perhaps", "unlikely", "likely", "seems"})
# Nobody is well for the lack of these.
_WANTED = frozenset({"peristalsis", "collecting-venules", "ureteral-jets", "phonation"})

_MARKER = re.compile(r"^(?:\(?\d{1,2}[.)]\s+|[-•*–・]\s*|[①-⑳]\s*)")  # of a list
_LONGEST = 300  # characters: what goes on for longer says more than one thing

_BAD, _PLACE = "\ue000", "\ue001"  # what stands for any of a kind, in the patterns below
_PLACE_EN = rf"(?:the )?(?:(?:left|right|entire|whole) )?{_PLACE}"
_PLACES_EN = rf"{_PLACE_EN}(?:(?: and |, | or ){_PLACE_EN})*"
_WHERE_EN = rf"(?: (?:in|at|of|on|within|throughout) {_PLACES_EN})?"
_SEEN_EN = (
    r"(?: (?:was|were|is|are))?"
    r"(?: (?:seen|found|noted|identified|detected|present|visible))?"
)
_ONE_EN = (
    r"(?:(?:evidence|signs?) of )?(?:an? |any |active |visible )?"
    rf"(?:{_PLACE} )*{_BAD}(?: findings?)?"
)
_SEVERAL_EN = rf"{_ONE_EN}(?:(?:, {_ONE_EN})*,? n?or {_ONE_EN}|(?:,|,? and|,? or) no {_ONE_EN})*"
_PLACES_JA = rf"(?:{_PLACE}(?:には|にも|の|に|は|・|や|、|と)?)*"
_SEVERAL_JA = rf"{_BAD}(?:(?:・|や|または|および|も){_BAD})*(?:の?所見)?"
_NONE_JA = (
    r"(?:は|を|が|も)?(?:特に)?(?:なし|無し|ない|ありません(?:でした)?"
    r"|(?:認め|認められ|見られ|みられ)(?:ず|ない|なかった|ません(?:でした)?))"
)
_NOT_THERE: Mapping[Language, re.Pattern[str]] = {
    "en": re.compile(
        rf"(?:there (?:is|are|was|were) )?no {_SEVERAL_EN}"
        rf"(?:{_SEEN_EN}{_WHERE_EN}|{_WHERE_EN}{_SEEN_EN})"
        rf"|{_PLACES_EN} (?:is|are|was|were) (?:entirely |completely )?(?:normal|unremarkable)"
        rf"|(?:normal|unremarkable)(?: {_PLACES_EN})?"
    ),
    "ja": re.compile(
        rf"{_PLACES_JA}{_SEVERAL_JA}{_NONE_JA}|{_PLACES_JA}正常(?:です|でした|である|であった)?"
    ),
}
_ASKING: Mapping[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"(?:please|repeat|return|continue|stop|start|restart|resume|take|avoid|keep|call|do not)\b"
        r"(?!.*\b(?:was|were|had|has been|is|are)\b).*"
        r"|(?:you|the patient|he|she) (?:should|must|needs? to|(?:is|are) (?:to|advised to))\b.*"
    ),
    "ja": re.compile(
        r".*(?:(?:て|で)ください|下さい|お願いします|(?:を|お)勧め(?:る|ます|します)"
        r"|(?:を|が)推奨(?:する|します|される|されます)|が必要(?:です|である)?)"
    ),
}
# Under these a "no" is of another time, of somebody else, or of what was not looked for.
_ASIDE = re.compile(
    r"histor|indicat|reason|complain|allerg|family|social|habit|medicat|medicine|anaesth|anesth"
    r"|sedat|complicat|consent|review|physical|referr"
    r"|previous|past|prior|prep|symptom"
    r"|既往|家族|病歴|主訴|目的|理由|適応|前回|以前|経過|内服|服薬|処方|アレルギー|麻酔|鎮静|前処置"
    r"|合併症|偶発症|依頼|症状|生活",
    re.IGNORECASE,
)


def telling(text: str, language: Language, heading: str = "") -> Telling:
    """Return what *text*, a sentence that stands under *heading*, does."""
    text = _MARKER.sub("", text)
    if len(text) > _LONGEST or _ASIDE.search(heading):
        return Telling.ANYTHING
    if is_not_there(text, language):
        return Telling.NOT_THERE
    if _ASKING[language].fullmatch(_bare(text)) and not _BESIDE_TO_DO & set(facts(text, language)):
        return Telling.TO_DO
    return Telling.ANYTHING


def is_not_there(text: str, language: Language) -> bool:
    """Whether *text* says of things that they are not there, or are as usual, and nothing else."""
    said = set(facts(text, language))
    if len(text) > _LONGEST or not {"not", "normal"} & said or said - _BESIDE_NOT_THERE:
        return False
    return bool(_NOT_THERE[language].fullmatch(_shape(text, language)))


def is_wanted(text: str, language: Language) -> bool:
    """Whether *text* names something that ought to be there."""
    return any(term.id in _WANTED for _, _, term in _terms(_bare(text), language))


def _shape(text: str, language: Language) -> str:
    """Return *text* with one mark for anything bad, and another for any place in the body."""
    bare = _bare(text)
    out: list[str] = []
    at = 0
    for start, end, term in _terms(bare, language):
        mark = _mark(term)
        if mark:
            out.extend((bare[at:start], mark))
            at = end
    return "".join((*out, bare[at:]))


def _mark(term: glossary.Term) -> str:
    if term.kind == "anatomy":
        return _PLACE
    bad = term.kind in {"finding", "diagnosis"} and not term.ambiguous and term.id not in _WANTED
    return _BAD if bad else ""


def _bare(text: str) -> str:
    return " ".join(text.lower().split()).rstrip(" .。")


def _terms(text: str, language: Language) -> Iterator[tuple[int, int, glossary.Term]]:
    if language == "en":
        for each in lexicon.matches(text):
            if each.entry.term:
                yield each.start, each.end, each.entry.term
    else:
        yield from _japanese_terms(text)


def _japanese_terms(text: str) -> Iterator[tuple[int, int, glossary.Term]]:
    """Yield the terms of a Japanese *text*, the longest first; one that says "no" is none."""
    named, longest = _japanese_forms()
    at = 0
    while at < len(text):
        for length in range(min(longest, len(text) - at), 0, -1):
            term = named.get(text[at : at + length])
            if term:
                yield at, at + length, term
                at += length
                break
        else:
            at += 1


@cache
def _japanese_forms() -> tuple[Mapping[str, glossary.Term], int]:
    forms = glossary.forms("ja").items()
    named = {form.lower(): term for form, term in forms if "not" not in facts(form, "ja")}
    return named, max(map(len, named), default=0)
