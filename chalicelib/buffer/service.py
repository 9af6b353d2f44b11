"""
What a camera sends, and what the person whose buffer it is makes of it.

Nothing here is billed or backed up before it is kept, and nothing is shown once its time is over.
"""

from __future__ import annotations

from chalicelib.access.model import Caller
from chalicelib.buffer.model import (
    Announced,
    Awaited,
    Camera,
    Capture,
    Examination,
    Kept,
    Patient,
    Room,
    Safe,
)


def announce(camera: Camera, wanted: Announced) -> Awaited | Safe:
    """
    Claim room for a capture and say where its bytes go; again under its client's id: the same.

    Each time an awaited capture is announced, it gets a URL of its own (300 s).

    Raises:
        Invalid: ``bad-capture``: an impossible id, digest, size or time; another content under the
            same id.
        Conflict: ``buffer-full``: no room is left, even without what has expired.
    """
    raise NotImplementedError


def arrived(camera: Camera, capture_id: str) -> Safe:
    """
    Look whether the bytes of a capture have come whole.

    Raises:
        NotFound: It is not of this sender, or its time was over before it came.
        Conflict: ``not-arrived``: send it (again).
        Invalid: ``not-an-image``: what came is none of what is taken; it is gone again.
    """
    raise NotImplementedError


def safe(camera: Camera) -> list[Safe]:
    """Return what came whole from this sender, for a month."""
    raise NotImplementedError


def captures(caller: Caller, since: str | None = None) -> list[Capture]:
    """
    Return what is there in the caller's own buffer, newest first; never what has expired.

    Args:
        since: Only ids after this one, for a page that has the others.
    """
    raise NotImplementedError


def awaited(caller: Caller) -> int:
    """Return how many captures are on their way into the caller's buffer."""
    raise NotImplementedError


def room(caller: Caller) -> Room:
    """Return what is free in the caller's buffer, and how long captures live there."""
    raise NotImplementedError


def picture(caller: Caller, capture_id: str) -> str:
    """Return a URL of a capture for some minutes; audited.  Raises NotFound."""
    raise NotImplementedError


def pictures(caller: Caller, capture_ids: list[str]) -> dict[str, str]:
    """
    Return URLs of those captures that are there, by id, for some minutes; one audit row for all.

    What no browser shows (see :attr:`MediaType.is_shown`) is a download.
    """
    raise NotImplementedError


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
    raise NotImplementedError


def drop(caller: Caller, capture_ids: list[str]) -> None:
    """Forget captures; audited.  What is gone already is no error."""
    raise NotImplementedError


def life(caller: Caller, hours: int) -> None:
    """
    Let captures that come from now on live *hours* (1 to 336); audited.

    Raises:
        Invalid: ``bad-life``.
    """
    raise NotImplementedError
