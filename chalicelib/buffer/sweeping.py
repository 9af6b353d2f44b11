"""What becomes of a buffer by itself: room is given back, and what broke off is ended."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from chalicelib.buffer import arriving, keeping, room_store, store
from chalicelib.buffer.model import Buffer, Capture, State
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict, Invalid, NotFound
from chalicelib.telemetry import count

LOOK_EVERY = timedelta(hours=6)  # room is free that long after its time at the latest
AT_ONCE = 20  # captures of one transaction


def sweep(buffer: Buffer, now: datetime) -> list[Capture]:
    """
    Let what is over take no room any more; return what is left.

    One that came, and nobody heard of it, is not over: its life begins.
    """
    left: list[Capture] = []
    over: list[Capture] = []
    for each in store.captures(buffer):
        found = _looked_for(each, now) if each.is_over(now) else each
        if found is not None:
            (over if found.is_over(now) else left).append(found)
    for start in range(0, len(over), AT_ONCE):
        some = over[start : start + AT_ONCE]
        with suppress(Conflict):  # somebody else was at it; what is left is for the next look
            arriving.end(some, State.EXPIRED, now)
            count("CapturesExpired", len(some))
    return left


def look(buffer: Buffer, seen: str, now: datetime) -> None:
    """
    Do what is due in a buffer, and say when to look again.

    Args:
        seen: The moment that brought us here.
    """
    keeping.go_on(buffer, now)
    left = sweep(buffer, now)
    ends = [clock.parse(each.expires_at) for each in left if not each.keeping]
    again = min([now + LOOK_EVERY, *ends]) if left else None
    room_store.look_again(buffer, seen, again)


def _looked_for(capture: Capture, now: datetime) -> Capture | None:
    try:
        return arriving.looked_for(capture, now)
    except (Invalid, NotFound):
        return None
