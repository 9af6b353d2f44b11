"""Everyday Japanese words in kana: verbs and short words that need no kanji to be understood."""

from __future__ import annotations

import re
from functools import cache

from chalicelib.plain.lexicon import pairs

_KANJI = "[\u4e00-\u9fff\u3005]"


def written(text: str) -> str:
    """Return *text* with everyday words in kana, but for those within longer words of kanji."""
    return _pattern().sub(lambda each: _in_kana()[each[0]], text)


@cache
def _in_kana() -> dict[str, str]:
    return dict(pairs("kana_ja.tsv"))


@cache
def _pattern() -> re.Pattern[str]:
    longest_first = sorted(_in_kana(), key=len, reverse=True)
    words = "|".join(
        each + ("" if each[-1] < "\u4e00" else f"(?!{_KANJI})") for each in longest_first
    )
    return re.compile(rf"(?<!{_KANJI})(?<![\dかヶカ])(?:{words})(?!\()")
