"""
The map of the regions: what is set aside, rented, used and free, and by whom.

A page of areas is asked for by so many calls, whatever is stored and however many there are.
"""

from __future__ import annotations

import msgspec

from chalicelib.access.store import names_of_facilities
from chalicelib.archive.store import usage
from chalicelib.billing.pricebook import ServiceClass
from chalicelib.contracts import store as contracts
from chalicelib.contracts.regions import store
from chalicelib.contracts.regions.model import Region, Rented

AREAS_A_PAGE = 50


class Area(msgspec.Struct, frozen=True):
    """
    One rented area.

    Attributes:
        number: By which the picture and the table name it, on this page.
        used_bytes: Stored, or claimed by an upload.
    """

    number: int
    facility_name: str
    target_name: str
    service_class: ServiceClass
    held: dict[ServiceClass, int]
    used_bytes: int


class Map(msgspec.Struct, frozen=True):
    """
    Attributes:
        cursor: Of the areas after these; None where these are the last.
        is_all: These are all there are, so that what they use is what is used.
    """

    regions: dict[ServiceClass, Region]
    areas: list[Area]
    cursor: str | None
    is_all: bool

    def areas_in(self, service_class: ServiceClass) -> list[Area]:
        """Return the areas on this page that hold room of *service_class*."""
        return [each for each in self.areas if each.held[service_class]]

    def used_bytes(self, service_class: ServiceClass) -> int:
        """Return what the areas on this page use of *service_class*."""
        return sum(each.used_bytes for each in self.areas if each.service_class is service_class)


def drawn_up(cursor: str | None) -> Map:
    """Return the map with the areas from *cursor* on."""
    found, following = store.rented_page(cursor, AREAS_A_PAGE)
    keys = [(each.facility_id, each.target_id) for each in found]
    facilities = names_of_facilities({each.facility_id for each in found})
    targets, used = contracts.target_names(keys), usage.used_bytes(keys)
    areas = [
        _area(number, each, facilities, targets, used) for number, each in enumerate(found, start=1)
    ]
    return Map(store.regions(), areas, following, is_all=not cursor and following is None)


def _area(
    number: int,
    found: Rented,
    facilities: dict[str, str],
    targets: dict[str, str],
    used: dict[str, int],
) -> Area:
    return Area(
        number=number,
        facility_name=facilities.get(found.facility_id, ""),
        target_name=targets.get(found.target_id, ""),
        service_class=found.service_class,
        held=found.held,
        used_bytes=used.get(found.target_id, 0),
    )
