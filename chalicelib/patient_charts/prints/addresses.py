"""To whom a letter goes, as staff type it when they ask for a print."""

from __future__ import annotations

import re
import unicodedata

import msgspec

from chalicelib.kernel.errors import Invalid

NAME, LINE, LINES = 60, 60, 4  # characters, and lines
_SEVEN = re.compile(r"(\d{3})-?(\d{4})")
_OTHER = re.compile(r"[0-9A-Z][0-9A-Z -]{0,11}")
_DASHES = str.maketrans("‐‑‒–—―−ー", "-" * 8)
HONORIFIC = "様"


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """
    Attributes:
        postal_code: Japan's as 123-4567; another country's as it was typed; or empty.
        lines: Of the place, from the largest part to the smallest or as the country writes it.
    """

    name: str
    postal_code: str
    lines: tuple[str, ...]


def address(name: str, postal_code: str, lines: str) -> Address:
    """
    Return the address that was typed.

    Raises:
        Invalid: ``no-recipient``, ``wrong-postal-code`` or ``wrong-address``.
    """
    recipient = _line(name).removesuffix(HONORIFIC).rstrip()
    if not 1 <= len(recipient) <= NAME:
        raise Invalid(f"a letter needs a name of 1 to {NAME} characters", code="no-recipient")
    written = [line for line in map(_line, lines.splitlines()) if line]
    if not 1 <= len(written) <= LINES or any(len(line) > LINE for line in written):
        raise Invalid(
            f"an address has 1 to {LINES} lines of at most {LINE} characters", code="wrong-address"
        )
    return Address(name=recipient, postal_code=postal(postal_code), lines=tuple(written))


def postal(typed: str) -> str:
    """
    Return a postal code as its country writes it; raises Invalid ``wrong-postal-code``.

    >>> postal("〒１２３４５６７"), postal("123−4567"), postal("sw1a 1aa"), postal("")
    ('123-4567', '123-4567', 'SW1A 1AA', '')
    """
    marked = _line(typed).translate(_DASHES).upper()
    plain = marked.removeprefix("〒").strip()
    if found := _SEVEN.fullmatch(plain):
        return f"{found[1]}-{found[2]}"
    if plain and (plain != marked or not _OTHER.fullmatch(plain)):
        raise Invalid("this is no postal code", code="wrong-postal-code")
    return plain


def _line(typed: str) -> str:
    """Return a typed line without what cannot be printed, full-width digits as ordinary ones."""
    spaced = " ".join(unicodedata.normalize("NFKC", typed).split())
    return "".join(each for each in spaced if unicodedata.category(each) not in {"Cc", "Cf"})
