"""Targets and contracts over HTTP.  Read the request, call the service, shape the answer."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from chalice.app import Response

from chalicelib.access.guard import GuardedRoutes
from chalicelib.access.model import Caller
from chalicelib.access.policy import Operation
from chalicelib.archive.store import usage
from chalicelib.billing.cancellation import CancellationPolicy
from chalicelib.contracts import changing, local, service, store
from chalicelib.contracts.amending import Change
from chalicelib.contracts.form import Form
from chalicelib.contracts.model import Contract, TargetKind, in_force_on
from chalicelib.contracts.offer import fee_of, points_of
from chalicelib.contracts.renewal import outlook
from chalicelib.contracts.signing import book_for
from chalicelib.contracts.store import Target
from chalicelib.kernel import clock
from chalicelib.web.bodies import Body, read
from chalicelib.web.routes import answer

routes = GuardedRoutes(__name__)


class NewTarget(Body):
    name: str
    kind: TargetKind


class Signature(Form, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A form, and the digest of the terms that its signer was shown."""

    terms_sha256: str | None = None


class SignedChange(Change, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A change, and the digest of the terms that its signer was shown."""

    terms_sha256: str | None = None


class AskedCancellation(Body):
    policy: CancellationPolicy


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


@routes.on("POST", "/quotes", Operation.SIGN_CONTRACT)
def show_quote(caller: Caller) -> Response:
    """Show what a form costs before it is signed."""
    offered = service.quote(caller, read(routes.request, Form))
    return answer({"is_standard": offered.is_standard, **msgspec.structs.asdict(offered)})


@routes.on("POST", "/contracts", Operation.SIGN_CONTRACT)
def sign_contract(caller: Caller) -> Response:
    """Sign a contract for the facility."""
    asked = read(routes.request, Signature)
    return answer(_told(service.sign(caller, _plain(asked, Form), asked.terms_sha256)), 201)


@routes.on("GET", "/contracts", Operation.SEE_CONTRACTS)
def list_contracts(caller: Caller) -> Response:
    """List the facility's contracts."""
    return _listed([_told(each) for each in store.contracts_of(caller.facility_id)])


@routes.on("GET", "/contracts/{contract_id}", Operation.SEE_CONTRACTS)
def show_contract(caller: Caller, contract_id: str) -> Response:
    """Show one contract of the facility."""
    return answer(_told(store.contract(caller.facility_id, contract_id)))


@routes.on("GET", "/contracts/{contract_id}/versions", Operation.SEE_CONTRACTS)
def list_versions(caller: Caller, contract_id: str) -> Response:
    """List every version of a contract that both sides accepted, oldest first."""
    found = store.contract(caller.facility_id, contract_id)
    return _listed([_priced(each) for each in store.versions_of(found)])


@routes.on("POST", "/contracts/{contract_id}/amendments/quote", Operation.AMEND_CONTRACT)
def show_amendment(caller: Caller, contract_id: str) -> Response:
    """Show what a change would cost, and from when it would hold."""
    meant = changing.quote_amendment(caller, contract_id, read(routes.request, Change))
    return answer({"is_standard": meant.is_standard, **msgspec.structs.asdict(meant)})


@routes.on("POST", "/contracts/{contract_id}/amendments", Operation.AMEND_CONTRACT)
def amend_contract(caller: Caller, contract_id: str) -> Response:
    """Change a contract."""
    asked = read(routes.request, SignedChange)
    changed = changing.amend(caller, contract_id, _plain(asked, Change), asked.terms_sha256)
    return answer(_told(changed))


@routes.on("POST", "/contracts/{contract_id}/cancellation/quote", Operation.END_CONTRACT)
def show_cancellation(caller: Caller, contract_id: str) -> Response:
    """Show when a contract would end, and what would come back."""
    asked = read(routes.request, AskedCancellation)
    return answer(changing.quote_cancellation(caller, contract_id, asked.policy))


@routes.on("POST", "/contracts/{contract_id}/cancellation", Operation.END_CONTRACT)
def cancel_contract(caller: Caller, contract_id: str) -> Response:
    """Cancel a contract."""
    asked = read(routes.request, AskedCancellation)
    return answer(_told(changing.cancel(caller, contract_id, asked.policy)))


@routes.on("POST", "/contracts/{contract_id}/end", Operation.END_CONTRACT)
def end_contract(caller: Caller, contract_id: str) -> Response:
    """End a contract at once, without refund."""
    return answer(_told(service.end(caller, contract_id)))


@routes.on("GET", "/facilities/{facility_id}/contracts", Operation.ACCEPT_CONTRACT)
def list_contracts_of(caller: Caller, facility_id: str) -> Response:  # noqa: ARG001
    """List a facility's contracts for the provider."""
    return _listed([_told(each) for each in store.contracts_of(facility_id)])


@routes.on(
    "POST", "/facilities/{facility_id}/contracts/{contract_id}/accept", Operation.ACCEPT_CONTRACT
)
def accept_contract(caller: Caller, facility_id: str, contract_id: str) -> Response:
    """Accept for the provider what the facility signed."""
    return answer(_told(service.accept(caller, facility_id, contract_id)))


@routes.on(
    "POST", "/facilities/{facility_id}/contracts/{contract_id}/decline", Operation.ACCEPT_CONTRACT
)
def decline_contract(caller: Caller, facility_id: str, contract_id: str) -> Response:
    """Decline for the provider what the facility signed."""
    return answer(_told(service.decline(caller, facility_id, contract_id)))


@routes.on("GET", "/agent", Operation.ASK_AS_AGENT)
def show_agent(caller: Caller) -> Response:
    """Tell an agent who it is, what it may back up, and under which plan."""
    targets = [_for_agent(each) for each in store.targets_of(caller.facility_id)]
    body = {"agent_id": caller.id, "facility_id": caller.facility_id}
    return answer({**body, "service_time": clock.text(clock.now()), "targets": targets})


def _listed(items: list[Any]) -> Response:
    return answer({"items": items, "cursor": None})


T = TypeVar("T", Form, Change)


def _plain(asked: T, shape: type[T]) -> T:
    """Return what is agreed on in *asked*, without what only goes along with it."""
    return shape(**{name: getattr(asked, name) for name in shape.__struct_fields__})


def _told(contract: Contract) -> dict[str, Any]:
    """Return a contract with its price and what lies ahead of it."""
    ahead = outlook(in_force_on(contract, local.today()), local.today())
    return {**_priced(contract), **msgspec.structs.asdict(ahead)}


def _priced(contract: Contract) -> dict[str, Any]:
    book = book_for(contract)
    return {
        **msgspec.structs.asdict(contract),
        "points_per_period": points_of(contract, book),
        "fee_per_period_yen": fee_of(contract, book, contract.unit_price_yen),
    }


def _shown(target: Target) -> dict[str, Any]:
    body = {"target_id": target.target_id, "name": target.name, "kind": target.kind}
    return {**body, "contract_id": target.contract.contract_id if target.contract else None}


def _for_agent(target: Target) -> dict[str, Any]:
    plan = None
    if target.contract is not None:
        contract = in_force_on(target.contract, local.today())
        plan = {
            "timing": contract.timing,
            "batch_scope": contract.batch_scope,
            "patients": contract.patients,
            "capacity_bytes": contract.capacity_bytes,
            "available_bytes": usage.of(target.facility_id, target.target_id).available_bytes,
        }
    return {
        "target_id": target.target_id,
        "name": target.name,
        "kind": target.kind,
        "plan": plan,
    }
