"""
Japanese and English: which one a reader wants, and the words.

Texts stand in templates, in English, marked for translation; the Japanese ones in
locale/ja/LC_MESSAGES/hokan.po, which infra/assets.py compiles.
"""

from __future__ import annotations

import gettext
from functools import cache
from pathlib import Path

LANGUAGES = ("ja", "en")
LOCALE = Path(__file__).parent / "locale"


def chosen(cookie: str, accept_language: str) -> str:
    """
    Return the reader's language: as chosen here, else the browser's, else Japanese.

    >>> chosen("en", "ja"), chosen("", "fr, en-GB;q=0.8, ja;q=0.5"), chosen("xx", "")
    ('en', 'en', 'ja')
    """
    return cookie if cookie in LANGUAGES else _preferred(accept_language)


def _preferred(accept_language: str) -> str:
    """
    Read RFC 9110, 12.5.4, as far as two languages need it.

    >>> _preferred("en;q=0, ja-JP;q=0.1"), _preferred("EN"), _preferred("de,*;q=0.5")
    ('ja', 'en', 'ja')
    """
    ranges = [_range(each) for each in accept_language.split(",")]
    wanted = [(weight, language) for language, weight in ranges if language in LANGUAGES]
    best, language = max(wanted, key=lambda each: each[0], default=(0.0, ""))
    return language if best > 0 else LANGUAGES[0]


def _range(written: str) -> tuple[str, float]:
    """Return one range's language and weight; what cannot be read weighs nothing."""
    tag, _, weight = written.partition(";")
    language = tag.strip().lower().partition("-")[0]
    try:
        return language, float(weight.strip().removeprefix("q=") or 1)
    except ValueError:
        return language, 0.0


@cache
def translations(language: str) -> gettext.NullTranslations:
    """Return the words of *language*; the texts themselves are English."""
    if language == "en":
        return gettext.NullTranslations()
    return gettext.translation("hokan", LOCALE, [language])
