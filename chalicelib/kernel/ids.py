"""
Names for things: unique, unguessable where they are secrets, and never personal.

Ids sort by the time they were made (48 bits of milliseconds, then 80 random bits, in
Crockford's base 32, like a ULID), so a listing by id is a listing by age.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LONGEST = 200  # characters; all of ours are shorter, and DynamoDB's keys have room for these


def new_id(kind: str, at: datetime) -> str:
    """Return a fresh id such as ``batch-01jqf3...`` for a thing of *kind* made *at*."""
    milliseconds = int(at.timestamp() * 1000)
    return f"{kind}-{_base32((milliseconds << 80) | secrets.randbits(80), 26)}"


def first_id(kind: str, at: datetime) -> str:
    """Return what sorts before every id of a thing of *kind* made at the moment *at* or later."""
    return f"{kind}-{_base32(int(at.timestamp() * 1000) << 80, 26)}"


def made_at(identifier: str) -> datetime:
    """
    Return when the thing of a :func:`new_id` was made, to the millisecond.

    >>> made_at(first_id("job", datetime(2026, 11, 29, 14, 0, tzinfo=UTC)))
    datetime.datetime(2026, 11, 29, 14, 0, tzinfo=datetime.timezone.utc)
    """
    number = 0
    for digit in identifier.rpartition("-")[2]:
        number = number * 32 + ALPHABET.index(digit)
    return datetime.fromtimestamp((number >> 80) / 1000, UTC)


def derived_id(kind: str, *parts: str) -> str:
    """
    Return the one id that *parts* always give, and that does not tell them.

    Patient numbers and study UIDs must not stand in keys, URLs or logs; their digest may.
    100 bits: two of a billion things share an id with a chance below 1e-12.
    """
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return f"{kind}-{_base32(int.from_bytes(digest[:13]) >> 4, 20)}"


def one_time_code(length: int = 10) -> str:
    """
    Return a code a person can type: 50 bits in Crockford's base 32, in groups of five.

    >>> len(one_time_code())
    11
    """
    code = "".join(secrets.choice(ALPHABET) for _ in range(length))
    return "-".join(code[start : start + 5] for start in range(0, length, 5))


def normal_code(typed: str) -> str:
    """
    Read a typed code as its writer meant it (case, dashes, and Crockford's look-alikes).

    >>> normal_code("O1L2I-ABCDE")
    '01121abcde'
    """
    plain = typed.lower().replace("-", "").replace(" ", "")
    return plain.translate(str.maketrans("oil", "011"))


def _base32(number: int, width: int) -> str:
    digits = []
    for _ in range(width):
        number, digit = divmod(number, 32)
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))
