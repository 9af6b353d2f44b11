"""Targets and contracts over HTTP: added, signed, accepted, seen."""

from __future__ import annotations

import msgspec

from chalicelib import buckets
from chalicelib.access.guard import GuardedRoutes
from chalicelib.access.model import Caller
from chalicelib.access.policy import Operation
from chalicelib.archive.store import usage
from chalicelib.archive.store.usage import Usage
from chalicelib.contracts import (
    service,
    store,
)
from chalicelib.contracts.form import Form
from chalicelib.contracts.model import TargetKind
from chalicelib.contracts.offer import Offer
from chalicelib.contracts.told import (
    ContractVersion,
    PlannedTarget,
    ShownContract,
    ShownTarget,
    for_agent,
    plain,
    priced,
    shown_target,
    told,
)
from chalicelib.kernel import clock
from chalicelib.web.bodies import Body
from chalicelib.web.routes import Page

routes = GuardedRoutes(__name__)


class NewTarget(Body):
    name: str
    kind: TargetKind


class Signature(Form, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A form, and the digest of the terms that its signer was shown."""

    terms_sha256: str | None = None


class Declined(Body):
    reason: str = ""


class ShownOffer(Offer, frozen=True, kw_only=True):
    """
    What signing a form would mean.

    Attributes:
        is_standard: Accepted at once; special terms wait for the provider.
    """

    is_standard: bool


class AgentsWork(msgspec.Struct, frozen=True, kw_only=True):
    """
    Attributes:
        storage: Scheme and host that presigned URLs lead to: firewalls have to let it through.
    """

    agent_id: str
    facility_id: str
    service_time: str
    storage: str
    targets: list[PlannedTarget]


@routes.on("POST", "/targets", Operation.ADD_TARGET, body=NewTarget, status=201)
def add_target(caller: Caller, asked: NewTarget) -> ShownTarget:
    """Add a backup target."""
    return shown_target(service.add_target(caller, asked.name, asked.kind))


@routes.on("GET", "/targets", Operation.SEE_TARGETS)
def list_targets(caller: Caller) -> Page[ShownTarget]:
    """List the facility's targets."""
    return Page([shown_target(each) for each in store.targets_of(caller.facility_id)], None)


@routes.on("GET", "/targets/{target_id}/usage", Operation.SEE_TARGETS)
def show_usage(caller: Caller, target_id: str) -> Usage:
    """Show how much of the contract's capacity is left."""
    store.target(caller.facility_id, target_id)
    return usage.of(caller.facility_id, target_id)


@routes.on("POST", "/quotes", Operation.SIGN_CONTRACT, body=Form, problems=(404, 409))
def show_quote(caller: Caller, asked: Form) -> ShownOffer:
    """Show what a form costs before it is signed."""
    offered = service.quote(caller, asked)
    return ShownOffer(is_standard=offered.is_standard, **msgspec.structs.asdict(offered))


@routes.on(
    "POST",
    "/contracts",
    Operation.SIGN_CONTRACT,
    body=Signature,
    status=201,
    problems=(404, 409),
)
def sign_contract(caller: Caller, asked: Signature) -> ShownContract:
    """Sign a contract for the facility."""
    return told(service.sign(caller, plain(asked, Form), asked.terms_sha256))


@routes.on("GET", "/contracts", Operation.SEE_CONTRACTS)
def list_contracts(caller: Caller) -> Page[ShownContract]:
    """List the facility's contracts."""
    return Page([told(each) for each in store.contracts_of(caller.facility_id)], None)


@routes.on("GET", "/contracts/{contract_id}", Operation.SEE_CONTRACTS)
def show_contract(caller: Caller, contract_id: str) -> ShownContract:
    """Show one contract of the facility."""
    return told(store.contract(caller.facility_id, contract_id))


@routes.on("GET", "/contracts/{contract_id}/versions", Operation.SEE_CONTRACTS)
def list_versions(caller: Caller, contract_id: str) -> Page[ContractVersion]:
    """List every version of a contract that both sides accepted, oldest first."""
    found = store.contract(caller.facility_id, contract_id)
    return Page([priced(each) for each in store.versions_of(found)], None)


@routes.on("GET", "/facilities/{facility_id}/contracts", Operation.ACCEPT_CONTRACT)
def list_contracts_of(caller: Caller, facility_id: str) -> Page[ShownContract]:  # noqa: ARG001
    """List a facility's contracts for the provider."""
    return Page([told(each) for each in store.contracts_of(facility_id)], None)


@routes.on(
    "POST",
    "/facilities/{facility_id}/contracts/{contract_id}/accept",
    Operation.ACCEPT_CONTRACT,
    problems=(409,),
)
def accept_contract(caller: Caller, facility_id: str, contract_id: str) -> ShownContract:
    """Accept for the provider what the facility signed."""
    return told(service.accept(caller, facility_id, contract_id))


@routes.on(
    "POST",
    "/facilities/{facility_id}/contracts/{contract_id}/decline",
    Operation.ACCEPT_CONTRACT,
    body=Declined,
    problems=(409,),
)
def decline_contract(
    caller: Caller, said: Declined, facility_id: str, contract_id: str
) -> ShownContract:
    """Decline for the provider what the facility signed."""
    return told(service.decline(caller, facility_id, contract_id, said.reason))


@routes.on("GET", "/agent", Operation.ASK_AS_AGENT)
def show_agent(caller: Caller) -> AgentsWork:
    """Tell an agent who it is, what it may back up, and under which plan."""
    return AgentsWork(
        agent_id=caller.id,
        facility_id=caller.facility_id,
        service_time=clock.text(clock.now()),
        storage=buckets.objects_origin(),
        targets=[for_agent(each) for each in store.storing_targets_of(caller.facility_id)],
    )
