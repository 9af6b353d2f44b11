"""
Plain sentences as HTML that can be read aloud, and read by who does not know every character.

Readings in kana stand over the words they are of; what is in another language says so.
"""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from chalicelib.plain import readings
from chalicelib.plain.model import Language

_BEHIND = re.compile(r"\(([ぁ-ゖゝゞー・]+)\)")
_ALSO = {"可能性": "かのうせい", "診断": "しんだん"}  # which the sentences themselves say
_RUBY = Markup("<ruby>{}<rp>(</rp><rt>{}</rt><rp>)</rp></ruby>")
_JAPANESE = re.compile(r"[\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f]+")
_IN_JAPANESE = Markup('<span lang="ja">{}</span>')


def spoken(text: str, language: Language) -> Markup:
    """Return *text*, a sentence in *language*, as HTML."""
    return _with_readings(text) if language == "ja" else _with_languages(text)


def _with_readings(text: str) -> Markup:
    """
    Return *text* with readings over the words that we know to be read so.

    >>> str(_with_readings("食道(しょくどう)に傷(くるみくらい)"))
    '<ruby>食道<rp>(</rp><rt>しょくどう</rt><rp>)</rp></ruby>に傷(くるみくらい)'
    """
    out, place = Markup(""), 0
    for found in _BEHIND.finditer(text):
        word = _word(text[place : found.start()], found[1])
        if not word:
            continue
        out += escape(text[place : found.start() - len(word)]) + _RUBY.format(word, found[1])
        place = found.end()
    return out + escape(text[place:])


def _word(before: str, reading: str) -> str:
    """Return the longest word at the end of *before* that is read so; nothing, if none is."""
    known = readings.readings()[0] | _ALSO
    words = (before[-length:] for length in range(len(before), 0, -1))
    return next((each for each in words if known.get(each) == reading), "")


def _with_languages(text: str) -> Markup:
    """
    Return English *text* with the Japanese in it told apart.

    >>> str(_with_languages("The doctor saw this: 胃潰瘍."))
    'The doctor saw this: <span lang="ja">胃潰瘍</span>.'
    """
    out, place = Markup(""), 0
    for found in _JAPANESE.finditer(text):
        out += escape(text[place : found.start()]) + _IN_JAPANESE.format(found[0])
        place = found.end()
    return out + escape(text[place:])
