"""
For each handler: a world made ready for it, and how the outside calls it.

Routes that only read are here too: they write an audit row before they answer.

A story's *act* is what comes again after a crash: an agent's retry, a browser's second click, an
event delivered anew.  It may be refused then (the first time did it all); it may not break.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from moto.backends import get_backend

from chalicelib.access.model import Role
from chalicelib.kernel import clock
from chalicelib.web import forms
from chalicelib.web.cookies import SESSION, SIGN_IN
from infra.provision import MOTO_ACCOUNT
from infra.template import REGION
from tests.support.people import Anonymous
from tests.support.pool import PASSWORD, code_of, make_pool
from tests.support.snapshot import once
from tests.support.visitor import Visitor, signed_in
from tests.support.world import World, a_chunk

FILES = {"E-1/a": b"one", "E-1/b": b"twins", "E-2/c": b"twins"}


Act = Callable[[], object]
Prepare = Callable[[World], Act]

STORIES: dict[str, Prepare] = {}


def story(handler: str) -> Callable[[Prepare], Prepare]:
    """
    Tell the story of *handler*: what is returned is called, killed, and called again.

    Args:
        handler: A route, event handler or operator command (``operate: name``) of app.py.
    """

    def told(prepare: Prepare) -> Prepare:
        assert handler not in STORIES, f"{handler} has two stories"
        STORIES[handler] = prepare
        return prepare

    return told


# --- pieces ---------------------------------------------------------------------------------------


def digests() -> list[str]:
    return list(dict.fromkeys(hashlib.sha256(body).hexdigest() for body in FILES.values()))


def declared(world: World) -> str:
    """Open a batch and declare FILES in it; return the batch."""
    batch_id = world.open_batch()
    world.chunk(batch_id, 0, a_chunk(FILES))
    return batch_id


def sent(world: World) -> list[str]:
    """Store the bytes of FILES; return their keys."""
    for body in FILES.values():
        world.put_object(hashlib.sha256(body).hexdigest(), body)
    return [f"t/{world.target_id}/{digest}" for digest in digests()]


def stored(world: World) -> None:
    """Back FILES up; most stories begin so, and a process does it once."""
    once(f"FILES of {world.facility_id}", lambda: world.back_up(FILES))


def granted(world: World) -> str:
    """Back FILES up and grant their restore; return the restore."""
    stored(world)
    grant = {"target_id": world.target_id, "scope": "target", "agent_id": world.agent.agent_id}
    return str(world.doctor.post("/restores", grant, status=201)["restore_id"])


def in_hours(hours: float) -> str:
    return clock.text(clock.now() + timedelta(hours=hours))


def settle(world: World) -> None:
    """Let days pass: claims end, forgotten batches are closed."""
    for hours in (49, 98):
        world.sweep(in_hours(hours))


def calls(caller: Anonymous, method: str, path: str, body: Any = None) -> Act:
    return lambda: caller.call(method, path, body or {})


def commands(world: World, name: str, **arguments: str) -> Act:
    return lambda: world.client.lambda_.invoke("operate", {"command": name} | arguments)


# --- reading --------------------------------------------------------------------------------------


def reads(route: str, who: Callable[[World], Anonymous], path: str) -> None:
    """Tell the story of a route that reads, asked by *who* once FILES are stored."""

    @story(route)
    def _(world: World) -> Act:
        stored(world)
        return calls(who(world), "GET", path.format(**found(world)))


def found(world: World) -> dict[str, str]:
    """Return the ids that paths speak of."""
    listed = world.doctor.get(f"/targets/{world.target_id}/examinations")["items"]
    return {
        "target_id": world.target_id,
        "facility_id": world.facility_id,
        "contract_id": world.contract_id,
        "patient_key": listed[0]["patient_key"],
        "examination_id": listed[0]["examination_id"],
    }


def operator(world: World) -> Anonymous:
    return world.operator


def admin(world: World) -> Anonymous:
    return world.admin


def doctor(world: World) -> Anonymous:
    return world.doctor


def agent(world: World) -> Anonymous:
    return world.agent


# --- pages ----------------------------------------------------------------------------------------


def clicks(visitor: Visitor, method: str, path: str, **fields: Callable[[], str]) -> Act:
    """A browser that asks with the cookies it has now, however often."""
    cookies = dict(visitor.cookies)
    secret = cookies.get(SESSION) or cookies.get(SIGN_IN, "")

    def act() -> object:
        browser = Visitor(cookies=dict(cookies))
        if method == "GET":
            return browser.get(path)
        typed = {name: value() for name, value in fields.items()}
        return browser.post(path, {"csrf": forms.token(secret)} | typed)

    return act


def visits(route: str, path: str = "", *, role: Role = Role.DOCTOR) -> None:
    """Tell the story of a page that shows, asked for by somebody of *role* who is signed in."""

    @story(route)
    def _(world: World) -> Act:
        stored(world)
        visitor = signed_in(role, "" if role is Role.OPERATOR else world.facility_id)
        return clicks(visitor, "GET", (path or route.removeprefix("GET ")).format(**found(world)))


def at_the_door(*, is_new: bool = False, has_authenticator: bool = False) -> Visitor:
    """Return a browser whose owner has typed a right password, in a stage that demands a code."""
    pool = make_pool()
    account = pool.add(is_new=is_new)
    visitor = _with_password(account)
    if has_authenticator:
        visitor.send("/portal/sign-in/authenticator", code=code_of())
        visitor = _with_password(account)
    return visitor


def _with_password(account: str) -> Visitor:
    visitor = Visitor()
    visitor.go("/portal/sign-in")
    visitor.send("/portal/sign-in", account=account, password=PASSWORD)
    return visitor


def challenged(act: Act) -> Act:
    """Let Cognito take the answer to its challenge each time: the worlds of a story are many."""
    sessions = get_backend("cognito-idp")[MOTO_ACCOUNT][REGION].sessions
    known = dict(sessions)

    def again() -> object:
        sessions.update(known)
        return act()

    return again
