"""Captures and phones as the doctor's page shows them: local times, and where a picture is."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from chalicelib.access.model import Device
from chalicelib.buffer.kinds import MediaType
from chalicelib.buffer.model import (
    Capture,
    Pairing,
)
from chalicelib.kernel import clock


class ShownCapture(msgspec.Struct, frozen=True):
    """
    Attributes:
        taken, ends: Local.
        url: Of the picture, for some minutes; empty where no browser shows its kind.
    """

    capture_id: str
    media_type: MediaType
    size_bytes: int
    expires_at: str
    sender: str
    taken: datetime
    ends: datetime
    url: str


class ShownPhone(msgspec.Struct, frozen=True):
    """
    Attributes:
        since, until: Local.
    """

    pairing_id: str
    since: datetime
    until: datetime


class ShownDevice(msgspec.Struct, frozen=True):
    """
    Attributes:
        since: Local.
    """

    device_id: str
    name: str
    since: datetime


def captures(found: list[Capture], urls: dict[str, str], zone: ZoneInfo) -> list[ShownCapture]:
    """Return *found* for a page; *urls* are those of what is there."""
    return [_capture(each, urls.get(each.capture_id, ""), zone) for each in found]


def phones(found: list[Pairing], zone: ZoneInfo) -> list[ShownPhone]:
    """Return the phones that are in; codes that wait for one are not shown."""
    return [
        ShownPhone(each.pairing_id, local(each.entered_at, zone), local(each.expires_at, zone))
        for each in found
        if each.entered_at
    ]


def devices(found: list[Device], zone: ZoneInfo) -> list[ShownDevice]:
    """Return the devices that may send."""
    return [
        ShownDevice(each.device_id, each.name, local(each.enrolled_at, zone))
        for each in found
        if each.state == "enrolled"
    ]


def local(written: str, zone: ZoneInfo) -> datetime:
    """Return a moment we wrote down, in *zone*."""
    return clock.parse(written).astimezone(zone)


def _capture(each: Capture, url: str, zone: ZoneInfo) -> ShownCapture:
    return ShownCapture(
        capture_id=each.capture_id,
        media_type=each.media_type,
        size_bytes=each.size_bytes,
        expires_at=each.expires_at,
        sender=each.sender,
        taken=local(each.taken_at, zone),
        ends=local(each.expires_at, zone),
        url=url if each.media_type.is_shown else "",
    )
