"""A phone comes in by a one-time code, and may send into one buffer for half a day."""

from __future__ import annotations

from chalicelib.access.model import Caller
from chalicelib.buffer.model import Camera, Pairing

ADDRESS = "/capture"


def pair(caller: Caller, origin: str = "") -> Pairing:
    """
    Return a one-time code for a phone (10 minutes), and the address that holds it; audited.

    Args:
        origin: What stands before our paths for somebody outside.
    """
    raise NotImplementedError


def paired(caller: Caller) -> list[Pairing]:
    """Return the caller's phones, and codes that still wait for one, newest first."""
    raise NotImplementedError


def unpair(caller: Caller, pairing_id: str) -> None:
    """End a phone's session, or take a code back, at once; audited.  Raises NotFound."""
    raise NotImplementedError


def enter(code: str, address: str) -> str:
    """
    Return a phone's session id (256 bits, for its cookie) for a one-time code.

    Args:
        address: Where the request comes from, as API Gateway saw it.

    Raises:
        NotFound: ``no-pairing``: the one answer to whatever is wrong.
    """
    raise NotImplementedError


def camera_of(session_id: str) -> Camera | None:
    """Return the phone that holds a session; None when it is unknown, over or ended."""
    raise NotImplementedError
