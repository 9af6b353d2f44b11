"""Moments as a reader sees them: in their facility's zone."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from chalicelib.access import store
from chalicelib.access.model import DEFAULT_ZONE, Caller
from chalicelib.kernel import clock


def zone_for(caller: Caller) -> ZoneInfo:
    """Return the zone of the caller's facility; the provider's people have the usual one."""
    if not caller.facility_id:
        return ZoneInfo(DEFAULT_ZONE)
    return ZoneInfo(store.facility(caller.facility_id).zone)


def local(written: str | None, zone: ZoneInfo) -> datetime | None:
    """Return a moment we wrote down, in *zone*; None where there is none."""
    return clock.parse(written).astimezone(zone) if written else None
