"""Which words of plain sentences nobody may know: not everyday ones, nor ours, nor explained."""

from __future__ import annotations

import re
from functools import cache

from chalicelib.plain import Language, Plain, common, glossary, unknown
from chalicelib.plain.lexicon import pairs

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_RUN = re.compile(r"[\u4e00-\u9fff\u3005]+|[\u30a1-\u30fa\u30fc]+|[A-Za-z0-9-]+")


def count(plain: Plain) -> int:
    """Return how many words *plain* has; of Japanese, how many runs of letters of one kind."""
    return sum(len(_WORD.findall(each.text)) for each in plain.sentences)


def unexplained(plain: Plain, language: Language) -> list[str]:
    """Return the words of *plain* that are neither everyday ones, nor explained, nor marked."""
    listed = _split(" ".join(each.term for each in plain.terms), language)
    known = listed | _ours(language)
    hard = unknown.hard_words if language == "en" else unknown.learned_words
    found = [word for each in plain.sentences for word in hard(each.text, [])]
    return [each for each in found if not _is_known(each, known, language)]


def _is_known(word: str, known: set[str], language: Language) -> bool:
    if language == "ja":
        return common.is_made_of(word.lower(), known | common.words("ja"))
    parts = _split(word, "en")
    return all(part in known or common.is_english(part) for part in parts)


def _split(text: str, language: Language) -> set[str]:
    return set((_WORD if language == "en" else _RUN).findall(text.lower()))


@cache
def _ours(language: Language) -> frozenset[str]:
    """Return the words of what is put in the place of doctors' words."""
    said = [term.told(language).words[form] for form, term in glossary.forms(language).items()]
    said += [to for _, to in pairs(f"{language}.tsv")]
    return frozenset(_split(" ".join(said), language))
