"""What a camera sends: announced, put where it is stored, and safe; each step may come again."""

from __future__ import annotations

import random
import re
import time
from contextlib import suppress
from datetime import datetime

from chalicelib.buckets import captures as bytes_of
from chalicelib.buffer import arriving, room_store, store
from chalicelib.buffer.model import (
    AWAITED_LIFE,
    MOST_BYTES,
    Announced,
    Awaited,
    Camera,
    Capture,
    Safe,
    Sent,
    State,
)
from chalicelib.buffer.store import Claimed
from chalicelib.buffer.sweeping import sweep
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import Conflict, Invalid, NotFound, Unavailable
from chalicelib.telemetry import count
from chalicelib.uploads.model import is_digest

TRIES = 4
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


def announce(camera: Camera, wanted: Announced) -> Awaited | Safe:
    """
    Claim room for a capture and say where its bytes go; again under its client's id: the same.

    Each time an awaited capture is announced, it gets a URL of its own (300 s).

    Raises:
        Invalid: ``bad-capture``: an impossible id, digest, size or time; another content under the
            same id.
        Conflict: ``buffer-full``: no room is left, even without what has expired.
    """
    taken_at = _checked(wanted)
    for attempt in range(TRIES):
        now = clock.now()
        known = store.sent(camera, wanted.client_id)
        if known is not None:
            found = _known(camera, known, wanted, now)
            if found is not None:
                return found
        fresh = _fresh(camera, wanted, taken_at, now)
        match store.claim(fresh, known):
            case Claimed.DONE:
                count("CapturesAnnounced")
                return _awaited(fresh)
            case Claimed.NO_ROOM:
                _make_room(camera, now)
            case Claimed.OVERTAKEN:
                time.sleep(random.uniform(0, 0.05) * 2**attempt)  # noqa: S311 - jitter
    raise Unavailable("too much comes into this buffer at once; announce it again")


def arrived(camera: Camera, capture_id: str) -> Safe:
    """
    Look whether the bytes of a capture have come whole.

    Raises:
        NotFound: It is not of this sender, or its time was over before it came.
        Conflict: ``not-arrived``: send it (again).
        Invalid: ``not-an-image``: what came is none of what is taken; it is gone again.
    """
    capture = _own(camera, capture_id)
    if isinstance(capture, Safe):
        return capture
    found = arriving.looked_for(capture, clock.now())
    if found.state is State.AWAITED:
        raise Conflict("the bytes have not come; send them again", code="not-arrived")
    return _safe(found)


def safe(camera: Camera) -> list[Safe]:
    """Return what came whole from this sender, for a month."""
    return [Safe(each.capture_id, each.client_id) for each in store.all_sent(camera) if each.came]


def _checked(wanted: Announced) -> str:
    """Return when it was taken, as we write times; raises Invalid."""
    if not _NAME.fullmatch(wanted.client_id):
        raise Invalid("client_id must be 1 to 64 of A-Za-z0-9_-", code="bad-capture")
    if not is_digest(wanted.sha256):
        raise Invalid("sha256 must be 64 lower-case hex digits", code="bad-capture")
    if not 1 <= wanted.size_bytes <= MOST_BYTES:
        raise Invalid(f"a capture has 1 to {MOST_BYTES} bytes", code="bad-capture")
    try:
        taken = clock.parse(wanted.taken_at) if wanted.taken_at else clock.now()
    except ValueError:
        raise Invalid("taken_at must be an RFC 3339 time", code="bad-capture") from None
    return clock.text(taken)


def _known(camera: Camera, known: Sent, wanted: Announced, now: datetime) -> Awaited | Safe | None:
    """Return how a capture stands that was announced before; None where it must begin anew."""
    if known.sha256 != wanted.sha256:
        raise Invalid("this client_id was announced with another content", code="bad-capture")
    if known.came:
        return Safe(known.capture_id, known.client_id)
    try:
        capture = store.capture(camera.buffer, known.capture_id)
        capture = arriving.looked_for(capture, now)
    except NotFound:
        return None
    if capture.state is State.THERE:
        return _safe(capture)
    if capture.is_over(now):
        with suppress(Conflict):
            arriving.end([capture], State.EXPIRED, now)
        return None
    return _awaited(capture)


def _fresh(camera: Camera, wanted: Announced, taken_at: str, now: datetime) -> Capture:
    return Capture(
        capture_id=ids.new_id("capture", now),
        facility_id=camera.buffer.facility_id,
        person_id=camera.buffer.person_id,
        sender=camera.sender,
        client_id=wanted.client_id,
        sha256=wanted.sha256,
        size_bytes=wanted.size_bytes,
        media_type=wanted.media_type,
        taken_at=taken_at,
        announced_at=clock.text(now),
        state=State.AWAITED,
        expires_at=clock.text(now + AWAITED_LIFE),
    )


def _make_room(camera: Camera, now: datetime) -> None:
    """Give back what is over; raises Conflict where that is nothing."""
    before = room_store.of(camera.buffer)
    sweep(camera.buffer, now)
    if room_store.of(camera.buffer) == before:
        count("CapturesRefused")
        raise Conflict(
            "the buffer is full; keep or drop what is in it first",
            code="buffer-full",
            available_bytes=before.available_bytes,
            available_captures=before.available_captures,
        )


def _awaited(capture: Capture) -> Awaited:
    signed = bytes_of.signed_put(capture.key, size_bytes=capture.size_bytes, sha256=capture.sha256)
    return Awaited(
        capture.capture_id, capture.client_id, signed.url, signed.headers, signed.expires_at
    )


def _safe(capture: Capture) -> Safe:
    return Safe(capture.capture_id, capture.client_id)


def _own(camera: Camera, capture_id: str) -> Capture | Safe:
    """Return what a sender announced; safe where it came once, whatever became of it."""
    try:
        found = store.capture(camera.buffer, capture_id)
    except NotFound:
        done = store.done(camera.buffer, capture_id)
        if done is None or done.sender != camera.sender or not done.arrived_at:
            raise
        return _safe(done)
    if found.sender != camera.sender:
        raise NotFound("there is no such capture")
    return found
