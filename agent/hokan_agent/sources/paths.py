"""File names as the service has them (docs/api.md): UTF-8 text, anything else as %XX."""

from __future__ import annotations

import re

MAX_BYTES = 1_024
_ESCAPED = re.compile(rb"%([0-9A-F]{2})")


def to_wire(relative: bytes) -> str:
    """
    Return a relative path of this file system as the service's text.

    >>> to_wire("検査/100%.jpg".encode())
    '検査/100%25.jpg'
    >>> to_wire(bytes([0x93, 0xE0]) + b".txt")
    '%93%E0.txt'
    """
    text = relative.replace(b"%", b"%25").decode("utf-8", "surrogateescape")
    if text.isascii():  # nearly all are, and a look has many
        return text
    return "".join(
        f"%{ord(each) - 0xDC00:02X}" if "\udc80" <= each <= "\udcff" else each for each in text
    )


def from_wire(path: str) -> bytes:
    """
    Return the bytes of the file name that *path* stands for.

    Raises:
        ValueError: It does not stay below the folder it is put into.
    """
    raw = unescaped(path)
    segments = raw.split(b"/")
    if b"\0" in raw or any(each in {b"", b".", b".."} for each in segments):
        raise ValueError("the path leaves the folder")
    return raw


def unescaped(text: str) -> bytes:
    """
    Return the bytes that a path, or a part of one, stands for.

    >>> unescaped("100%25")
    b'100%'
    """
    return _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), text.encode())
