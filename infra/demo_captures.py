"""The demo's captures: a phone that is paired with a doctor's computer, and pictures it sends."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from pathlib import Path

from infra.local.browsing import Browser
from infra.local.people import Refused, put
from infra.local.stack import LocalStack

PAIR, PHONE = "/portal/captures/pair", "/capture"


def pair(stack: LocalStack, doctor: Browser) -> Browser:
    """Pair a phone by the code that the doctor's computer shows; return the phone's browser."""
    doctor.get("/portal/captures")
    shown = re.search(r'class="code-to-type"[^>]*>([^<]+)<', doctor.send(PAIR))
    if not shown:
        raise Refused({"detail": "no code to pair a phone is shown"})
    phone = Browser(stack)
    phone.get(PHONE)
    phone.send(PHONE, code=shown[1])
    return phone


def send(phone: Browser, picture: Path) -> None:
    """Send a picture as the phone's page does: announced, put where it is told, looked for."""
    body = picture.read_bytes()
    digest = hashlib.sha256(body).hexdigest()
    awaited = phone.told(
        f"{PHONE}/announce",
        client_id=digest,
        sha256=digest,
        size_bytes=str(len(body)),
        media_type="image/jpeg",
        taken_at=datetime.now(UTC).isoformat(),
    )
    put(awaited["url"], awaited["headers"], body)
    safe = phone.told(f"{PHONE}/arrived", capture_id=awaited["capture_id"])
    if safe["state"] != "safe":
        raise Refused({"detail": "the picture did not arrive"})
