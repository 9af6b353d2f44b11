"""Captures in the portal, and the page of the phone that sends them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial

from chalicelib.access.model import Role
from chalicelib.buffer import pairing
from chalicelib.buffer.model import buffer_of
from chalicelib.web import forms
from chalicelib.web.cookies import CAMERA
from tests.buffer.scene import announce, put
from tests.buffer.scene import doctor as owner
from tests.buffer.visiting import CAPTURES
from tests.faults.stories.captures import IMAGES, endoscope, there
from tests.faults.stories.telling import Act, clicks, story
from tests.support.visitor import Visitor, signed_in
from tests.support.world import World

# --- the doctor's page --------------------------------------------------------------------------


def asks(world: World, method: str, path: str, **fields: Callable[[], str]) -> Act:
    return clicks(signed_in(Role.DOCTOR, world.facility_id), method, CAPTURES + path, **fields)


def ticked(world: World, amount: int = 2) -> dict[str, Callable[[], str]]:
    """Return what a form says that names so many captures."""
    return {each: partial(str, each) for each in there(world)[:amount]}


@story(f"GET {CAPTURES}")
def _(world: World) -> Act:
    there(world)
    return asks(world, "GET", "")


@story(f"GET {CAPTURES}/{{capture_id}}/file")
def _(world: World) -> Act:
    return asks(world, "GET", f"/{there(world)[0]}/file")


@story(f"POST {CAPTURES}/pair")
def _(world: World) -> Act:
    return asks(world, "POST", "/pair")


@story(f"POST {CAPTURES}/phones/{{pairing_id}}/end")
def _(world: World) -> Act:
    return asks(world, "POST", f"/phones/{pairing.pair(owner(world)).pairing_id}/end")


@story(f"POST {CAPTURES}/devices/code")
def _(world: World) -> Act:
    return asks(world, "POST", "/devices/code")


@story(f"POST {CAPTURES}/devices/{{camera_id}}/revoke")
def _(world: World) -> Act:
    return asks(world, "POST", f"/devices/{endoscope(world).agent_id}/revoke")


@story(f"POST {CAPTURES}/life")
def _(world: World) -> Act:
    return asks(world, "POST", "/life", hours=lambda: "168")


@story(f"POST {CAPTURES}/choose")
def _(world: World) -> Act:
    return asks(world, "POST", "/choose", step=lambda: "keep", **ticked(world))


@story(f"POST {CAPTURES}/keep")
def _(world: World) -> Act:
    """Two of three, of a patient nobody knew."""
    typed = {"target": world.target_id, "of": "new", "new_id": "P-3", "step": "keep"}
    fields = {name: partial(str, text) for name, text in typed.items()}
    return asks(world, "POST", "/keep", **fields, **ticked(world))


@story(f"POST {CAPTURES}/drop")
def _(world: World) -> Act:
    return asks(world, "POST", "/drop", **ticked(world))


# --- the phone's page ---------------------------------------------------------------------------


def phone(world: World) -> str:
    """Pair a phone; return what its cookie holds."""
    return pairing.enter(pairing.pair(owner(world)).code, "203.0.113.7")


def sends(cookie: str, path: str, **fields: str) -> Act:
    """A phone that asks with the cookie it has now, however often."""
    return lambda: Visitor(cookies={CAMERA: cookie}).post(
        path, {"csrf": forms.token(cookie)} | fields
    )


@story("GET /capture")
def _(world: World) -> Act:
    cookie = phone(world)
    return lambda: Visitor(cookies={CAMERA: cookie}).get("/capture")


@story("POST /capture")
def _(world: World) -> Act:
    """Whoever had no answer types the code again, and needs another one if it was used."""
    visitor, code = Visitor(), pairing.pair(owner(world)).code
    visitor.get("/capture")
    cookies, token = dict(visitor.cookies), visitor.token
    return lambda: Visitor(cookies=dict(cookies)).post("/capture", {"csrf": token, "code": code})


@story("POST /capture/announce")
def _(world: World) -> Act:
    digest = hashlib.sha256(IMAGES[0]).hexdigest()
    said = {"client_id": digest[:32], "sha256": digest, "media_type": "image/jpeg"}
    return sends(phone(world), "/capture/announce", size_bytes=str(len(IMAGES[0])), **said)


@story("POST /capture/arrived")
def _(world: World) -> Act:
    cookie = phone(world)
    camera = pairing.camera_of(cookie)
    assert camera
    capture_id = announce(camera, IMAGES[0])
    put(capture_id, buffer_of(owner(world)), IMAGES[0])
    return sends(cookie, "/capture/arrived", capture_id=capture_id)


@story("POST /capture/leave")
def _(world: World) -> Act:
    return sends(phone(world), "/capture/leave")
