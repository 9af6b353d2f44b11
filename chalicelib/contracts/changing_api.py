"""Contracts changed over HTTP: amended, cancelled, paused, renewed; the price comes first."""

from __future__ import annotations

import msgspec

from chalicelib.access.guard import GuardedRoutes
from chalicelib.access.model import Caller
from chalicelib.access.policy import Operation
from chalicelib.billing.cancellation import CancellationPolicy
from chalicelib.contracts import (
    changing,
    pausing,
    renewing,
    service,
)
from chalicelib.contracts.amending import Amendment, Change
from chalicelib.contracts.cancelling import Cancellation
from chalicelib.contracts.renewing import Renewal
from chalicelib.contracts.told import (
    ShownContract,
    plain,
    told,
)
from chalicelib.web.bodies import Body

routes = GuardedRoutes(__name__)


class SignedChange(Change, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A change, and the digest of the terms that its signer was shown."""

    terms_sha256: str | None = None


class SignedRenewal(Body):
    """The digest of the terms that the signer was shown."""

    terms_sha256: str | None = None


class AskedCancellation(Body):
    policy: CancellationPolicy


class ShownAmendment(Amendment, frozen=True, kw_only=True):
    """
    What a change would mean.

    Attributes:
        is_standard: Accepted at once; special terms wait for the provider.
    """

    is_standard: bool


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
    return told(changing.amend(caller, contract_id, plain(asked, Change), asked.terms_sha256))


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
    return told(changing.cancel(caller, contract_id, asked.policy))


@routes.on("POST", "/contracts/{contract_id}/end", Operation.END_CONTRACT, problems=(409,))
def end_contract(caller: Caller, contract_id: str) -> ShownContract:
    """End a contract at once, without refund."""
    return told(service.end(caller, contract_id))


@routes.on("POST", "/contracts/{contract_id}/pause", Operation.PAUSE_CONTRACT, problems=(409,))
def pause_contract(caller: Caller, contract_id: str) -> ShownContract:
    """Stop backups for a while; restoring and paying go on."""
    return told(pausing.pause(caller, contract_id))


@routes.on("POST", "/contracts/{contract_id}/resume", Operation.PAUSE_CONTRACT, problems=(409,))
def resume_contract(caller: Caller, contract_id: str) -> ShownContract:
    """Let backups go on."""
    return told(pausing.resume(caller, contract_id))


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
    return told(renewing.renew(caller, contract_id, asked.terms_sha256))
