"""
What the person whose buffer it is makes of what came into it.

Nothing here is billed or backed up before it is kept, and nothing is shown once its time is over.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.buckets import captures as bytes_of
from chalicelib.buffer import arriving, keeping, room_store, store
from chalicelib.buffer.model import (
    LEAST_HOURS,
    MOST_HOURS,
    Capture,
    Examination,
    Kept,
    Patient,
    Room,
    State,
    buffer_of,
)
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict, Invalid, NotFound
from chalicelib.telemetry import count

LOOKED_FOR = 20  # awaited captures that one look asks S3 about
MOST_AT_ONCE = 100  # captures of one request


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


def used_bytes(caller: Caller) -> int:
    """Return what the caller's captures take; what has expired counts for nothing."""
    now = clock.now()
    found = store.captures(buffer_of(caller))
    return sum(each.size_bytes for each in found if not each.is_over(now))


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
    ends_at = clock.parse(capture.expires_at)
    return bytes_of.signed_get(capture.key, capture.media_type, ends_at, name)
