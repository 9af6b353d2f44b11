"""Targets and contracts over HTTP.  Read the request, call the service, shape the answer."""

from __future__ import annotations

from datetime import date
from typing import TypeVar

import msgspec

from chalicelib.access.guard import GuardedRoutes
from chalicelib.access.model import Caller
from chalicelib.access.policy import Operation
from chalicelib.archive.store import usage
from chalicelib.archive.store.usage import Usage
from chalicelib.billing.cancellation import CancellationPolicy
from chalicelib.contracts import (
    changing,
    local,
    pausing,
    purge_store,
    purging,
    renewing,
    service,
    store,
)
from chalicelib.contracts.amending import Amendment, Change
from chalicelib.contracts.cancelling import Cancellation
from chalicelib.contracts.form import Form
from chalicelib.contracts.model import BatchScope, Contract, TargetKind, Timing, in_force_on
from chalicelib.contracts.offer import Offer, fee_of, points_of
from chalicelib.contracts.purge_store import Certificate, Hold
from chalicelib.contracts.renewal import outlook
from chalicelib.contracts.renewing import Renewal
from chalicelib.contracts.selection import Selection
from chalicelib.contracts.signing import book_for
from chalicelib.contracts.store import Target
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


class SignedChange(Change, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A change, and the digest of the terms that its signer was shown."""

    terms_sha256: str | None = None


class SignedRenewal(Body):
    """The digest of the terms that the signer was shown."""

    terms_sha256: str | None = None


class Declined(Body):
    reason: str = ""


class AskedHold(Body):
    reason: str


class Lifted(msgspec.Struct, frozen=True):
    """The target that nothing holds any more."""

    target_id: str


class AskedCancellation(Body):
    policy: CancellationPolicy


class ShownTarget(msgspec.Struct, frozen=True, kw_only=True):
    target_id: str
    name: str
    kind: TargetKind
    contract_id: str | None


class ShownOffer(Offer, frozen=True, kw_only=True):
    """
    What signing a form would mean.

    Attributes:
        is_standard: Accepted at once; special terms wait for the provider.
    """

    is_standard: bool


class ShownAmendment(Amendment, frozen=True, kw_only=True):
    """
    What a change would mean.

    Attributes:
        is_standard: Accepted at once; special terms wait for the provider.
    """

    is_standard: bool


class ContractVersion(Contract, frozen=True, kw_only=True):
    """A version of a contract, with its price."""

    points_per_period: int
    fee_per_period_yen: int


class ShownContract(ContractVersion, frozen=True, kw_only=True):
    """
    A contract, with its price and what lies ahead of it.

    Attributes:
        ends_on: The first date no longer covered; None where it renews itself or is full first.
        renews_on: When another term begins, by itself or as it was signed for.
        reminders: When the facility is told of the one or the other.
        purge_on: From when what is stored may be deleted; it is read-only until then.
    """

    ends_on: date | None
    renews_on: date | None
    reminders: tuple[date, ...]
    purge_on: date | None
    note: str | None


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent is to do for a target, and how much room there is."""

    timing: Timing
    batch_scope: BatchScope
    patients: Selection
    capacity_bytes: int
    available_bytes: int


class PlannedTarget(msgspec.Struct, frozen=True, kw_only=True):
    """
    A target as agents see it.

    Attributes:
        plan: None where nothing is agreed on.
    """

    target_id: str
    name: str
    kind: TargetKind
    plan: Plan | None


class AgentsWork(msgspec.Struct, frozen=True, kw_only=True):
    agent_id: str
    facility_id: str
    service_time: str
    targets: list[PlannedTarget]


@routes.on("POST", "/targets", Operation.ADD_TARGET, body=NewTarget, status=201)
def add_target(caller: Caller, asked: NewTarget) -> ShownTarget:
    """Add a backup target."""
    return _shown(service.add_target(caller, asked.name, asked.kind))


@routes.on("GET", "/targets", Operation.SEE_TARGETS)
def list_targets(caller: Caller) -> Page[ShownTarget]:
    """List the facility's targets."""
    return Page([_shown(each) for each in store.targets_of(caller.facility_id)], None)


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
    return _told(service.sign(caller, _plain(asked, Form), asked.terms_sha256))


@routes.on("GET", "/contracts", Operation.SEE_CONTRACTS)
def list_contracts(caller: Caller) -> Page[ShownContract]:
    """List the facility's contracts."""
    return Page([_told(each) for each in store.contracts_of(caller.facility_id)], None)


@routes.on("GET", "/contracts/{contract_id}", Operation.SEE_CONTRACTS)
def show_contract(caller: Caller, contract_id: str) -> ShownContract:
    """Show one contract of the facility."""
    return _told(store.contract(caller.facility_id, contract_id))


@routes.on("GET", "/contracts/{contract_id}/versions", Operation.SEE_CONTRACTS)
def list_versions(caller: Caller, contract_id: str) -> Page[ContractVersion]:
    """List every version of a contract that both sides accepted, oldest first."""
    found = store.contract(caller.facility_id, contract_id)
    return Page([_priced(each) for each in store.versions_of(found)], None)


@routes.on(
    "POST",
    "/contracts/{contract_id}/amendments/quote",
    Operation.AMEND_CONTRACT,
    body=Change,
    problems=(409,),
)
def show_amendment(caller: Caller, asked: Change, contract_id: str) -> ShownAmendment:
    """Show what a change would cost, and from when it would hold."""
    meant = changing.quote_amendment(caller, contract_id, asked)
    return ShownAmendment(is_standard=meant.is_standard, **msgspec.structs.asdict(meant))


@routes.on(
    "POST",
    "/contracts/{contract_id}/amendments",
    Operation.AMEND_CONTRACT,
    body=SignedChange,
    problems=(409,),
)
def amend_contract(caller: Caller, asked: SignedChange, contract_id: str) -> ShownContract:
    """Change a contract."""
    return _told(changing.amend(caller, contract_id, _plain(asked, Change), asked.terms_sha256))


@routes.on(
    "POST",
    "/contracts/{contract_id}/cancellation/quote",
    Operation.END_CONTRACT,
    body=AskedCancellation,
    problems=(409,),
)
def show_cancellation(caller: Caller, asked: AskedCancellation, contract_id: str) -> Cancellation:
    """Show when a contract would end, and what would come back."""
    return changing.quote_cancellation(caller, contract_id, asked.policy)


@routes.on(
    "POST",
    "/contracts/{contract_id}/cancellation",
    Operation.END_CONTRACT,
    body=AskedCancellation,
    problems=(409,),
)
def cancel_contract(caller: Caller, asked: AskedCancellation, contract_id: str) -> ShownContract:
    """Cancel a contract."""
    return _told(changing.cancel(caller, contract_id, asked.policy))


@routes.on("POST", "/contracts/{contract_id}/end", Operation.END_CONTRACT, problems=(409,))
def end_contract(caller: Caller, contract_id: str) -> ShownContract:
    """End a contract at once, without refund."""
    return _told(service.end(caller, contract_id))


@routes.on("POST", "/contracts/{contract_id}/pause", Operation.PAUSE_CONTRACT, problems=(409,))
def pause_contract(caller: Caller, contract_id: str) -> ShownContract:
    """Stop backups for a while; restoring and paying go on."""
    return _told(pausing.pause(caller, contract_id))


@routes.on("POST", "/contracts/{contract_id}/resume", Operation.PAUSE_CONTRACT, problems=(409,))
def resume_contract(caller: Caller, contract_id: str) -> ShownContract:
    """Let backups go on."""
    return _told(pausing.resume(caller, contract_id))


@routes.on(
    "POST", "/contracts/{contract_id}/renewal/quote", Operation.RENEW_CONTRACT, problems=(409,)
)
def show_renewal(caller: Caller, contract_id: str) -> Renewal:
    """Show what one more term would cost."""
    return renewing.quote_renewal(caller, contract_id)


@routes.on(
    "POST",
    "/contracts/{contract_id}/renewal",
    Operation.RENEW_CONTRACT,
    body=SignedRenewal,
    problems=(409,),
)
def renew_contract(caller: Caller, asked: SignedRenewal, contract_id: str) -> ShownContract:
    """Sign for one more term of a contract, from its end on."""
    return _told(renewing.renew(caller, contract_id, asked.terms_sha256))


@routes.on("GET", "/facilities/{facility_id}/contracts", Operation.ACCEPT_CONTRACT)
def list_contracts_of(caller: Caller, facility_id: str) -> Page[ShownContract]:  # noqa: ARG001
    """List a facility's contracts for the provider."""
    return Page([_told(each) for each in store.contracts_of(facility_id)], None)


@routes.on(
    "POST",
    "/facilities/{facility_id}/contracts/{contract_id}/accept",
    Operation.ACCEPT_CONTRACT,
    problems=(409,),
)
def accept_contract(caller: Caller, facility_id: str, contract_id: str) -> ShownContract:
    """Accept for the provider what the facility signed."""
    return _told(service.accept(caller, facility_id, contract_id))


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
    return _told(service.decline(caller, facility_id, contract_id, said.reason))


@routes.on("GET", "/contracts/{contract_id}/certificate", Operation.SEE_CONTRACTS)
def show_certificate(caller: Caller, contract_id: str) -> Certificate:
    """Show what was deleted after a contract."""
    return purge_store.certificate(caller.facility_id, contract_id)


@routes.on(
    "POST",
    "/facilities/{facility_id}/targets/{target_id}/hold",
    Operation.HOLD_RECORDS,
    body=AskedHold,
)
def hold_records(caller: Caller, asked: AskedHold, facility_id: str, target_id: str) -> Hold:
    """Let nothing of a target be deleted until the hold is lifted."""
    return purging.hold(caller, facility_id, target_id, asked.reason)


@routes.on(
    "POST", "/facilities/{facility_id}/targets/{target_id}/hold/lift", Operation.HOLD_RECORDS
)
def lift_hold(caller: Caller, facility_id: str, target_id: str) -> Lifted:
    """Lift the hold of a target: what is due is deleted within a day."""
    purging.lift(caller, facility_id, target_id)
    return Lifted(target_id)


@routes.on("GET", "/agent", Operation.ASK_AS_AGENT)
def show_agent(caller: Caller) -> AgentsWork:
    """Tell an agent who it is, what it may back up, and under which plan."""
    return AgentsWork(
        agent_id=caller.id,
        facility_id=caller.facility_id,
        service_time=clock.text(clock.now()),
        targets=[for_agent(each) for each in store.targets_of(caller.facility_id)],
    )


T = TypeVar("T", Form, Change)


def _plain(asked: T, shape: type[T]) -> T:
    """Return what is agreed on in *asked*, without what only goes along with it."""
    return shape(**{name: getattr(asked, name) for name in shape.__struct_fields__})


def _told(contract: Contract) -> ShownContract:
    """Return a contract with its price and what lies ahead of it."""
    today, zone = local.today(contract.facility_id), local.zone_of(contract.facility_id)
    ahead = outlook(in_force_on(contract, today), today, zone)
    priced = msgspec.structs.asdict(_priced(contract))
    return ShownContract(**priced, **msgspec.structs.asdict(ahead))


def _priced(contract: Contract) -> ContractVersion:
    book = book_for(contract)
    return ContractVersion(
        **msgspec.structs.asdict(contract),
        points_per_period=points_of(contract, book),
        fee_per_period_yen=fee_of(contract, book, contract.unit_price_yen),
    )


def _shown(target: Target) -> ShownTarget:
    return ShownTarget(
        target_id=target.target_id,
        name=target.name,
        kind=target.kind,
        contract_id=target.contract.contract_id if target.contract else None,
    )


def for_agent(target: Target) -> PlannedTarget:
    """Return a target as agents see it."""
    plan = None
    if target.contract is not None:
        contract = in_force_on(target.contract, local.today(target.facility_id))
        plan = Plan(
            timing=contract.timing,
            batch_scope=contract.batch_scope,
            patients=contract.patients,
            capacity_bytes=contract.capacity_bytes,
            available_bytes=usage.of(target.facility_id, target.target_id).available_bytes,
        )
    return PlannedTarget(target_id=target.target_id, name=target.name, kind=target.kind, plan=plan)
