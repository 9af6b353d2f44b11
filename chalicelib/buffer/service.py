"""
What a camera sends, and what the person whose buffer it is makes of it.

Nothing here is billed or backed up before it is kept, and nothing is shown once its time is over.
"""

from __future__ import annotations

import random
import re
import time
from contextlib import suppress
from datetime import datetime

from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.buckets import captures as bytes_of
from chalicelib.buffer import arriving, keeping, room_store, store
from chalicelib.buffer.model import (
    AWAITED_LIFE,
    LEAST_HOURS,
    MOST_BYTES,
    MOST_HOURS,
    Announced,
    Awaited,
    Camera,
    Capture,
    Examination,
    Kept,
    Patient,
    Room,
    Safe,
    Sent,
    State,
    buffer_of,
)
from chalicelib.buffer.store import Claimed
from chalicelib.buffer.sweeping import sweep
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import Conflict, Invalid, NotFound, Unavailable
from chalicelib.telemetry import count
from chalicelib.uploads.model import is_digest

TRIES = 4
LOOKED_FOR = 20  # awaited captures that one look asks S3 about
MOST_AT_ONCE = 100  # captures of one request
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


def captures(caller: Caller, since: str | None = None) -> list[Capture]:
    """
    Return what is there in the caller's own buffer, newest first; never what has expired.

    Args:
        since: Only those that came after this moment, for a page that has the others.
    """
    buffer, now = buffer_of(caller), clock.now()
    keeping.go_on(buffer, now)
    looked = _looked_for(store.captures(buffer), now)
    shown = [each for each in reversed(looked) if _is_shown(each, now)]
    return [each for each in shown if each.arrived_at > (since or "")]


def awaited(caller: Caller) -> int:
    """Return how many captures are on their way into the caller's buffer."""
    now = clock.now()
    found = store.captures(buffer_of(caller))
    return sum(each.state is State.AWAITED and not each.is_over(now) for each in found)


def room(caller: Caller) -> Room:
    """Return what is free in the caller's buffer, and how long captures live there."""
    return room_store.of(buffer_of(caller))


def picture(caller: Caller, capture_id: str) -> str:
    """Return a URL of a capture for some minutes; audited.  Raises NotFound."""
    found = pictures(caller, [capture_id])
    if capture_id not in found:
        raise NotFound("there is no such capture")
    return found[capture_id]


def pictures(caller: Caller, capture_ids: list[str]) -> dict[str, str]:
    """
    Return URLs of those captures that are there, by id, for some minutes; one audit row for all.

    What no browser shows (see :attr:`MediaType.is_shown`) is a download.
    """
    buffer, now = buffer_of(caller), clock.now()
    found = [each for each in _found(caller, capture_ids) if _is_shown(each, now)]
    if not found:
        return {}
    subject = found[0].capture_id if len(found) == 1 else buffer.person_id
    audit(caller, "see-captures", subject, amount=len(found))
    return {each.capture_id: _url(each) for each in found}


def keep(
    caller: Caller,
    capture_ids: list[str],
    target_id: str,
    examination: Examination,
    patient: Patient | None,
) -> Kept:
    """
    Move captures (at most MOST_KEPT) into a target, as files of *examination*; audited.

    They go through a batch like any other: what the contract refuses stays in the buffer.  Asked
    again, it is the same; whatever broke off is ended by the next look, or by the schedule.

    Raises:
        NotFound: A capture is not there; no such target.
        Conflict: No contract is in force; or ``kept-elsewhere``: kept into another target before.
        Invalid: None or too many.
    """
    return keeping.keep(caller, capture_ids, target_id, examination, patient)


def drop(caller: Caller, capture_ids: list[str]) -> None:
    """Forget captures; audited.  What is gone already is no error."""
    now = clock.now()
    found = [each for each in _found(caller, capture_ids) if not each.keeping]
    if not found:
        return
    audit(caller, "drop-captures", caller.id, amount=len(found))
    for each in found:
        with suppress(Conflict):  # it was kept, dropped or over in the meantime
            arriving.end([each], State.DROPPED, now)
    count("CapturesDropped", len(found))


def life(caller: Caller, hours: int) -> None:
    """
    Let captures that come from now on live *hours* (1 to 336); audited.

    Raises:
        Invalid: ``bad-life``.
    """
    if not LEAST_HOURS <= hours <= MOST_HOURS:
        raise Invalid(f"captures live {LEAST_HOURS} to {MOST_HOURS} hours", code="bad-life")
    audit(caller, "set-captures-life", caller.id, amount=hours)
    room_store.set_life(buffer_of(caller), hours)


# --- announced ---------------------------------------------------------------------------------


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


# --- looked at ---------------------------------------------------------------------------------


def _looked_for(found: list[Capture], now: datetime) -> list[Capture]:
    """Return captures as they are, after looking for some of those that are awaited."""
    awaited = [each for each in found if each.state is State.AWAITED]
    asked = {each.capture_id for each in awaited[:LOOKED_FOR]}
    looked = []
    for each in found:
        if each.capture_id not in asked:
            looked.append(each)
            continue
        with suppress(Invalid, NotFound):
            looked.append(arriving.looked_for(each, now))
    return looked


def _is_shown(capture: Capture, now: datetime) -> bool:
    return capture.state is State.THERE and not capture.is_over(now) and not capture.keeping


def _found(caller: Caller, capture_ids: list[str]) -> list[Capture]:
    """Return those of the caller's captures that are there, over or not."""
    wanted = list(dict.fromkeys(capture_ids))
    if len(wanted) > MOST_AT_ONCE:
        raise Invalid(f"name {MOST_AT_ONCE} captures at most", code="bad-number")
    found = []
    for each in wanted:
        with suppress(NotFound):
            found.append(store.capture(buffer_of(caller), each))
    return found


def _url(capture: Capture) -> str:
    name = "" if capture.media_type.is_shown else capture.file_name
    return bytes_of.signed_get(capture.key, capture.media_type, name)
