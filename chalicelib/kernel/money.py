"""Whole yen.  Integers from end to end: a share is one division, rounded once, and says how."""

from __future__ import annotations

from enum import StrEnum


class Rounding(StrEnum):
    """What becomes of part of a yen.  The issuer of an invoice chooses; the law lets it."""

    FLOOR = "floor"
    HALF_UP = "half_up"
    CEIL = "ceil"


def share_yen(amount_yen: int, part: int, whole: int, rounding: Rounding = Rounding.FLOOR) -> int:
    """
    Return *part* of *whole* of *amount_yen*, in whole yen.

    The size is rounded and the sign put back, so that a credit note cancels its invoice exactly.

    Args:
        amount_yen: Whole yen; negative on a credit note.
        part: Not negative; more than *whole* is allowed.
        whole: Positive.

    Raises:
        ValueError: *part* or *whole* is out of its range.

    >>> share_yen(315, 10, 100), share_yen(-315, 10, 100)
    (31, -31)
    >>> share_yen(315, 10, 100, Rounding.HALF_UP), share_yen(311, 10, 100, Rounding.CEIL)
    (32, 32)
    """
    if part < 0 or whole < 1:
        raise ValueError(f"{part} of {whole} is no share")
    size = _divided(abs(amount_yen) * part, whole, rounding)
    return size if amount_yen >= 0 else -size


def _divided(size: int, whole: int, rounding: Rounding) -> int:
    match rounding:
        case Rounding.FLOOR:
            return size // whole
        case Rounding.HALF_UP:
            return (2 * size + whole) // (2 * whole)
        case Rounding.CEIL:
            return -(-size // whole)
