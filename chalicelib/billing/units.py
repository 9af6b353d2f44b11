"""What is sold by the unit: blocks of capacity, and cases of the display tool."""

from __future__ import annotations

from enum import StrEnum

from chalicelib.billing.periods import Term
from chalicelib.billing.pricebook import PriceBook
from chalicelib.kernel.errors import Invalid, QuotaExceeded


class LimitPolicy(StrEnum):
    """What happens at the capacity limit."""

    REJECT = "reject"  # uploads are refused, the fee stays
    OVERAGE = "overage"  # blocks above it are billed in arrears, by the month's peak


def units_for(amount: int, unit: int) -> int:
    """
    Return how many units of *unit* hold *amount*: a unit begun is a unit.

    >>> units_for(0, 50), units_for(50, 50), units_for(51, 50)
    (0, 1, 2)
    """
    return -(-max(amount, 0) // unit)


def blocks_for(book: PriceBook, capacity_bytes: int) -> int:
    """Return the blocks a plan of *capacity_bytes* pays for, at least one."""
    return max(1, units_for(capacity_bytes, book.block_bytes))


# --- capacity ----------------------------------------------------------------------------------


def check_room(
    policy: LimitPolicy, *, used_bytes: int, incoming_bytes: int, limit_bytes: int
) -> None:
    """
    Let pass what the limit has room for, and everything where overage is agreed.

    Raises:
        QuotaExceeded: The policy is to reject, and the limit would be passed.
    """
    available_bytes = limit_bytes - used_bytes
    if policy is LimitPolicy.REJECT and incoming_bytes > available_bytes:
        raise QuotaExceeded(
            available_bytes=available_bytes, incoming_bytes=incoming_bytes, limit_bytes=limit_bytes
        )


def overage_blocks(
    book: PriceBook, policy: LimitPolicy, *, peak_bytes: int, limit_bytes: int
) -> int:
    """Return the blocks begun above the limit at a month's peak; none where it rejects."""
    if policy is LimitPolicy.REJECT:
        return 0
    return units_for(peak_bytes - limit_bytes, book.block_bytes)


# --- display tool (patent, fig. 8) -------------------------------------------------------------


def case_units(book: PriceBook, cases: int) -> int:
    """
    Return the units to add to the base set so that it holds *cases*.

    Raises:
        Invalid: *cases* is negative.
    """
    if cases < 0:
        raise Invalid("a display tool cannot hold fewer than no cases", cases=cases)
    return units_for(cases - book.included_cases, book.cases_per_unit)


def case_limit(book: PriceBook, extra_units: int) -> int:
    """Return how many cases the base set holds with *extra_units*."""
    return book.included_cases + extra_units * book.cases_per_unit


def display_points(book: PriceBook, term: Term, extra_units: int) -> int:
    """Return the points of one period of the display tool with *extra_units*."""
    return book.display_points.of(term) + extra_units * book.case_unit_points.of(term)
