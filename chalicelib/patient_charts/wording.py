"""
A doctor's words for one sentence: held against the record as our own are.

They may say it better than we do; they may not say anything else.  Whoever cannot find such words
takes the record's own, which always stand.
"""

from __future__ import annotations

from itertools import permutations

from chalicelib.kernel.errors import Invalid
from chalicelib.plain import checking
from chalicelib.plain.model import Language
from chalicelib.plain.structured import Own

LONGEST = 1_000  # characters


def checked(own: Own, typed: str, language: Language) -> str:
    """
    Return what a doctor *typed* for a sentence, if it may stand in its place.

    Raises:
        Invalid: ``no-words``: nothing, too much, or what cannot be printed;
            ``words-differ``: it says otherwise than *own*; ``differences`` says what.
    """
    text = typed.strip()
    if own.text in {typed, text}:
        return own.text
    if not 1 <= len(text) <= LONGEST or not text.isprintable():
        raise Invalid(f"write 1 to {LONGEST} characters on one line", code="no-words")
    found = differences(own, text, language)
    if found:
        raise Invalid(
            f"this says otherwise than the record: {'; '.join(found)}",
            code="words-differ",
            differences=found,
        )
    return text


def differences(own: Own, text: str, language: Language) -> list[str]:
    """
    Return what *text* says otherwise than *own*, as the witness tells it: "left -> right".

    The parts of a field may come in any order; within each of them order matters.
    """
    if text == own.text:
        return []
    orders = permutations(own.parts)
    return min((checking.differences(" . ".join(each), text, language) for each in orders), key=len)
