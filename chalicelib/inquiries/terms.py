"""
What a text is found by: words in letters, and pieces of Japanese, which has no spaces.  Pure.

All is read in one way of writing (NFKC, no case).  Of a run of Japanese every character and every
two neighbours are terms: so any part of it is found, be it one kanji.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import pairwise

from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.ids import derived_id

MOST_TERMS = 24  # of one search: a sentence
_JAPANESE = "々〆〇ぁ-ゖゝゞァ-ヺーヽヾ㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffff"
_RUN = re.compile(f"[{_JAPANESE}]+|[^\\W_{_JAPANESE}]+")
_IS_JAPANESE = re.compile(f"[{_JAPANESE}]")
_HIRAGANA = re.compile("[ぁ-ゖ]")


def terms_of(text: str) -> set[str]:
    """
    Return all terms that *text* is found by.

    >>> sorted(terms_of("CTの画像 ＯＫ"))
    ['ct', 'ok', 'の', 'の画', '像', '画', '画像']
    """
    found = set[str]()
    for run in _runs(text):
        found |= {*run, *_pairs(run)} if _IS_JAPANESE.match(run) else {run}
    return found


def query_terms(text: str) -> list[str]:
    """
    Return the terms that a text must have to be found by *text*, those that look rare first.

    Raises:
        Invalid: ``too-many-words``: more than MOST_TERMS.

    >>> query_terms("画像 CT"), query_terms("診")
    (['ct', '画像'], ['診'])
    """
    found = {term for run in _runs(text) for term in _wanted(run)}
    if len(found) > MOST_TERMS:
        raise Invalid("search for fewer words", code="too-many-words")
    return sorted(found, key=lambda term: (len(_HIRAGANA.findall(term)), -len(term), term))


def key(term: str) -> str:
    """Return a term as a key tells it: nobody's words stand in keys."""
    return "w:" + derived_id("word", term).removeprefix("word-")


def keys(texts: Iterable[str]) -> set[str]:
    """Return the keys of all terms of some texts."""
    return {key(term) for text in texts for term in terms_of(text)}


def _runs(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _RUN.findall(unicodedata.normalize("NFKC", folded))


def _wanted(run: str) -> Iterable[str]:
    if _IS_JAPANESE.match(run) and len(run) > 1:
        return _pairs(run)
    return [run]


def _pairs(run: str) -> Iterator[str]:
    return (before + after for before, after in pairwise(run))
