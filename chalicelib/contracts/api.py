"""Targets and contracts over HTTP.  Read the request, call the service, shape the answer."""

from __future__ import annotations

from typing import Any

from chalice.app import Response

from chalicelib.access.guard import GuardedRoutes
from chalicelib.access.model import Caller
from chalicelib.access.policy import Operation
from chalicelib.archive.store import usage
from chalicelib.contracts import service, store
from chalicelib.contracts.model import Form, TargetKind
from chalicelib.contracts.store import Target
from chalicelib.kernel import clock
from chalicelib.web.bodies import Body, read
from chalicelib.web.routes import answer

routes = GuardedRoutes(__name__)


class NewTarget(Body):
    name: str
    kind: TargetKind


@routes.on("POST", "/targets", Operation.ADD_TARGET)
def add_target(caller: Caller) -> Response:
    """Add a backup target."""
    asked = read(routes.request, NewTarget)
    return answer(_shown(service.add_target(caller, asked.name, asked.kind)), 201)


@routes.on("GET", "/targets", Operation.SEE_TARGETS)
def list_targets(caller: Caller) -> Response:
    """List the facility's targets."""
    return _listed([_shown(each) for each in store.targets_of(caller.facility_id)])


@routes.on("GET", "/targets/{target_id}/usage", Operation.SEE_TARGETS)
def show_usage(caller: Caller, target_id: str) -> Response:
    """Show how much of the contract's capacity is left."""
    store.target(caller.facility_id, target_id)
    return answer(usage.of(caller.facility_id, target_id))


@routes.on("POST", "/contracts", Operation.SIGN_CONTRACT)
def sign_contract(caller: Caller) -> Response:
    """Sign a contract for the facility."""
    return answer(service.sign(caller, read(routes.request, Form)), 201)


@routes.on("GET", "/contracts", Operation.SEE_CONTRACTS)
def list_contracts(caller: Caller) -> Response:
    """List the facility's contracts."""
    return _listed(list(store.contracts_of(caller.facility_id)))


@routes.on("GET", "/contracts/{contract_id}", Operation.SEE_CONTRACTS)
def show_contract(caller: Caller, contract_id: str) -> Response:
    """Show one contract of the facility."""
    return answer(store.contract(caller.facility_id, contract_id))


@routes.on("POST", "/contracts/{contract_id}/end", Operation.END_CONTRACT)
def end_contract(caller: Caller, contract_id: str) -> Response:
    """End a contract."""
    return answer(service.end(caller, contract_id))


@routes.on("GET", "/facilities/{facility_id}/contracts", Operation.ACCEPT_CONTRACT)
def list_contracts_of(caller: Caller, facility_id: str) -> Response:  # noqa: ARG001
    """List a facility's contracts for the provider."""
    return _listed(list(store.contracts_of(facility_id)))


@routes.on(
    "POST", "/facilities/{facility_id}/contracts/{contract_id}/accept", Operation.ACCEPT_CONTRACT
)
def accept_contract(caller: Caller, facility_id: str, contract_id: str) -> Response:
    """Accept a signed contract for the provider."""
    return answer(service.accept(caller, facility_id, contract_id))


@routes.on("GET", "/agent", Operation.ASK_AS_AGENT)
def show_agent(caller: Caller) -> Response:
    """Tell an agent who it is, what it may back up, and under which plan."""
    targets = [_for_agent(each) for each in store.targets_of(caller.facility_id)]
    body = {"agent_id": caller.id, "facility_id": caller.facility_id}
    return answer({**body, "service_time": clock.text(clock.now()), "targets": targets})


def _listed(items: list[Any]) -> Response:
    return answer({"items": items, "cursor": None})


def _shown(target: Target) -> dict[str, Any]:
    body = {"target_id": target.target_id, "name": target.name, "kind": target.kind}
    return {**body, "contract_id": target.contract.contract_id if target.contract else None}


def _for_agent(target: Target) -> dict[str, Any]:
    plan = None
    if target.contract is not None:
        plan = {
            "timing": target.contract.timing,
            "batch_scope": target.contract.batch_scope,
            "patients": target.contract.patients,
            "capacity_bytes": target.contract.capacity_bytes,
            "available_bytes": usage.of(target.facility_id, target.target_id).available_bytes,
        }
    return {
        "target_id": target.target_id,
        "name": target.name,
        "kind": target.kind,
        "plan": plan,
    }
