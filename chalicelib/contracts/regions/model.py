"""
Regions: what is set aside for each class of rented areas, and what contracts hold of it.

Rules only.  Without a setting nothing is refused, and what is rented is counted all the same.
"""

from __future__ import annotations

import msgspec

from chalicelib.billing.pricebook import ServiceClass
from chalicelib.contracts.model import Contract, State

Bytes = dict[ServiceClass, int]
NOTHING: Bytes = dict.fromkeys(ServiceClass, 0)


class Region(msgspec.Struct, frozen=True):
    """
    What there is for one class of rented areas.

    Attributes:
        set_aside_bytes: None where the provider has set no limit.
    """

    service_class: ServiceClass
    set_aside_bytes: int | None = None
    rented_bytes: int = 0

    @property
    def left_bytes(self) -> int | None:
        """How much can still be rented; None where nothing limits it."""
        if self.set_aside_bytes is None:
            return None
        return max(0, self.set_aside_bytes - self.rented_bytes)


class Setting(msgspec.Struct, frozen=True):
    """
    What the provider has decided.

    Attributes:
        set_aside: By class, in bytes; None sets no limit.
        sizes: The capacities an area is offered in, smallest first; empty offers any.
    """

    set_aside: dict[ServiceClass, int | None] = {}
    sizes: tuple[int, ...] = ()


class Rented(msgspec.Struct, frozen=True):
    """
    What the contract on one area holds.

    Attributes:
        service_class: The one it has now; while a change waits it may hold room in the other too.
    """

    facility_id: str
    target_id: str
    service_class: ServiceClass
    held: Bytes


def held_by(contract: Contract) -> Bytes:
    """
    Return what *contract* needs of each region: now, and from the date of a change that waits.

    What was agreed on for later is held from now on, so that no change fails on its day.
    """
    held = dict(NOTHING)
    if contract.state is State.ENDED:
        return held
    for version in (contract, contract.upcoming):
        if version is not None and version.service_class is not None:
            most = max(held[version.service_class], version.capacity_bytes)
            held[version.service_class] = most
    return held
