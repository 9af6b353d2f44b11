"""
One-time codes that open somebody's buffer, to a phone or to a device, and how often they are tried.

Whatever is wrong, the same calls are made in the same order and one error is raised: a code nobody
issued, one of the other kind, one that was used, taken back, or is past its time, too many tries.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NoReturn

from chalicelib import macs
from chalicelib.access import portal_store
from chalicelib.access.model import ANONYMOUS
from chalicelib.access.places import place_of
from chalicelib.access.service import audit
from chalicelib.buffer import pairing_store
from chalicelib.buffer.pairing_store import Waiting
from chalicelib.kernel import symbols
from chalicelib.kernel.errors import NotFound, Unavailable
from chalicelib.telemetry import count, logger

LENGTH = 12  # symbols: 59 bits
LONGEST = 64  # characters of what was typed that are read
OF_A_PLACE, WINDOW = 20, timedelta(hours=1)  # wrong tries
NOBODYS = "cameras-that-missed"  # an audit chain of its own: guessing holds up nobody else's


class Purpose(StrEnum):
    PHONE = "phone"
    DEVICE = "device"


@dataclass(frozen=True, slots=True)
class Opened:
    """
    A right code, which is not used up yet.

    Attributes:
        place: Where the try was counted.
    """

    mac: bytes
    waiting: Waiting
    place: str

    def was_right(self) -> None:
        """The try counts for nothing."""
        portal_store.take_back_try(self.place)


def new_code() -> str:
    """
    Return a fresh code, as it is shown.

    >>> len(new_code())
    14
    """
    return symbols.in_groups(symbols.at_random(LENGTH))


def mac_of(purpose: Purpose, code: str) -> bytes:
    """Return what is kept of a code; width, case and dashes say nothing."""
    return macs.made(f"camera {purpose}", symbols.plain(code[:LONGEST]))


def opened(purpose: Purpose, code: str, address: str, now: datetime) -> Opened:
    """
    Count a try and return what a code opens.

    Args:
        address: Where the request comes from.

    Raises:
        NotFound: ``no-pairing``: the one answer to whatever is wrong.
    """
    place = f"cameras from {macs.made('place', place_of(address)).hex()}"
    is_left = portal_store.count_try(place, now, limit=OF_A_PLACE, window=WINDOW)
    mac = mac_of(purpose, code)
    found = pairing_store.waiting(mac)
    is_live = found is not None and found.ends_at > int(now.timestamp())
    if found is None or not (is_live and is_left):
        missed()
    return Opened(mac, found, place)


def missed() -> NoReturn:
    """Put a miss on record, as far as that goes (it releases nothing), and refuse."""
    count("CameraCodesMissed")
    try:
        audit(ANONYMOUS, "enter-as-camera", "unknown", facility_id=NOBODYS, outcome="denied")
    except Unavailable:
        logger.warning("miss not on record")
    raise NotFound("this code opens nothing; ask for a new one", code="no-pairing")
