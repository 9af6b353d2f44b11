"""
Text of DICOM values in the character sets of PS3.3 C.12.1.1.2 (code extensions: PS3.5, 6.1.2).

Python's codecs do the work; this module follows the escape sequences between them.  Nothing
here raises, warns or logs: a value is a patient's name more often than not.
"""

from __future__ import annotations

import re
from typing import NamedTuple

# Specific Character Set, without "ISO_IR" or "ISO 2022 IR", to Python codec.
_CODECS = {
    "": "ascii",
    "6": "ascii",
    "13": "shift_jis",  # a superset of JIS X 0201, and what "ISO_IR 13" often turns out to be
    "58": "gb2312",
    "87": "iso2022_jp",
    "100": "latin_1",
    "101": "iso8859_2",
    "109": "iso8859_3",
    "110": "iso8859_4",
    "126": "iso8859_7",
    "127": "iso8859_6",
    "138": "iso8859_8",
    "144": "iso8859_5",
    "148": "iso8859_9",
    "149": "euc_kr",
    "159": "iso2022_jp_2",
    "166": "tis_620",
    "192": "utf_8",
    "203": "iso8859_15",
    "GB18030": "gb18030",
    "GBK": "gbk",
}
_WITHOUT_EXTENSIONS = {"utf_8", "gb18030", "gbk"}  # PS3.3, C.12.1.1.2
_ANNOUNCED = {"iso2022_jp": b"\x1b$B", "iso2022_jp_2": b"\x1b$(D"}  # as these codecs want it

# Escape sequences (PS3.3, tables C.12-3 and C.12-4): which half they switch, and to what.
_LOW = {
    b"(B": "",  # ASCII
    b"(J": "",  # JIS X 0201 romaji: as ASCII, but for two signs
    b"$B": "iso2022_jp",
    b"$@": "iso2022_jp",
    b"$(D": "iso2022_jp_2",
}
_HIGH = {
    b")I": "shift_jis",
    b"$)C": "euc_kr",
    b"$)A": "gb2312",
    b"-A": "latin_1",
    b"-B": "iso8859_2",
    b"-C": "iso8859_3",
    b"-D": "iso8859_4",
    b"-F": "iso8859_7",
    b"-G": "iso8859_6",
    b"-H": "iso8859_8",
    b"-L": "iso8859_5",
    b"-M": "iso8859_9",
    b"-T": "tis_620",
    b"-b": "iso8859_15",
}
_MARKS = re.compile(
    rb"\x1b(?P<escape>\$[()][A-D]|\$[@AB]|[()\-][@-~]|)|(?P<delimiter>[\\^=\t\n\f\r])"
)


class CharacterSet(NamedTuple):
    """
    Attributes:
        codec: Of the bytes before any escape sequence.
        is_known: Whether (0008,0005) named sets the standard has.
        is_extended: Whether escape sequences may follow.
    """

    codec: str = "ascii"
    is_known: bool = True
    is_extended: bool = True


def character_set(value: bytes) -> CharacterSet:
    """Return what a value of (0008,0005) Specific Character Set says."""
    terms = [_plain(term) for term in value.decode("ascii", "replace").split("\\")]
    codec = _CODECS.get(terms[0])
    is_known = all(term in _CODECS for term in terms)
    return CharacterSet(codec or "ascii", is_known, codec not in _WITHOUT_EXTENSIONS)


def _plain(term: str) -> str:
    """
    Return the part of a defined term that tells, forgiving how it is spelled.

    >>> _plain("ISO 2022 IR 87"), _plain("ISO-IR 100 "), _plain("GB18030")
    ('87', '100', 'GB18030')
    """
    words = term.strip(" \0").upper()
    return re.sub(r"^ISO[ _-]?(2022[ _-]?)?(IR[ _-]?)?", "", words)


def decoded(value: bytes, charset: CharacterSet) -> tuple[str, bool]:
    """
    Return the text of *value*, and whether it fits its character set.

    What does not fit becomes U+FFFD; but bytes over 127 where no set was named are read as
    Latin-1, as most programs do: a name somebody can read helps more than none.
    """
    value = value.rstrip(b" \0")
    if charset.codec == "ascii" and charset.is_known and b"\x1b" not in value:
        return value.decode("latin_1"), value.isascii()
    if charset.is_extended and b"\x1b" in value:
        text = _extended(value, charset.codec)
    else:
        text = value.decode(charset.codec, "replace")
    return text, "\ufffd" not in text


def _extended(value: bytes, first: str) -> str:
    """Follow the escape sequences of *value*; delimiters end them (PS3.5, 6.1.2.5.3)."""
    texts = []
    low, high = "", first
    place = 0
    for mark in _MARKS.finditer(value):
        if mark["delimiter"] and low:
            continue  # half of a kanji: 0x3D is an equals sign in ASCII only
        texts.append(_run(value[place : mark.start()], low, high))
        place = mark.end()
        if mark["delimiter"]:
            high = first
            texts.append(mark["delimiter"].decode("ascii"))
        elif mark["escape"] in _LOW:
            low = _LOW[mark["escape"]]
        elif mark["escape"] in _HIGH:
            high = _HIGH[mark["escape"]]
        else:
            texts.append("\ufffd")
    texts.append(_run(value[place:], low, high))
    return "".join(texts)


def _run(part: bytes, low: str, high: str) -> str:
    """Decode bytes between two marks."""
    if low:
        return (_ANNOUNCED[low] + part).decode(low, "replace")
    return part.decode("ascii" if high in _ANNOUNCED else high, "replace")
