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
from tests.support.cognito import token
from tests.support.people import Anonymous
from tests.support.pool import PASSWORD, Pool, code_of, make_pool
from tests.support.queue import Queue, notification
from tests.support.visitor import Visitor, signed_in
from tests.support.world import World, a_chunk, a_form

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


# --- pieces ------------------------------------------------------------------------------------


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


def granted(world: World) -> str:
    """Back FILES up and grant their restore; return the restore."""
    world.back_up(FILES)
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


# --- people and agents -------------------------------------------------------------------------


@story("POST /sessions")
def _(world: World) -> Act:
    return calls(Anonymous(world.client), "POST", "/sessions", {"id_token": token()})


@story("DELETE /sessions")
def _(world: World) -> Act:
    return calls(world.doctor, "DELETE", "/sessions")


@story("POST /facilities")
def _(world: World) -> Act:
    return calls(world.operator, "POST", "/facilities", {"name": "Another Clinic"})


@story("POST /agent-codes")
def _(world: World) -> Act:
    return calls(world.admin, "POST", "/agent-codes")


@story("POST /agents")
def _(world: World) -> Act:
    code = world.admin.post("/agent-codes", status=201)["code"]
    body = {"code": code, "name": "PC 2", "public_key": world.agent.public_key()}
    return calls(Anonymous(world.client), "POST", "/agents", body)


@story("DELETE /agents/{agent_id}")
def _(world: World) -> Act:
    return calls(world.admin, "DELETE", f"/agents/{world.agent.agent_id}")


# --- contracts ---------------------------------------------------------------------------------


MORE_ROOM = {"capacity_bytes": 300 * 10**9}


def another_target(world: World) -> str:
    """Add a target without a contract."""
    added = world.admin.post("/targets", {"name": "X-ray", "kind": "mass_storage"}, status=201)
    return str(added["target_id"])


def proposed(world: World) -> str:
    """Sign special terms; return where the provider finds them."""
    form = a_form(another_target(world), unit_price_yen=900)
    contract_id = world.admin.post("/contracts", form, status=201)["contract_id"]
    return f"/facilities/{world.facility_id}/contracts/{contract_id}"


@story("POST /targets")
def _(world: World) -> Act:
    return calls(world.admin, "POST", "/targets", {"name": "X-ray", "kind": "mass_storage"})


@story("POST /contracts")
def _(world: World) -> Act:
    return calls(world.admin, "POST", "/contracts", a_form(another_target(world)))


@story("POST /quotes")
def _(world: World) -> Act:
    return calls(world.admin, "POST", "/quotes", a_form(world.target_id))


@story("POST /contracts/{contract_id}/amendments/quote")
def _(world: World) -> Act:
    path = f"/contracts/{world.contract_id}/amendments/quote"
    return calls(world.admin, "POST", path, MORE_ROOM)


@story("POST /contracts/{contract_id}/amendments")
def _(world: World) -> Act:
    world.back_up(FILES)
    path = f"/contracts/{world.contract_id}/amendments"
    return calls(world.admin, "POST", path, MORE_ROOM)


@story("POST /contracts/{contract_id}/cancellation/quote")
def _(world: World) -> Act:
    path = f"/contracts/{world.contract_id}/cancellation/quote"
    return calls(world.admin, "POST", path, {"policy": "short_rate"})


@story("POST /contracts/{contract_id}/cancellation")
def _(world: World) -> Act:
    path = f"/contracts/{world.contract_id}/cancellation"
    return calls(world.admin, "POST", path, {"policy": "short_rate"})


@story("POST /contracts/{contract_id}/end")
def _(world: World) -> Act:
    return calls(world.admin, "POST", f"/contracts/{world.contract_id}/end")


@story("POST /facilities/{facility_id}/contracts/{contract_id}/accept")
def _(world: World) -> Act:
    return calls(world.operator, "POST", f"{proposed(world)}/accept")


@story("POST /facilities/{facility_id}/contracts/{contract_id}/decline")
def _(world: World) -> Act:
    return calls(world.operator, "POST", f"{proposed(world)}/decline")


# --- uploads -----------------------------------------------------------------------------------


@story("POST /targets/{target_id}/batches")
def _(world: World) -> Act:
    return calls(world.agent, "POST", f"/targets/{world.target_id}/batches")


@story("PUT /targets/{target_id}/batches/{batch_id}/chunks/{number}")
def _(world: World) -> Act:
    path = f"/targets/{world.target_id}/batches/{world.open_batch()}/chunks/0"
    return calls(world.agent, "PUT", path, a_chunk(FILES))


@story("POST /targets/{target_id}/batches/{batch_id}/urls")
def _(world: World) -> Act:
    path = f"/targets/{world.target_id}/batches/{declared(world)}/urls"
    return calls(world.agent, "POST", path, {"sha256": digests()})


BIG = 65 * 2**20


def _multipart(world: World) -> str:
    """Declare a large object; return its route."""
    world.operator.post("/facilities", {"name": "Other"}, status=201)
    batch_id = world.open_batch()
    entry = {"path": "big", "size": BIG, "sha256": "b" * 64, "examination": None}
    world.chunk(batch_id, 0, {"entries": [entry]})
    return f"/targets/{world.target_id}/batches/{batch_id}/multipart/{'b' * 64}"


@story("POST /targets/{target_id}/batches/{batch_id}/multipart/{sha256}")
def _(world: World) -> Act:
    return calls(world.agent, "POST", _multipart(world))


@story("POST /targets/{target_id}/batches/{batch_id}/multipart/{sha256}/parts")
def _(world: World) -> Act:
    path = _multipart(world)
    world.agent.call("POST", path, {})
    part = {"number": 5, "size": 2**20, "sha256": "c" * 64}
    return calls(world.agent, "POST", f"{path}/parts", {"parts": [part]})


@story("POST /targets/{target_id}/batches/{batch_id}/multipart/{sha256}/complete")
def _(world: World) -> Act:
    path = _multipart(world)
    world.agent.call("POST", path, {})
    return calls(world.agent, "POST", f"{path}/complete")


@story("POST /targets/{target_id}/batches/{batch_id}/finish")
def _(world: World) -> Act:
    batch_id = declared(world)
    world.deliver(sent(world))
    return lambda: world.finish(batch_id)


@story("ingest")
def _(world: World) -> Act:
    declared(world)
    keys = sent(world)
    return lambda: world.deliver(keys)


@story("sweep")
def _(world: World) -> Act:
    """Something of everything: stored unnoticed, never sent, and a batch ready to close."""
    declared(world)
    sent(world)
    never = world.open_batch()
    world.chunk(never, 0, a_chunk({"never": b"never sent"}))
    ready = world.open_batch()
    world.chunk(ready, 0, a_chunk({"d": b"one"}))
    world.finish(ready)
    at = in_hours(49)
    return lambda: world.sweep(at)


# --- restores and operations -------------------------------------------------------------------


@story("POST /restores")
def _(world: World) -> Act:
    world.back_up(FILES)
    grant = {"target_id": world.target_id, "scope": "target", "agent_id": world.agent.agent_id}
    return calls(world.doctor, "POST", "/restores", grant)


@story("POST /restores/{restore_id}/files")
def _(world: World) -> Act:
    return calls(world.agent, "POST", f"/restores/{granted(world)}/files", {"cursor": None})


@story("POST /restores/{restore_id}/urls")
def _(world: World) -> Act:
    path = f"/restores/{granted(world)}/urls"
    return calls(world.agent, "POST", path, {"sha256": digests()})


@story("POST /restores/{restore_id}/finish")
def _(world: World) -> Act:
    path = f"/restores/{granted(world)}/finish"
    return calls(world.agent, "POST", path, {"restored": 3, "failed": 0})


def commands(world: World, name: str, **arguments: str) -> Act:
    return lambda: world.client.lambda_.invoke("operate", {"command": name} | arguments)


@story("operate: rebuild-catalogue")
def _(world: World) -> Act:
    world.back_up(FILES)
    return commands(world, "rebuild-catalogue", target_id=world.target_id)


@story("operate: check-usage")
def _(world: World) -> Act:
    world.back_up(FILES)
    where = {"facility_id": world.facility_id, "target_id": world.target_id}
    return commands(world, "check-usage", **where)


@story("operate: redrive")
def _(world: World) -> Act:
    declared(world)
    redrive = commands(world, "redrive")
    redrive()  # addresses of queues are asked for once a process
    Queue(world).put_dead([notification(key) for key in sent(world)])
    return redrive


# --- reading -----------------------------------------------------------------------------------


def reads(route: str, who: Callable[[World], Anonymous], path: str) -> None:
    """Tell the story of a route that reads, asked by *who* once FILES are stored."""

    @story(route)
    def _(world: World) -> Act:
        world.back_up(FILES)
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


TARGET = "/targets/{target_id}"
reads("GET /me", doctor, "/me")
reads("GET /facilities", operator, "/facilities")
reads("GET /agents", admin, "/agents")
reads("GET /targets", admin, "/targets")
reads(f"GET {TARGET}/usage", admin, f"{TARGET}/usage")
reads("GET /contracts", admin, "/contracts")
reads("GET /contracts/{contract_id}", admin, "/contracts/{contract_id}")
reads("GET /contracts/{contract_id}/versions", admin, "/contracts/{contract_id}/versions")
reads("GET /facilities/{facility_id}/contracts", operator, "/facilities/{facility_id}/contracts")
reads("GET /agent", agent, "/agent")
reads("GET /agent/restores", agent, "/agent/restores")
reads("GET /quarantine", operator, "/quarantine")
reads("GET /restores", doctor, "/restores")
for what in (
    "patients",
    "patients/{patient_key}/examinations",
    "examinations",
    "examinations/{examination_id}",
    "batches",
):
    reads(f"GET {TARGET}/{what}", doctor, f"{TARGET}/{what}")


# --- pages -------------------------------------------------------------------------------------


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


def visits(route: str, path: str = "") -> None:
    """Tell the story of a page that shows, asked for by somebody who is signed in."""

    @story(route)
    def _(world: World) -> Act:
        world.back_up(FILES)
        visitor = signed_in(Role.DOCTOR, world.facility_id)
        return clicks(visitor, "GET", path or route.removeprefix("GET "))


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


visits("GET /")
visits("GET /portal")
visits("GET /portal/language", "/portal/language?to=ja&back=/portal")
visits("GET /portal/sign-in")
visits("GET /portal/authenticator")
visits("GET /static/{name}", "/static/none.css")
for step in ("new-password", "code", "authenticator"):
    visits(f"GET /portal/sign-in/{step}")


@story("POST /portal/sign-in")
def _(world: World) -> Act:
    pool: Pool = make_pool(require_mfa=False)
    account = pool.add("sato@aoba.example", "doctors", world.facility_id)
    visitor = Visitor()
    visitor.go("/portal/sign-in")
    typed = {"account": lambda: account, "password": lambda: PASSWORD}
    return clicks(visitor, "POST", "/portal/sign-in", **typed)


@story("POST /portal/sign-in/new-password")
def _(world: World) -> Act:  # noqa: ARG001
    visitor = at_the_door(is_new=True)
    typed = {name: lambda: "another horse battery" for name in ("password", "again")}
    return challenged(clicks(visitor, "POST", "/portal/sign-in/new-password", **typed))


@story("POST /portal/sign-in/code")
def _(world: World) -> Act:  # noqa: ARG001
    visitor = at_the_door(has_authenticator=True)
    return challenged(clicks(visitor, "POST", "/portal/sign-in/code", code=code_of))


@story("POST /portal/sign-in/authenticator")
def _(world: World) -> Act:  # noqa: ARG001
    visitor = at_the_door()
    return challenged(clicks(visitor, "POST", "/portal/sign-in/authenticator", code=code_of))


@story("POST /portal/authenticator")
def _(world: World) -> Act:
    account = make_pool(require_mfa=False).add()
    visitor = signed_in(Role.DOCTOR, world.facility_id, account=account)
    return clicks(visitor, "POST", "/portal/authenticator", password=lambda: PASSWORD)


@story("POST /portal/sign-out")
def _(world: World) -> Act:
    visitor = signed_in(Role.DOCTOR, world.facility_id)
    return clicks(visitor, "POST", "/portal/sign-out")
