"""Captures in browsers: a phone that sends, and the doctor's page where they come in."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from chalicelib.access.model import Role
from chalicelib.buffer import pairing
from chalicelib.web import forms
from chalicelib.web.cookies import CAMERA, CAMERA_FORM
from tests.buffer.scene import announced, held, put
from tests.buffer.scene import doctor as owner
from tests.buffer.visiting import CAPTURES, SCRIPT, phone_with
from tests.faults.stories.captures import IMAGES, endoscope, there
from tests.faults.stories.telling import Act, clicks, story
from tests.support.canary import CANARY_ID, CANARY_NAME
from tests.support.visitor import Visitor, signed_in
from tests.support.world import World

PHONE = "/capture"


# --- the phone -----------------------------------------------------------------------------------


def a_phone(world: World) -> Visitor:
    return phone_with(pairing.pair(owner(world)).code)


def taps(phone: Visitor, path: str, **fields: str) -> Act:
    """A phone that sends a form with the cookies it has now, however often."""
    cookies = dict(phone.cookies)
    form = {"csrf": forms.token(cookies.get(CAMERA) or cookies[CAMERA_FORM])} | fields
    return lambda: Visitor(cookies=dict(cookies)).post(path, form, **SCRIPT)


def an_announcement() -> dict[str, str]:
    wanted = announced(IMAGES[0])
    return {name: str(getattr(wanted, name)) for name in wanted.__struct_fields__}


@story(f"GET {PHONE}")
def _(world: World) -> Act:
    there(world)
    cookies = dict(a_phone(world).cookies)
    return lambda: Visitor(cookies=dict(cookies)).get(PHONE)


@story(f"POST {PHONE}")
def _(world: World) -> Act:
    phone = Visitor()
    phone.get(PHONE)
    return taps(phone, PHONE, code=pairing.pair(owner(world)).code)


@story(f"POST {PHONE}/announce")
def _(world: World) -> Act:
    return taps(a_phone(world), f"{PHONE}/announce", **an_announcement())


@story(f"POST {PHONE}/arrived")
def _(world: World) -> Act:
    phone = a_phone(world)
    taps(phone, f"{PHONE}/announce", **an_announcement())()
    (capture,) = held(owner(world))
    put(capture.capture_id, capture.buffer, IMAGES[0])
    return taps(phone, f"{PHONE}/arrived", capture_id=capture.capture_id)


@story(f"POST {PHONE}/leave")
def _(world: World) -> Act:
    return taps(a_phone(world), f"{PHONE}/leave")


# --- the doctor ----------------------------------------------------------------------------------


Fields = Callable[[World, list[str]], dict[str, str]]


def at_page(route: str, fields: Fields) -> None:
    """Tell the story of a form or a page of the doctor's, IMAGES being there."""
    method, path = route.split()

    @story(route)
    def _(world: World) -> Act:
        capture_ids = there(world)
        typed = fields(world, capture_ids)
        asked = path.format(**({"capture_id": capture_ids[0]} | typed))
        visitor = signed_in(Role.DOCTOR, world.facility_id)
        return clicks(visitor, method, asked, **{k: partial(str, v) for k, v in typed.items()})


def nothing(_: World, __: list[str]) -> dict[str, str]:
    return {}


def ticked(_: World, capture_ids: list[str]) -> dict[str, str]:
    return {"step": "keep"} | {f"capture-{each}": each for each in capture_ids[:2]}


def for_somebody_new(world: World, capture_ids: list[str]) -> dict[str, str]:
    whose = {"new_id": CANARY_ID, "new_name": CANARY_NAME, "examined_on": "2026-04-01"}
    return ticked(world, capture_ids) | {"target": world.target_id, "of": "new"} | whose


def a_pairing(world: World, _: list[str]) -> dict[str, str]:
    return {"pairing_id": pairing.pair(owner(world)).pairing_id}


def a_camera(world: World, _: list[str]) -> dict[str, str]:
    return {"camera_id": endoscope(world).agent_id}


at_page(f"GET {CAPTURES}", nothing)
at_page(f"GET {CAPTURES}/{{capture_id}}/file", nothing)
at_page(f"POST {CAPTURES}/pair", nothing)
at_page(f"POST {CAPTURES}/phones/{{pairing_id}}/end", a_pairing)
at_page(f"POST {CAPTURES}/devices/code", nothing)
at_page(f"POST {CAPTURES}/devices/{{camera_id}}/revoke", a_camera)
at_page(f"POST {CAPTURES}/life", lambda _, __: {"hours": "336"})
at_page(f"POST {CAPTURES}/choose", ticked)
at_page(f"POST {CAPTURES}/keep", for_somebody_new)
at_page(f"POST {CAPTURES}/drop", ticked)
