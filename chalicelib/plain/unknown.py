"""Hard words that nobody explains here: abbreviations, and words built as doctors build them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_ABBREVIATION = re.compile(r"\b(?:[A-Z][A-Z0-9]{1,5}|[A-Z]\.[A-Z]\.)(?![a-z'])")
_LEARNED = re.compile(
    r"\b[a-z]{2,}(?:itis|osis|oses|omas?|ectom(?:y|ies)|ostom(?:y|ies)|otom(?:y|ies)|scop(?:y|ies|ic)"
    r"|plast(?:y|ies)|[ae]mia|uria|path(?:y|ic)|algia|gra(?:phy|ms?|phic)|plas(?:ia|tic)|trophy|celes?"
    r"|lith(?:s|iasis)?|lysis|stenosis|ecta(?:sia|sis|ses)|rrh(?:ea|age|aphy)|phagia|pnea|centesis"
    r"|desis|pexy|oid|ular|eal|iform|metr(?:y|ic))\b",
    re.IGNORECASE,
)
_KANJI_RUN = re.compile(r"[\u4e00-\u9fff\u3005]{4,}")
_EASY = frozenset(
    {
        "regular",
        "irregular",
        "avoid",
        "fluid",
        "steroid",
        "particular",
        "rapid",
        "popular",
        "program",
        "diagram",
        "usual",
        "real",
        "meal",
        "deal",
        "heal",
        "steal",
        "reveal",
        "ideal",
        "circular",
        "singular",
        "paragraph",
        "homeopathy",
        "sympathy",
        "aroma",
        "diploma",
        "coma",
        "stoma",
        "solid",
        "polaroid",
        "muscular",
        "asteroid",
        "void",
        "valid",
        "ordeal",
        "appeal",
        "conceal",
        "seal",
        "zeal",
        "veal",
        "regimen",
        "anomaly",
    }
)
_KNOWN = frozenset(
    {
        "II",
        "III",
        "IV",
        "VI",
        "VII",
        "VIII",
        "IX",
        "XI",
        "XII",
        "AM",
        "PM",
        "OK",
        "CT",
        "MRI",
        "X-RAY",
        "US",
        "UK",
        "USA",
        "NHS",
        "DR",
        "MR",
        "MRS",
        "MD",
        "ID",
        "NO",
        "OR",
        "AND",
        "THE",
        "OF",
    }
)


def hard_words(text: str, covered: Sequence[tuple[int, int]]) -> list[str]:
    """Return the hard words of *text* outside of what is *covered*, each once."""
    shouted = text.isupper()
    found = (
        [] if shouted else [each for each in _ABBREVIATION.finditer(text) if each[0] not in _KNOWN]
    )
    found += [each for each in _LEARNED.finditer(text) if each[0].lower() not in _EASY]
    known = marked(text, covered)
    open_ones = sorted(each.span() for each in found if not any(known[slice(*each.span())]))
    return list(dict.fromkeys(text[start:end] for start, end in open_ones))


def learned_words(text: str, covered: Sequence[tuple[int, int]]) -> list[str]:
    """Return the long words in kanji of *text* outside of what is *covered*, each once."""
    known = marked(text, covered)
    found = (each for each in _KANJI_RUN.finditer(text) if not any(known[slice(*each.span())]))
    return list(dict.fromkeys(each[0] for each in found))


def marked(text: str, places: Iterable[tuple[int, int]]) -> bytearray:
    """Return a byte for each character of *text*: 1 within the *places*."""
    marks = bytearray(len(text))
    for start, end in places:
        marks[start:end] = b"\1" * (end - start)
    return marks
