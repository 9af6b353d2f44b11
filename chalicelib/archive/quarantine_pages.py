"""Bytes that nobody announced or that are not as announced, for the provider."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
from chalice.app import Response

from chalicelib.access.model import DEFAULT_ZONE
from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.archive.model import Quarantined
from chalicelib.archive.store import objects
from chalicelib.kernel import clock

REASONS = ("size-differs", "sha256-differs", "nobody-claimed", "odd-key")  # the worst first
QUARANTINE = "/portal/quarantine"

pages = PageRoutes(__name__)


class SetAside(msgspec.Struct, frozen=True):
    """
    An object in quarantine.

    Attributes:
        found_at: In the provider's time zone.
    """

    key: str
    reason: str
    size_bytes: int
    found_at: datetime


@pages.on("GET", QUARANTINE, Operation.SEE_QUARANTINE)
def show_quarantine(visit: Visit) -> Response:
    """Show what was set aside, a page of it, with what each reason means."""
    found, cursor = objects.quarantined(visit.asked("cursor") or None)
    shown = [_set_aside(each) for each in found]
    return visit.page(
        "archive/quarantine.html",
        found=shown,
        reasons=[each for each in REASONS if each in {one.reason for one in shown}],
        cursor=cursor,
    )


def _set_aside(found: Quarantined) -> SetAside:
    return SetAside(
        key=found.key,
        reason=found.reason,
        size_bytes=found.size,
        found_at=clock.parse(found.found_at).astimezone(ZoneInfo(DEFAULT_ZONE)),
    )
