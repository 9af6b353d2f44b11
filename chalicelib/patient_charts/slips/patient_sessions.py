"""
A patient's session: a quarter of an hour, whatever they do, and only while their slip holds.

The slip is read at each request, so that revoking it ends what it opened at once.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from chalicelib.kernel import clock
from chalicelib.kernel.errors import NotFound
from chalicelib.patient_charts.slips import session_store
from chalicelib.patient_charts.slips import store as slip_store
from chalicelib.patient_charts.slips.model import Slip

LIFE = timedelta(minutes=15)


def begin(slip: Slip, *, give_back: bool) -> str | None:
    """
    Return a fresh session id (256 bits), or None where *slip* opens nothing any more.

    Args:
        give_back: A try was counted at the slip, and was right.
    """
    session_id = secrets.token_urlsafe(32)
    ends_at = min(clock.now() + LIFE, clock.parse(slip.ends_at))
    has_begun = session_store.begin(session_id, slip, ends_at, give_back=give_back)
    return session_id if has_begun else None


def slip_of(session_id: str) -> Slip | None:
    """Return the slip a running session came in by, or None when either is over."""
    found, now = session_store.session(session_id), clock.now()
    if found is None or clock.parse(found.ends_at) <= now:
        return None
    try:
        held = slip_store.standing(found.facility_id, found.patient_key, found.slip_id)
    except NotFound:
        return None
    is_held = not held.revoked_at and clock.parse(held.slip.ends_at) > now
    return held.slip if is_held else None


def end(session_id: str) -> None:
    """End a session; ending one that is over changes nothing."""
    session_store.end(session_id)
