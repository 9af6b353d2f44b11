"""Names of folders and files: what one may be, when two are the same, what is free.  Rules only."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from itertools import count

from chalicelib.kernel.errors import Invalid

MAX_BYTES = 255  # what file systems take


def checked(name: str) -> str:
    """
    Return *name* as it is kept (NFC).

    Raises:
        Invalid: ``bad-name``: empty, over 255 bytes, dots only, a slash or a control character.
    """
    kept = unicodedata.normalize("NFC", name)
    controls = any(unicodedata.category(each) in {"Cc", "Cs"} for each in kept)
    if controls or "/" in kept or kept.strip() in {"", ".", ".."}:
        raise Invalid(
            "a name needs letters, and no slash or control character in it", code="bad-name"
        )
    if len(kept.encode()) > MAX_BYTES:
        raise Invalid(f"a name has {MAX_BYTES} bytes at most", code="bad-name")
    return kept


def folded(name: str) -> str:
    """
    Return what two names share that are the same but for case.

    >>> folded("Straße.JPG") == folded("STRASSE.jpg")
    True
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def free(name: str, is_taken: Callable[[str], bool], mark: str = "") -> str:
    """
    Return *name*, or the first like it that is not taken.

    Args:
        mark: What tells it apart, once; numbers follow.

    >>> free("a.tar.gz", {"a.tar.gz", "a.tar (2).gz"}.__contains__)
    'a.tar (3).gz'
    >>> free("a", set().__contains__, "replaced")
    'a (replaced)'
    """
    if not mark and not is_taken(name):
        return name
    if mark and not is_taken(first := _with(name, mark)):
        return first
    marks = (f"{mark} {number}" if mark else str(number) for number in count(2))
    return next(each for mark in marks if not is_taken(each := _with(name, mark)))


def as_given(name: str) -> str:
    """Return a name that a file came with, changed as little as makes it one of ours."""
    plain = "".join("_" if _is_odd(each) else each for each in name)
    plain = unicodedata.normalize("NFC", plain)
    if plain.strip() in {"", ".", ".."}:
        return "_"
    return checked(plain) if _fits(plain) else _shortened(plain, "")


def _is_odd(letter: str) -> bool:
    return letter == "/" or unicodedata.category(letter) in {"Cc", "Cs"}


def _with(name: str, mark: str) -> str:
    return _shortened(name, f" ({mark})")


def _shortened(name: str, more: str) -> str:
    """Return *name* with *more* before its ending, cut where it is too long."""
    stem, dot, ending = name.rpartition(".")
    if not stem or len(ending.encode()) > 20:
        stem, dot, ending = name, "", ""
    room = MAX_BYTES - len((more + dot + ending).encode())
    return stem.encode()[:room].decode(errors="ignore") + more + dot + ending


def _fits(name: str) -> bool:
    return len(name.encode()) <= MAX_BYTES
