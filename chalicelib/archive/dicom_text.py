"""
Text of DICOM values in the character sets of PS3.3 C.12.1.1.2, decoded by pydicom.

Nothing here raises, warns or logs: a value is a patient's name more often than not.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

# A delimiter ends what an escape sequence began (PS3.5, 6.1.2.5.3).
DELIMITERS = set(b"\\^=\t\n\f\r")
_NO_TEXT = re.compile("[\ufffd\x1b\x80-\x9f]")


class CharacterSet(NamedTuple):
    """
    Attributes:
        codecs: Python's, the first one for bytes before any escape sequence; none if unknown.
        is_known: Whether (0008,0005) named sets the standard has.
    """

    codecs: tuple[str, ...] = ("iso8859",)
    is_known: bool = True

    @property
    def is_default(self) -> bool:
        return self.is_known and self.codecs == ("iso8859",)


def character_set(value: bytes) -> CharacterSet:
    """Return what a value of (0008,0005) Specific Character Set says."""
    codecs = _codecs()
    terms = [_plain(term) for term in value.decode("ascii", "replace").split("\\")]
    known = tuple(codecs[term] for term in terms if term in codecs)
    return CharacterSet(known, len(known) == len(terms))


def decoded(value: bytes, charset: CharacterSet) -> tuple[str, bool]:
    """
    Return the text of *value*, and whether it fits its character set.

    What does not fit becomes U+FFFD; but bytes over 127 where no set was named are read as
    Latin-1, as most programs do: a name somebody can read helps more than none.
    """
    from pydicom.charset import decode_bytes

    value = value.rstrip(b" \0")
    if charset.is_default and b"\x1b" not in value:
        return value.decode("latin_1"), value.isascii()
    if not charset.codecs:
        return value.decode("ascii", "replace"), value.isascii()
    with _quiet() as trouble:
        text = decode_bytes(value, list(charset.codecs), DELIMITERS)
    return text, not trouble and _NO_TEXT.search(text) is None


@contextmanager
def _quiet() -> Iterator[list[Any]]:
    """
    Keep pydicom's warnings and logs to ourselves: they quote values, which are patients' data.

    Yields the list of warnings.  (A Lambda handles one event at a time, so that a filter for
    the whole process is safe.)
    """
    logger = logging.getLogger("pydicom")
    before, logger.disabled = logger.disabled, True
    try:
        with warnings.catch_warnings(record=True) as trouble:
            warnings.simplefilter("always")
            yield trouble
    finally:
        logger.disabled = before


def _codecs() -> dict[str, str]:
    """Return pydicom's table of defined terms, each under its plain form."""
    from pydicom.charset import python_encoding

    return {_plain(term): codec for term, codec in python_encoding.items()}


def _plain(term: str) -> str:
    """
    Return the part of a defined term that tells, forgiving how it is spelled.

    >>> _plain("ISO 2022 IR 87"), _plain("ISO-IR 100 "), _plain("GB18030")
    ('87', '100', 'GB18030')
    """
    words = term.strip(" \0").upper()
    return re.sub(r"^ISO[ _-]?(2022[ _-]?)?(IR[ _-]?)?", "", words)
