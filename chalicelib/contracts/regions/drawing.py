"""Where the areas of a region stand in its picture: as wide as what they hold of it."""

from __future__ import annotations

import msgspec

from chalicelib.contracts.regions.map import Map
from chalicelib.contracts.regions.model import Region

WIDTH, HEIGHT = 1_000, 200
ROOM_FOR_NUMBER = 60


class Block(msgspec.Struct, frozen=True):
    """
    A part of the picture.

    Attributes:
        number: By which the table names the area; 0 for those on other pages.
        used: How high it is filled, from the bottom.
    """

    x: int
    width: int
    number: int = 0
    used: int = 0

    @property
    def has_room(self) -> bool:
        """Whether its number can be read in it."""
        return self.number > 0 and self.width >= ROOM_FOR_NUMBER


class Drawing(msgspec.Struct, frozen=True):
    """
    The picture of one region.

    Attributes:
        areas: Of this page, and last all others as one.
        set_aside: How far the region reaches: beyond the areas it is free.
    """

    region: Region
    areas: list[Block]
    rented: int
    set_aside: int


def drawing(found: Map, region: Region) -> Drawing:
    """Return the picture of *region* with the areas of *found*."""
    whole = max(region.set_aside_bytes or 0, region.rented_bytes)
    blocks: list[Block] = []
    done = 0
    for area in found.areas_in(region.service_class):
        held = area.held[region.service_class]
        is_here = area.service_class is region.service_class
        share = min(1.0, area.used_bytes / held) if is_here else 0
        blocks.append(_block(done, held, whole, area.number, round(share * HEIGHT)))
        done += held
    if region.rented_bytes > done:
        blocks.append(_block(done, region.rented_bytes - done, whole))
    return Drawing(
        region, blocks, _at(region.rented_bytes, whole), _at(region.set_aside_bytes or 0, whole)
    )


def _block(start: int, size: int, whole: int, number: int = 0, used: int = 0) -> Block:
    x = _at(start, whole)
    return Block(x, max(1, _at(start + size, whole) - x), number, used)


def _at(size: int, whole: int) -> int:
    """Return how far to the right *size* bytes reach."""
    return round(WIDTH * size / whole) if whole else 0
