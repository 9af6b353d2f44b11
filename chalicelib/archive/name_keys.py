"""
What a patient's name is found by: in kanji, in kana or in letters, however it is typed.

All come to one way of writing.  Kana become letters (Hepburn); letters lose case, accents and long
vowels, so that Satō, SATOU and サトウ are ``sato``; kanji stay.  Rules only.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST = 64  # characters of a key
TO_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}
ROWS = {
    "": "あいうえお", "k": "かきくけこ", "g": "がぎぐげご", "s": "さしすせそ", "z": "ざじずぜぞ",
    "t": "たちつてと", "d": "だぢづでど", "n": "なにぬねの", "h": "はひふへほ", "b": "ばびぶべぼ",
    "p": "ぱぴぷぺぽ", "m": "まみむめも", "r": "らりるれろ",
}  # fmt: skip
OTHERS = {
    "し": "shi", "じ": "ji", "ち": "chi", "ぢ": "ji", "つ": "tsu", "づ": "zu", "ふ": "fu",
    "や": "ya", "ゆ": "yu", "よ": "yo", "わ": "wa", "ゐ": "i", "ゑ": "e", "を": "o", "ん": "n",
    "ゔ": "vu", "ー": "",
}  # fmt: skip
SYLLABLES = {
    kana: consonant + vowel
    for consonant, row in ROWS.items()
    for kana, vowel in zip(row, "aiueo", strict=True)
} | OTHERS
SMALL = {"ゃ": "ya", "ゅ": "yu", "ょ": "yo", "ぁ": "a", "ぃ": "i", "ぅ": "u", "ぇ": "e", "ぉ": "o"}
_SYLLABLE = re.compile("(.)([ゃゅょぁぃぅぇぉ])?", re.DOTALL)
_DOUBLED = re.compile("っ([a-z]?)")
_LONG = re.compile("o(?:[ou]|h(?![aiueoy]))+|uu+")


def key(written: str) -> str:
    """
    Return what *written* is found by; nothing where it says nothing.

    >>> key("サトウ"), key("Satō"), key("ＳＡＴＯＵ"), key("山田 太郎"), key("きっちょう")
    ('sato', 'sato', 'sato', '山田太郎', 'kiccho')
    """
    plain = unicodedata.normalize("NFKC", written).casefold().translate(TO_HIRAGANA)
    letters = _DOUBLED.sub(r"\1\1", _SYLLABLE.sub(_in_letters, plain))
    spelt = "".join(filter(str.isalnum, unicodedata.normalize("NFD", letters)))
    return _LONG.sub(lambda found: found[0][0], spelt)[:LONGEST]


def keys_of(name: str) -> frozenset[str]:
    """
    Return all that a name as DICOM keeps it is found by: of each writing the whole, and each part.

    >>> sorted(keys_of("YAMADA^TARO=山田^太郎"))
    ['taro', 'yamada', 'yamadataro', '太郎', '山田', '山田太郎']
    """
    found = set[str]()
    for writing in name.split("="):
        parts = writing.replace("^", " ").split()
        found |= {key(each) for each in (*parts, "".join(parts))}
    return frozenset(found - {""})


def _in_letters(found: re.Match[str]) -> str:
    """Return a syllable in letters; a small kana takes the place of its vowel."""
    small = SMALL.get(found[2] or "", "")
    if found[1] not in SYLLABLES:
        return SMALL.get(found[1], found[1]) + small
    letters = SYLLABLES[found[1]]
    if not small:
        return letters
    is_soft = letters.startswith(("sh", "ch", "j"))
    return letters[:-1] + (small.removeprefix("y") if is_soft else small)
