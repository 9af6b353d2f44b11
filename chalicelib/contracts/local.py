"""Where the facilities are, and what day it is there."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from chalicelib.kernel import clock
from chalicelib.kernel.calendar import local_date

# The facilities this version serves are in Japan; a facility's own zone comes with its profile.
ZONE = ZoneInfo("Asia/Tokyo")


def today() -> date:
    """Return the facilities' local date."""
    return local_date(clock.now(), ZONE)
