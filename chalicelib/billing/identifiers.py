"""Numbers that stand on an invoice."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from chalicelib.kernel.errors import Invalid

_LIKE_A_DASH = "\N{MINUS SIGN}\N{KATAKANA-HIRAGANA PROLONGED SOUND MARK}"
_REGISTRATION = re.compile(r"T[1-9][0-9]{12}")


def registration_number(written: str) -> str:
    """
    Return a qualified-invoice issuer's number in its one form, ``T`` and 13 digits.

    Full-width characters and dashes are read as people write them.

    Raises:
        Invalid: It has another shape, or its check digit is wrong.

    >>> registration_number("Ｔ７０００－０１２０－５０００２")
    'T7000012050002'
    """
    plain = unicodedata.normalize("NFKC", written).strip()
    number = "".join(character for character in plain if not _is_dash(character))
    if not _REGISTRATION.fullmatch(number):
        raise Invalid("a registration number is T and 13 digits, e.g. T7000012050002")
    if int(number[1]) != check_digit(number[2:]):
        raise Invalid("the registration number's check digit is wrong: look for a typing error")
    return number


def check_digit(digits: str) -> int:
    """
    Return the digit that precedes the 12 *digits* of a corporate number.

    From the right, digits count once and twice in turn; 9 minus what 9 leaves of their sum.

    >>> check_digit("000012050002")
    7
    """
    total = sum(int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return 9 - total % 9


def invoice_number(billed_id: str, bill_on: date, sequence: int = 1) -> str:
    """
    Return the number of an invoice: the same facts always give the same one.

    There is no counter: the law wants no sequence without gaps, and a repeated run must not
    take a new number.

    Args:
        billed_id: The facility, or the target where each has its own invoices; no dot in it.
        sequence: 2 and up for what came after the day's invoice was issued.

    >>> invoice_number("facility-1", date(2027, 4, 1)), invoice_number("f", date(2027, 4, 1), 2)
    ('20270401-facility-1', '20270401-f.2')
    """
    suffix = f".{sequence}" if sequence > 1 else ""
    return f"{bill_on:%Y%m%d}-{billed_id}{suffix}"


def _is_dash(character: str) -> bool:
    return unicodedata.category(character) == "Pd" or character in _LIKE_A_DASH
