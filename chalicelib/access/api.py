"""Health, signing in and out, facilities and agents over HTTP."""

from __future__ import annotations

from typing import Any

from chalice.app import Response

from chalicelib.access import service, store
from chalicelib.access.guard import GuardedRoutes, session_of
from chalicelib.access.model import Agent, Caller
from chalicelib.access.policy import Operation
from chalicelib.kernel import clock
from chalicelib.web.bodies import Body, read
from chalicelib.web.routes import answer, nothing

routes = GuardedRoutes(__name__)


class SignIn(Body):
    id_token: str


class NewFacility(Body):
    name: str


class Enrolment(Body):
    code: str
    name: str
    public_key: str


@routes.on("GET", "/health", Operation.SEE_HEALTH)
def show_health(caller: Caller) -> Response:  # noqa: ARG001
    """Say that the service answers, and what time it has."""
    return answer({"service": "hokan", "service_time": clock.text(clock.now())})


@routes.on("POST", "/sessions", Operation.SIGN_IN)
def sign_in(caller: Caller) -> Response:  # noqa: ARG001
    """Turn a Cognito ID token into an opaque session."""
    session_id, session = service.sign_in(read(routes.request, SignIn).id_token)
    body = {
        "session": session_id,
        "expires_at": session.expires_at,
        "role": session.caller.role,
        "facility_id": session.caller.facility_id or None,
    }
    return answer(body, 201)


@routes.on("DELETE", "/sessions", Operation.SIGN_OUT)
def sign_out(caller: Caller) -> Response:  # noqa: ARG001
    """End the session that asks."""
    store.end_session(session_of(routes.request))
    return nothing()


@routes.on("GET", "/me", Operation.SEE_ONESELF)
def show_me(caller: Caller) -> Response:
    """Say who the service takes the caller for."""
    kind = "agent" if caller.role == "agent" else "person"
    body = {"kind": kind, "id": caller.id, "role": caller.role}
    return answer({**body, "facility_id": caller.facility_id or None})


@routes.on("POST", "/facilities", Operation.MANAGE_FACILITIES)
def add_facility(caller: Caller) -> Response:
    """Add a facility."""
    name = read(routes.request, NewFacility).name
    return answer({"facility_id": service.add_facility(caller, name), "name": name}, 201)


@routes.on("GET", "/facilities", Operation.MANAGE_FACILITIES)
def list_facilities(caller: Caller) -> Response:  # noqa: ARG001
    """List every facility."""
    found = [{"facility_id": each, "name": name} for each, name in store.facilities()]
    return answer({"items": found, "cursor": None})


@routes.on("POST", "/agent-codes", Operation.ISSUE_AGENT_CODE)
def issue_agent_code(caller: Caller) -> Response:
    """Issue a one-time enrolment code."""
    code, expires_at = service.issue_agent_code(caller)
    return answer({"code": code, "expires_at": expires_at}, 201)


@routes.on("POST", "/agents", Operation.ENROL_AGENT)
def enrol_agent(caller: Caller) -> Response:  # noqa: ARG001 - the code is the proof
    """Enrol a device that holds a one-time code."""
    asked = read(routes.request, Enrolment)
    agent = service.enrol_agent(asked.code, asked.name, asked.public_key)
    return answer({"agent_id": agent.agent_id, "facility_id": agent.facility_id}, 201)


@routes.on("GET", "/agents", Operation.LIST_AGENTS)
def list_agents(caller: Caller) -> Response:
    """List the facility's agents, oldest first."""
    found = [_shown(each) for each in store.agents_of(caller.facility_id)]
    return answer({"items": found, "cursor": None})


@routes.on("DELETE", "/agents/{agent_id}", Operation.REVOKE_AGENT)
def revoke_agent(caller: Caller, agent_id: str) -> Response:
    """Revoke an agent at once."""
    service.revoke_agent(caller, agent_id)
    return nothing()


def _shown(agent: Agent) -> dict[str, Any]:
    return {
        "agent_id": agent.agent_id,
        "name": agent.name,
        "state": agent.state,
        "enrolled_at": agent.enrolled_at,
        "revoked_at": agent.revoked_at,
    }
