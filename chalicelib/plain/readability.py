"""
How easy a text reads: by its sentences and syllables in English, by its kanji in Japanese.

Syllables are counted by rule, without a dictionary: right for most words, near for the rest.
"""

from __future__ import annotations

import re

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|[。!?\n]+")
_WORD = re.compile(r"[A-Za-z]+(?:'[A-Za-z]+)?")
_VOWELS = re.compile(r"[aeiouy]+")
# An e that is not spoken: "made", "looked", "scopes", "movement"; but "table", "coated", "lenses".
_SILENT = re.compile(
    r"(?:[^laeiouy]|[aeiouy]l)e$|[^tdaeiouy]ed$|[^lszxgchaeiouy]es$|[aeiouy]les$|[th]hes$"
    r"|[^laeiouy]e(?:ment|ly|less|ful|thing|ways)"
)
# Vowels side by side that are said apart: "biopsy", "area", "fluid", "usual", "duodenum".
_APART = re.compile(
    r"i[ao]|[rncg]ea[ls]?$|eum|eu[ms]|uo|(?<![qg])ua(?!r)|ui[de]t?|iu[ms]|ie[nt]|\Bya|(?<!g)eo|yi"
)
_TOGETHER = re.compile(r"[tcsgx]i[ao]|shio|[^s]ia[rl]?ge|tien|cien|eop|quid")
_KANJI = re.compile(r"[\u4e00-\u9fff\u3400-\u4dbf\u3005]")
_JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\u3400-\u4dbf\u3005]")


def syllables(word: str) -> int:
    """Return about how many syllables an English *word* has; at least one."""
    word = word.lower().removesuffix("'s")
    count = len(_VOWELS.findall(word))
    count -= bool(_SILENT.search(word))
    count += len(_APART.findall(word)) - len(_TOGETHER.findall(word))
    return max(count, 1)


def sentences(text: str) -> list[str]:
    """Return the sentences of *text* that hold any word."""
    parts = (part.strip() for part in _SENTENCE_END.split(text))
    return [part for part in parts if _WORD.search(part) or _JAPANESE.search(part)]


def grade(text: str) -> float:
    """Return the school grade (Flesch-Kincaid) of an English *text*; 0 of one without words."""
    words = _WORD.findall(text)
    if not words:
        return 0.0
    spoken = sum(map(syllables, words))
    return 0.39 * len(words) / len(sentences(text)) + 11.8 * spoken / len(words) - 15.59


def sentence_length(text: str) -> float:
    """Return the mean length of a Japanese *text*'s sentences, in characters; 0 of none."""
    lengths = [len(sentence) for sentence in sentences(text)]
    return sum(lengths) / len(lengths) if lengths else 0.0


def kanji_share(text: str) -> float:
    """Return which part of the Japanese characters of *text* is kanji; 0 of none."""
    every = len(_JAPANESE.findall(text))
    return len(_KANJI.findall(text)) / every if every else 0.0
