"""Health, signing in and out, facilities and agents over HTTP."""

from __future__ import annotations

from typing import Any

import msgspec

from chalicelib.access import service, store
from chalicelib.access.guard import GuardedRoutes, session_of
from chalicelib.access.model import DEFAULT_ZONE, Agent, Caller, Facility, Role
from chalicelib.access.policy import Operation
from chalicelib.kernel import clock
from chalicelib.web.bodies import Body
from chalicelib.web.routes import Page

routes = GuardedRoutes(__name__)


class SignIn(Body):
    id_token: str


class NewFacility(Body):
    name: str
    zone: str = DEFAULT_ZONE


class Enrolment(Body):
    code: str
    name: str
    public_key: str


class Health(msgspec.Struct, frozen=True):
    service: str
    service_time: str


class Description(msgspec.Struct, frozen=True):
    """An OpenAPI document: https://spec.openapis.org/oas/v3.1."""

    openapi: str
    info: dict[str, Any]
    servers: list[dict[str, Any]]
    paths: dict[str, Any]
    components: dict[str, Any]


class SignedIn(msgspec.Struct, frozen=True):
    """
    Attributes:
        session: The bearer of it is let in until it expires.
        facility_id: Null for the provider's operators.
    """

    session: str
    expires_at: str
    role: Role
    facility_id: str | None


class Oneself(msgspec.Struct, frozen=True):
    """
    Attributes:
        kind: person or agent.
        facility_id: Null for the provider's operators.
    """

    kind: str
    id: str
    role: Role
    facility_id: str | None


class AgentCode(msgspec.Struct, frozen=True):
    code: str
    expires_at: str


class Enrolled(msgspec.Struct, frozen=True):
    agent_id: str
    facility_id: str


class ListedAgent(msgspec.Struct, frozen=True):
    """
    Attributes:
        state: enrolled or revoked.
        last_seen_at: As of its last poll, as is the version of its program.
    """

    agent_id: str
    name: str
    state: str
    enrolled_at: str
    revoked_at: str | None
    last_seen_at: str | None
    version: str | None


@routes.on("GET", "/health", Operation.SEE_HEALTH)
def show_health(caller: Caller) -> Health:  # noqa: ARG001
    """Say that the service answers, and what time it has."""
    return Health("hokan", clock.text(clock.now()))


@routes.on("GET", "/openapi.json", Operation.SEE_API_DESCRIPTION)
def describe(caller: Caller) -> Description:  # noqa: ARG001
    """Describe this interface for programs."""
    from chalicelib.access.description import description  # nobody else pays for the import

    return msgspec.convert(description(), Description)


@routes.on("POST", "/sessions", Operation.SIGN_IN, body=SignIn, status=201, problems=(403,))
def sign_in(caller: Caller, asked: SignIn) -> SignedIn:  # noqa: ARG001
    """Turn a Cognito ID token into an opaque session."""
    session_id, session = service.sign_in(asked.id_token)
    holder = session.caller
    return SignedIn(session_id, session.expires_at, holder.role, holder.facility_id or None)


@routes.on("DELETE", "/sessions", Operation.SIGN_OUT, status=204)
def sign_out(caller: Caller) -> None:  # noqa: ARG001
    """End the session that asks."""
    store.end_session(session_of(routes.request))


@routes.on("GET", "/me", Operation.SEE_ONESELF)
def show_me(caller: Caller) -> Oneself:
    """Say who the service takes the caller for."""
    kind = "agent" if caller.role == "agent" else "person"
    return Oneself(kind, caller.id, caller.role, caller.facility_id or None)


@routes.on("POST", "/facilities", Operation.MANAGE_FACILITIES, body=NewFacility, status=201)
def add_facility(caller: Caller, asked: NewFacility) -> Facility:
    """Add a facility."""
    return service.add_facility(caller, asked.name, asked.zone)


@routes.on("GET", "/facilities", Operation.MANAGE_FACILITIES)
def list_facilities(caller: Caller) -> Page[Facility]:  # noqa: ARG001
    """List every facility."""
    return Page(list(store.facilities()), None)


@routes.on("POST", "/agent-codes", Operation.ISSUE_AGENT_CODE, status=201)
def issue_agent_code(caller: Caller) -> AgentCode:
    """Issue a one-time enrolment code."""
    return AgentCode(*service.issue_agent_code(caller))


@routes.on("POST", "/agents", Operation.ENROL_AGENT, body=Enrolment, status=201, problems=(403,))
def enrol_agent(caller: Caller, asked: Enrolment) -> Enrolled:  # noqa: ARG001 - the code is the proof
    """Enrol a device that holds a one-time code."""
    agent = service.enrol_agent(asked.code, asked.name, asked.public_key)
    return Enrolled(agent.agent_id, agent.facility_id)


@routes.on("GET", "/agents", Operation.LIST_AGENTS)
def list_agents(caller: Caller) -> Page[ListedAgent]:
    """List the facility's agents, oldest first."""
    return Page([_listed(each) for each in store.agents_of(caller.facility_id)], None)


@routes.on("DELETE", "/agents/{agent_id}", Operation.REVOKE_AGENT, status=204)
def revoke_agent(caller: Caller, agent_id: str) -> None:
    """Revoke an agent at once."""
    service.revoke_agent(caller, agent_id)


def _listed(agent: Agent) -> ListedAgent:
    return ListedAgent(**{name: getattr(agent, name) for name in ListedAgent.__struct_fields__})
