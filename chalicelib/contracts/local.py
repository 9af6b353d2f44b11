"""Where a facility is, and what day it is there."""

from __future__ import annotations

from datetime import date
from functools import cache
from zoneinfo import ZoneInfo

from chalicelib.access import store as access
from chalicelib.kernel import clock
from chalicelib.kernel.calendar import local_date


@cache
def zone_of(facility_id: str) -> ZoneInfo:
    """
    Return the facility's time zone; it never changes, so a process asks once.

    Raises:
        NotFound: There is no such facility.
    """
    return ZoneInfo(access.facility(facility_id).zone)


def today(facility_id: str) -> date:
    """Return the facility's local date."""
    return local_date(clock.now(), zone_of(facility_id))


def forget_zones() -> None:
    """Let the next question read the facility again (tests change the world between them)."""
    zone_of.cache_clear()
