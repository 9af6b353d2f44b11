"""
What is sold for each kind of target, and how its points are counted.  Rules only.

Terms say by themselves of which kind they are: a rented area has a class, a display tool has case
units, a backup has neither.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec

from chalicelib.billing.model import LineKind
from chalicelib.billing.periods import Term
from chalicelib.billing.pricebook import PriceBook, ServiceClass
from chalicelib.billing.pricing import area_points, backup_points
from chalicelib.billing.units import blocks_for, display_points
from chalicelib.contracts.model import TargetKind, Timing


class Terms(Protocol):
    """What the points of a period depend on, in a form and in a contract."""

    @property
    def term(self) -> Term: ...
    @property
    def timing(self) -> Timing | None: ...
    @property
    def capacity_bytes(self) -> int: ...
    @property
    def service_class(self) -> ServiceClass | None: ...
    @property
    def case_units(self) -> int | None: ...


class Goods(msgspec.Struct, frozen=True):
    """
    What is sold for one kind of target.

    Attributes:
        line: What an invoice calls a period of it.
        stores: It keeps bytes: it has a capacity, times of backup and patients.
        points: Of one period.
    """

    line: LineKind
    stores: bool
    points: Callable[[Terms, PriceBook], int]


def kind_of(terms: Terms) -> TargetKind:
    """Return the kind of target that *terms* are of."""
    if terms.case_units is not None:
        return TargetKind.DISPLAY
    return TargetKind.MASS_STORAGE if terms.service_class is None else TargetKind.AREA


def goods_of(terms: Terms) -> Goods:
    """Return what *terms* are the price of."""
    return GOODS[kind_of(terms)]


def _backup(terms: Terms, book: PriceBook) -> int:
    assert terms.timing is not None  # a form without one is refused
    blocks = blocks_for(book, terms.capacity_bytes)
    return backup_points(book, terms.term, blocks=blocks, timing=terms.timing.kind)


def _area(terms: Terms, book: PriceBook) -> int:
    assert terms.service_class is not None  # by which it is an area
    blocks = blocks_for(book, terms.capacity_bytes)
    return area_points(book, terms.term, terms.service_class, blocks=blocks)


def _display(terms: Terms, book: PriceBook) -> int:
    return display_points(book, terms.term, terms.case_units or 0)


GOODS = {
    TargetKind.MASS_STORAGE: Goods(LineKind.BACKUP, stores=True, points=_backup),
    TargetKind.AREA: Goods(LineKind.AREA, stores=True, points=_area),
    TargetKind.DISPLAY: Goods(LineKind.DISPLAY, stores=False, points=_display),
}
