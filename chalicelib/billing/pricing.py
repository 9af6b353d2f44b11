"""What a form costs: points x periods x unit price (patent, claim 18 and table 1)."""

from __future__ import annotations

from chalicelib.billing.periods import Term
from chalicelib.billing.pricebook import BackupTiming, PriceBook, ServiceClass
from chalicelib.kernel.errors import Invalid


def backup_points(
    book: PriceBook,
    term: Term,
    *,
    blocks: int = 1,
    timing: BackupTiming = BackupTiming.NIGHTLY,
) -> int:
    """
    Return the points of one period of a backup plan; of the whole of it for capacity only.

    Args:
        blocks: Of capacity, each ``book.block_bytes``.

    Raises:
        Invalid: *blocks* is less than one.
    """
    if blocks < 1:
        raise Invalid("a plan holds at least one block of capacity", blocks=blocks)
    if term is Term.CAPACITY_ONLY:
        per_block = book.capacity_only_points_per_block
    else:
        per_block = book.backup_points.of(term)
    return per_block * blocks + book.timing_points.of(timing)


def area_points(
    book: PriceBook, term: Term, service_class: ServiceClass, *, blocks: int = 1
) -> int:
    """Return the points of one period of a rented area of so many blocks (patent, fig. 7)."""
    return book.area_points.of(service_class).of(term) * blocks


def fee_yen(points: int, periods: int = 1, *, unit_price_yen: int) -> int:
    """
    Return the fee for *periods* whole periods, in whole yen as the book lists prices.

    Args:
        points: Of one period.  Multiplied by the periods once: 12 months are 12 points, not 144.
        unit_price_yen: Price of one point; 0 for a service free of charge.

    Raises:
        Invalid: There is no period, or points or price are negative.

    >>> fee_yen(10, 1, unit_price_yen=1_000), fee_yen(1, 12, unit_price_yen=1_000)  # table 1
    (10000, 12000)
    """
    if periods < 1:
        raise Invalid("a fee covers at least one period", periods=periods)
    if points < 0 or unit_price_yen < 0:
        raise Invalid("points and unit price cannot be negative", points=points)
    return points * periods * unit_price_yen
