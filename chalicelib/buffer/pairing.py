"""A phone comes in by a one-time code, and may send into one buffer for half a day."""

from __future__ import annotations

import secrets

from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.buffer import codes, pairing_store
from chalicelib.buffer.codes import Purpose
from chalicelib.buffer.model import CODE_LIFE, PAIRING_LIFE, Camera, Pairing, buffer_of
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import Conflict
from chalicelib.telemetry import count

ADDRESS = "/capture"


def pair(caller: Caller, origin: str = "") -> Pairing:
    """
    Return a one-time code for a phone (10 minutes), and the address that holds it; audited.

    Args:
        origin: What stands before our paths for somebody outside.
    """
    now, code = clock.now(), codes.new_code()
    pairing = Pairing(
        pairing_id=ids.new_id("pairing", now),
        buffer=buffer_of(caller),
        expires_at=clock.text(now + CODE_LIFE),
        code=code,
        url=f"{origin}{ADDRESS}#{code}",
    )
    audit(caller, "pair-camera", pairing.pairing_id)
    mac = codes.mac_of(Purpose.PHONE, code)
    pairing_store.add_code(mac, pairing.buffer, now + CODE_LIFE, pairing)
    return pairing


def paired(caller: Caller) -> list[Pairing]:
    """Return the caller's phones, and codes that still wait for one, newest first."""
    now = clock.text(clock.now())
    found = pairing_store.pairings(buffer_of(caller))
    return [each for each in reversed(found) if each.expires_at > now]


def unpair(caller: Caller, pairing_id: str) -> None:
    """End a phone's session, or take a code back, at once; audited.  Raises NotFound."""
    audit(caller, "unpair-camera", pairing_id)
    pairing_store.end(buffer_of(caller), pairing_id)


def leave(camera: Camera) -> None:
    """End a phone's session from the phone itself; audited.  Raises NotFound."""
    audit(camera.caller, "unpair-camera", camera.sender)
    pairing_store.end(camera.buffer, camera.sender)


def enter(code: str, address: str) -> str:
    """
    Return a phone's session id (256 bits, for its cookie) for a one-time code.

    Args:
        address: Where the request comes from, as API Gateway saw it.

    Raises:
        NotFound: ``no-pairing``: the one answer to whatever is wrong.
    """
    now = clock.now()
    found = codes.opened(Purpose.PHONE, code, address, now)
    camera = Camera(found.waiting.buffer, found.waiting.pairing_id)
    audit(camera.caller, "enter-as-camera", camera.sender)
    session_id = secrets.token_urlsafe(32)
    try:
        pairing_store.enter(found.mac, found.waiting, session_id, now, now + PAIRING_LIFE)
    except Conflict:
        codes.missed()
    found.was_right()
    count("CamerasPaired")
    return session_id


def camera_of(session_id: str) -> Camera | None:
    """Return the phone that holds a session; None when it is unknown, over or ended."""
    found = pairing_store.of_session(session_id)
    if found is None or clock.parse(found.expires_at) <= clock.now():
        return None
    return Camera(found.buffer, found.pairing_id)
