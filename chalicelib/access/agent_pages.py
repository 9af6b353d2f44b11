"""The facility's agents: which there are, a code for another one, and an end to one."""

from __future__ import annotations

from datetime import datetime

import msgspec
from chalice.app import Response

from chalicelib.access import service, store
from chalicelib.access.local_times import local, zone_for
from chalicelib.access.model import Agent
from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.kernel.errors import NotFound
from chalicelib.web import links

AGENTS = "/portal/agents"

pages = PageRoutes(__name__)


class Shown(msgspec.Struct, frozen=True):
    """
    An agent on a page.

    Attributes:
        enrolled, last_seen: Local; an agent that has never asked has not been seen.
    """

    agent: Agent
    enrolled: datetime | None
    last_seen: datetime | None


@pages.on("GET", AGENTS, Operation.LIST_AGENTS)
def list_agents(visit: Visit) -> Response:
    """Show the facility's agents, those in use first."""
    zone = zone_for(visit.caller)
    agents = sorted(store.agents_of(visit.caller.facility_id), key=lambda each: each.state)
    shown = [
        Shown(each, local(each.enrolled_at, zone), local(each.last_seen_at, zone))
        for each in agents
    ]
    return visit.page("access/agents.html", agents=shown, done=visit.asked("done"))


@pages.on("POST", "/portal/agents/code", Operation.ISSUE_AGENT_CODE)
def issue_code(visit: Visit) -> Response:
    """Show, once, a code that enrols an agent, with the command to type."""
    code, expires_at = service.issue_agent_code(visit.caller)
    return visit.page(
        "access/agent_code.html",
        command="hokan-agent enrol",
        code=code,
        option="--service",
        service=_service_url(visit),
        expires=local(expires_at, zone_for(visit.caller)),
    )


@pages.on("GET", "/portal/agents/{agent_id}/revoke", Operation.REVOKE_AGENT)
def ask_before_revoking(visit: Visit, agent_id: str) -> Response:
    """Say what revoking means, and ask."""
    return visit.page("access/revoke_agent.html", agent=_own(visit, agent_id))


@pages.on("POST", "/portal/agents/{agent_id}/revoke", Operation.REVOKE_AGENT)
def revoke(visit: Visit, agent_id: str) -> Response:
    """Revoke an agent at once."""
    service.revoke_agent(visit.caller, _own(visit, agent_id).agent_id)
    return visit.redirect(links.with_query(AGENTS, done="revoked"))


def _own(visit: Visit, agent_id: str) -> Agent:
    """Return an agent of the visitor's facility; raises NotFound."""
    found = store.agent(agent_id)
    if found.facility_id != visit.caller.facility_id:
        raise NotFound("there is no such agent")
    return found


def _service_url(visit: Visit) -> str:
    """Return where agents find the service: where the browser found it (see forms.check)."""
    host = str(visit.request.headers.get("host", ""))
    return str(visit.request.headers.get("origin") or f"https://{host}") + visit.prefix
