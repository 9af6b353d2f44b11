"""Every mark of a text belongs to a sentence: a line of dashes to the one before it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from chalicelib.plain.model import Sentence
from chalicelib.plain.spans import trimmed


def covering(text: str, sentences: Iterable[Sentence]) -> tuple[Sentence, ...]:
    """Return *sentences* whose spans hold whatever stands in *text*, but for what is blank."""
    found: list[Sentence] = []
    end = 0
    for each in sentences:
        start, stop = each.span
        first, last = trimmed(text, end, start)
        if first < last and found:
            found[-1] = _over(text, found[-1], found[-1].span[0], last)
        elif first < last:
            start = first
        found.append(_over(text, each, start, stop))
        end = stop
    first, last = trimmed(text, end, len(text))
    if first < last and found:
        found[-1] = _over(text, found[-1], found[-1].span[0], last)
    elif first < last:
        return (Sentence(text=text[first:last], source=(first, last), fallback=True),)
    return tuple(found)


def _over(text: str, sentence: Sentence, start: int, end: int) -> Sentence:
    """Return *sentence* for [start, end); in the doctor's own words it is all that stands there."""
    said = text[start:end] if sentence.fallback else sentence.text
    return msgspec.structs.replace(sentence, text=said, source=(start, end))
