"""
What people read out and type: symbols that cannot be taken for each other, in groups of four.

0, O, 1, I and L are left out.  There are 31, so 12 of them at random hold 59 bits.
"""

from __future__ import annotations

import re
import secrets
import unicodedata

SYMBOLS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_BETWEEN = re.compile(r"[\s\-‐-―−ー_.]")  # what people write between groups


def at_random(length: int) -> str:
    """Return *length* fresh symbols that nobody can guess."""
    return "".join(secrets.choice(SYMBOLS) for _ in range(length))


def in_groups(symbols: str) -> str:
    """
    Return *symbols* as they are shown.

    >>> in_groups("K7QX93MDT4WF")
    'K7QX-93MD-T4WF'
    """
    return "-".join(symbols[start : start + 4] for start in range(0, len(symbols), 4))


def plain(typed: str) -> str:
    """
    Return what was typed without its width, its case, and what stood between groups.

    >>> plain("ｋ7ｑｘ ９３ｍｄ－t4wf")
    'K7QX93MDT4WF'
    """
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", typed)).upper()
