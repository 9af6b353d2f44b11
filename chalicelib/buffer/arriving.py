"""
From bytes in S3 to a capture that is there.

A function of what S3 and DynamoDB hold, asked by whoever sent them, by whoever looks for them, and
before a capture's time is over: so an answer that was lost loses no image.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

import msgspec

from chalicelib.buckets import captures as buckets
from chalicelib.buffer import room_store, store
from chalicelib.buffer.kinds import MAGIC_BYTES, kind_of
from chalicelib.buffer.model import (
    MOST_HOURS,
    Capture,
    State,
)
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict, Invalid
from chalicelib.telemetry import count, count_bytes


def looked_for(capture: Capture, now: datetime) -> Capture:
    """
    Return a capture as it is, after looking for the bytes of one that is awaited.

    Raises:
        Invalid: ``not-an-image``: what came is none of what is taken; it is dropped.
        NotFound: It ended in the meantime.
    """
    if capture.state is not State.AWAITED or not _has_come(capture):
        return capture
    kind = kind_of(buckets.read(capture.key, MAGIC_BYTES))
    if kind is None:
        with suppress(Conflict):
            end([capture], State.DROPPED, now)
        raise Invalid("this is neither JPEG, PNG, HEIC nor DICOM", code="not-an-image")
    there = msgspec.structs.replace(
        capture,
        state=State.THERE,
        media_type=kind,
        arrived_at=clock.text(now),
        expires_at=clock.text(_end_of_life(capture, now)),
    )
    try:
        store.come(capture, there)
    except Conflict:
        return store.capture(capture.buffer, capture.capture_id)
    count("CapturesArrived")
    count_bytes("BytesCaptured", capture.size_bytes)
    return there


def end(captures: list[Capture], state: State, now: datetime) -> None:
    """Let *captures* of one buffer end, and their room be free; raises Conflict: one changed."""
    ended = [
        msgspec.structs.replace(each, state=state, ended_at=clock.text(now)) for each in captures
    ]
    store.end(captures, ended)
    buckets.forget(each.key for each in captures)


def _has_come(capture: Capture) -> bool:
    """Tell whether the announced bytes are in S3; the URL let nothing else in."""
    found = buckets.stored(capture.key)
    return found is not None and (found.size_bytes, found.sha256) == (
        capture.size_bytes,
        capture.sha256,
    )


def _end_of_life(capture: Capture, now: datetime) -> datetime:
    """A life begins when a capture comes, and ends before the bucket forgets it."""
    hours = room_store.of(capture.buffer).life_hours
    latest = clock.parse(capture.announced_at) + timedelta(hours=MOST_HOURS)
    return min(now + timedelta(hours=hours), latest)
