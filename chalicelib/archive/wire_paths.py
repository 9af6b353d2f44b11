"""Paths as agents and programs send them (docs/api.md): UTF-8 text, anything else as %XX."""

from __future__ import annotations

import re

_ESCAPED = re.compile(rb"%([0-9A-F]{2})")


def escaped(name: str) -> str:
    """Return a name that people see as a part of a path."""
    return name.replace("%", "%25")


def plain(path: str) -> str:
    """
    Return *path* as people see it; what is no UTF-8 stays written as %XX.

    >>> plain("100%25.jpg"), plain("%93%E0.txt")
    ('100%.jpg', '%93%E0.txt')
    """
    raw = _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), path.encode())
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return path
