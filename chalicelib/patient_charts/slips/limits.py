"""
How often somebody may type a patient's number and a code: by the number, and by where from.

Fixed windows that open with the first try; a right code counts for nothing.  Neither the number
nor the address stands in a row, and nobody's number is locked for longer than its window: whoever
knows a number could otherwise lock its patient out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib import macs
from chalicelib.access import portal_store
from chalicelib.access.places import place_of

OF_A_NUMBER, NUMBER_WINDOW = 5, timedelta(minutes=15)
OF_A_PLACE, PLACE_WINDOW = 20, timedelta(hours=1)
BY_NUMBER_ALONE = 5  # of a place in an hour, right ones included: each may be somebody else's


@dataclass(frozen=True, slots=True)
class Tries:
    """
    A try that was counted.

    Attributes:
        is_one_left: It may be made.
        counted: Where it was counted.
    """

    is_one_left: bool
    counted: tuple[str, ...]

    def take_back(self) -> None:
        """The try was right: it counts for nothing."""
        for each in self.counted:
            portal_store.take_back_try(each)


def count(number: str, address: str, now: datetime) -> Tries:
    """
    Count a try before it is made.

    Whoever has none left where they are takes none away from the patient: it is counted for nobody,
    with the same calls.
    """
    place = f"patients from {macs.made('place', place_of(address)).hex()}"
    named = f"patient {macs.made('number', number).hex()}"
    is_free = portal_store.count_try(place, now, limit=OF_A_PLACE, window=PLACE_WINDOW)
    whose = named if is_free else f"{place}, beyond the limit"
    is_left = portal_store.count_try(whose, now, limit=OF_A_NUMBER, window=NUMBER_WINDOW)
    return Tries(is_free and is_left, (place, named))


def count_alone(address: str, now: datetime) -> bool:
    """Count a try by number alone before it is made; return whether there was one left."""
    place = f"patients by number alone from {macs.made('place', place_of(address)).hex()}"
    return portal_store.count_try(place, now, limit=BY_NUMBER_ALONE, window=PLACE_WINDOW)
