"""A text as it is looked up, however it was typed: full-width, half-width, letters in parts."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

# A letter with the marks that belong to it, and what has a usual form of its own.
_OTHERWISE = re.compile(
    r"[\u200b-\u200d\u2060\ufeff\u00ad]"
    r"|[^\s\u0300-\u036f\u3099\u309a\uff9e\uff9f][\u0300-\u036f\u3099\u309a\uff9e\uff9f]+"
    r"|[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a％＋－．／＜＞＝]"
    r"|[\uff61-\uff9f\u2160-\u217f\u3380-\u33c1\u33c3-\u33c6\u33c8-\u33d7]"
)
_COMPATIBLE = re.compile(r"[\uff05-\uff9f\u2160-\u217f\u3380-\u33df]")
UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))


class Typed(NamedTuple):
    """
    Attributes:
        text: In its usual form.
        places: Where each of its characters stands in what was typed, and where that ends.
    """

    text: str
    places: range | list[int]


def usual(text: str) -> Typed:
    """Return *text* in its usual form; most texts are in it as they are."""
    if text.isascii() or not _OTHERWISE.search(text):
        return Typed(text, range(len(text) + 1))
    out: list[str] = []
    places: list[int] = []
    end = 0
    for each in _OTHERWISE.finditer(text):
        out.append(text[end : each.start()])
        places.extend(range(end, each.start()))
        form = _form(each[0])
        out.append(form)
        places.extend([each.start()] * len(form))
        end = each.end()
    places.extend(range(end, len(text) + 1))
    return Typed("".join((*out, text[end:])), places)


def _form(letter: str) -> str:
    seen = letter.translate(UNSEEN)
    if _COMPATIBLE.match(seen):
        return unicodedata.normalize("NFKC", seen)
    return unicodedata.normalize("NFC", seen)


def typed_at(typed: Typed, start: int, end: int) -> tuple[int, int]:
    """Return where [start, end) of the usual form stands in what was typed."""
    return typed.places[start], typed.places[end]
