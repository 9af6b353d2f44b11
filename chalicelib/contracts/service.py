"""Targets and contracts: add, sign, accept, end, and what is allowed under the one in force."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import msgspec

from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.contracts import store
from chalicelib.contracts.model import (
    Contract,
    Form,
    State,
    TargetKind,
    check,
    covers,
    renews,
    scope_of,
    terms_digest,
)
from chalicelib.contracts.store import Target
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import Conflict, Invalid
from chalicelib.telemetry import count, logger

# The facilities this version serves are in Japan; a facility's own zone comes with its profile.
ZONE = ZoneInfo("Asia/Tokyo")


def add_target(caller: Caller, name: str, kind: TargetKind) -> Target:
    """Add something to back up; it needs a contract before anything can be sent."""
    if not 1 <= len(name.strip()) <= 100:
        raise Invalid("a target needs a name of 1 to 100 characters")
    target_id = ids.new_id("target", clock.now())
    target = Target(target_id, caller.facility_id, name.strip(), kind, contract=None)
    audit(caller, "add-target", target_id)
    store.add_target(target)
    return target


def sign(caller: Caller, form: Form) -> Contract:
    """
    Propose *form*: the facility's acceptance.  The provider's makes it active.

    Raises:
        Invalid: The form is impossible.
        NotFound: The target is not the caller's.
    """
    check(form)
    target = store.target(caller.facility_id, form.target_id)
    now = clock.now()
    contract = Contract(
        contract_id=ids.new_id("contract", now),
        facility_id=target.facility_id,
        target_id=target.target_id,
        term=form.term,
        starts_on=form.starts_on,
        auto_renew=renews(form),
        timing=form.timing,
        batch_scope=scope_of(form),
        patients=form.patients,
        capacity_bytes=form.capacity_bytes,
        state=State.PROPOSED,
        terms_sha256=terms_digest(form),
        signed_at=clock.text(now),
        signed_by=caller.id,
    )
    audit(caller, "sign-contract", contract.contract_id)
    store.add(contract)
    count("ContractsSigned")
    return contract


def accept(caller: Caller, facility_id: str, contract_id: str) -> Contract:
    """Accept for the provider: the contract is active and its plan in force."""
    found = store.contract(facility_id, contract_id)
    accepted = msgspec.structs.replace(
        found,
        state=State.ACTIVE,
        accepted_at=clock.text(clock.now()),
        accepted_by=caller.id,
    )
    audit(caller, "accept-contract", contract_id, facility_id=facility_id)
    store.put_in_force(accepted)
    count("ContractsAccepted")
    logger.info("contract active", extra={"contract_id": contract_id, "facility_id": facility_id})
    return accepted


def end(caller: Caller, contract_id: str) -> Contract:
    """End a contract at once: uploads stop, reading and restoring go on."""
    found = store.contract(caller.facility_id, contract_id)
    ended = msgspec.structs.replace(found, state=State.ENDED, ended_at=clock.text(clock.now()))
    audit(caller, "end-contract", contract_id)
    store.end(ended)
    count("ContractsEnded")
    return ended


def plan_in_force(facility_id: str, target_id: str) -> Contract:
    """
    Return the contract under which *target_id* may take uploads now.

    Raises:
        NotFound: The target is not the facility's.
        Conflict: ``no-contract``, ``contract-not-active`` or ``contract-ended``.
    """
    target = store.target(facility_id, target_id)
    if target.contract is None:
        raise Conflict(_why_none(facility_id, target_id), code="no-contract")
    covers(target.contract, clock.now().astimezone(ZONE).date())
    return target.contract


def _why_none(facility_id: str, target_id: str) -> str:
    waiting = any(
        each.target_id == target_id and each.state is State.PROPOSED
        for each in store.contracts_of(facility_id)
    )
    if waiting:
        return "the contract waits for the provider's acceptance"
    return "there is no contract for this target; sign one first"
