"""A doctor's browser and a phone's, before the pages of captures."""

from __future__ import annotations

import hashlib
import json
import re
from html import unescape
from typing import Any

from chalicelib.access.model import Role
from chalicelib.buffer.model import Buffer
from tests.buffer.scene import put
from tests.support.visitor import Answer, Visitor, signed_in
from tests.support.world import World

CAPTURES = "/portal/captures"
SCRIPT = {"accept": "application/json"}


def at_captures(world: World, **changes: Any) -> Visitor:
    """Return a doctor who looks at their captures; scene.doctor is who they are."""
    visitor = signed_in(Role.DOCTOR, world.facility_id, **changes)
    visitor.get(CAPTURES)
    return visitor


def code_on(answer: Answer) -> str:
    """Return the code that the page shows."""
    found = re.search(r'class="code-to-type"[^>]*>([^<]*)<', answer.text)
    assert found, answer.text
    return found[1]


def phone_with(code: str, language: str = "en") -> Visitor:
    """Return a phone that has typed *code*."""
    phone = Visitor(language=language)
    phone.get("/capture")
    phone.send("/capture", code=code)
    return phone


def paired(visitor: Visitor) -> Visitor:
    """Pair a phone as people do: the doctor shows a code, the phone types it."""
    code = code_on(visitor.submit(f"{CAPTURES}/pair"))
    visitor.get(CAPTURES)
    return phone_with(code, visitor.language)


def said(answer: Answer) -> dict[str, Any]:
    """Return what a script was told."""
    return dict(json.loads(answer.text))


def announce(phone: Visitor, body: bytes, **changes: str) -> Answer:
    """Announce a picture as the page's script does."""
    digest = hashlib.sha256(body).hexdigest()
    usual = {
        "client_id": digest[:32],
        "sha256": digest,
        "size_bytes": str(len(body)),
        "media_type": "image/jpeg",
        "taken_at": "2026-04-01T00:00:00.000Z",
        "csrf": phone.token,
    }
    return phone.post("/capture/announce", usual | changes, **SCRIPT)


def arrived(phone: Visitor, capture_id: str) -> Answer:
    form = {"csrf": phone.token, "capture_id": capture_id}
    return phone.post("/capture/arrived", form, **SCRIPT)


def sent(phone: Visitor, world: World, body: bytes) -> str:
    """Send a picture as the page's script does; return its id."""
    capture_id = str(said(announce(phone, body))["capture_id"])
    put(capture_id, Buffer(world.facility_id, "person-doctor"), body)
    assert said(arrived(phone, capture_id))["state"] == "safe"
    return capture_id


def cards(answer: Answer) -> list[str]:
    """Return the ids of the pictures on a page, in order."""
    return [unescape(each) for each in re.findall(r'<li id="(capture-[^"]*)"', answer.text)]
