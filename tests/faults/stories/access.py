"""People, agents, and the way in."""

from __future__ import annotations

from chalicelib.access.model import Role
from tests.faults.stories.telling import Act, at_the_door, calls, challenged, clicks, story, visits
from tests.support.cognito import token
from tests.support.people import Anonymous
from tests.support.pool import PASSWORD, Pool, code_of, make_pool
from tests.support.visitor import Visitor, signed_in
from tests.support.world import World


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
