"""What stands on a slip and opens patient charts: an access code, and the link in its QR code."""

from __future__ import annotations

import base64
import secrets

from chalicelib.kernel import symbols

LENGTH = 12  # symbols: 59 bits
LINK_BYTES = 16  # 128 bits
LONGEST = 64  # characters of what was typed that are read; no number and no code is as long


def new_code() -> str:
    """
    Return a fresh access code, as it is printed.

    >>> len(new_code())
    14
    """
    return symbols.in_groups(symbols.at_random(LENGTH))


def new_link_id() -> str:
    """Return what the address in a QR code ends with; it tells nothing."""
    return base64.b32encode(secrets.token_bytes(LINK_BYTES)).decode().rstrip("=").lower()


def read(typed: str) -> str:
    """
    Read a typed code, or a patient's number, as its writer meant it.

    Width, case, dashes and spaces say nothing; leading zeros do.

    >>> read("ｋ７ｑｘ-93md t4wf"), read(" 0000-0010 ")
    ('K7QX93MDT4WF', '00000010')
    """
    return symbols.plain(typed[:LONGEST])
