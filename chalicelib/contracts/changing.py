"""Contracts in force: amend and cancel, each with its price shown before it is asked for."""

from __future__ import annotations

from datetime import date

import msgspec

from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.billing.cancellation import CancellationPolicy
from chalicelib.billing.states import CONTRACT
from chalicelib.contracts import local, signing, store
from chalicelib.contracts.amending import (
    Amendment,
    Change,
    amendment,
    changed_form,
    filled_in,
)
from chalicelib.contracts.cancelling import Cancellation, cancellation
from chalicelib.contracts.capacity import check_holds, limit_of
from chalicelib.contracts.form import Form
from chalicelib.contracts.model import Contract, Refusal, State, beside, in_force_on
from chalicelib.contracts.offer import fee_of
from chalicelib.contracts.regions import room
from chalicelib.contracts.renewal import renewed
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict
from chalicelib.notices.model import Kind
from chalicelib.telemetry import count

ALONE = {"proposed": None, "upcoming": None, "declined": None}


def quote_amendment(caller: Caller, contract_id: str, change: Change) -> Amendment:
    """
    Return what *change* would cost, and from when it would hold; nothing is kept.

    Raises:
        Invalid: The choices do not go together, or nothing changes.
        Conflict: The contract is not in force, ``capacity-below-stored`` or ``region-full``.
    """
    return _weighed(store.contract(caller.facility_id, contract_id), change)[1]


def amend(
    caller: Caller, contract_id: str, change: Change, shown_sha256: str | None = None
) -> Contract:
    """
    Change a contract: a new version, in force now, later, or once the provider accepts it.

    A change that still waits for the provider is replaced, and so is one that waits for its
    date, unless this one leaves the price as it is: then it is made to that one too.

    Raises:
        Invalid, Conflict: As :func:`quote_amendment`; ``terms-differ``.
    """
    found = current(caller.facility_id, contract_id)
    form, meant = _weighed(found, change)
    signing.check_agreed(shown_sha256, meant.terms_sha256)
    signed = _version(found, form, meant, by=caller.id)
    audit(caller, "amend-contract", contract_id)
    if meant.is_standard:
        agreed = signing.accepted(signed, signed.signed_at)
        changed = _agree(found, agreed, _carried(found, change, agreed))
    else:
        proposed = msgspec.structs.replace(signed, state=State.PROPOSED)
        changed = _revised(found, proposed=proposed, declined=None)
        store.change(changed)
    count("ContractsAmended")
    return changed


def accept_change(caller: Caller, found: Contract) -> Contract:
    """
    Accept, for the provider, the change of *found* that waits; it holds from today at the earliest.

    Raises:
        Conflict: There is less room by now than is stored, its region is full, or the contract
            has ended.
    """
    proposed = found.proposed
    if proposed is None:
        raise Conflict("no change of this contract waits for the provider")
    meant = amendment(found, signing.form_of(proposed), local.today(found.facility_id))
    if limit_of(proposed) != limit_of(found):
        check_holds(found.facility_id, proposed, signing.book_for(proposed))
    room.check_room(signing.form_of(proposed))
    standing = beside(found) | {"proposed": None, "declined": None}
    dated = msgspec.structs.replace(
        proposed, **standing, effective_on=meant.effective_on, charge_yen=meant.charge.fee_yen
    )
    audit(caller, "accept-amendment", found.contract_id, facility_id=found.facility_id)
    agreed = signing.accepted(dated, clock.text(clock.now()), caller.id)
    changed = _agree(found, agreed, told=Kind.CONTRACT_ACCEPTED)
    count("ContractsAccepted")
    return changed


def decline_change(caller: Caller, found: Contract, reason: str = "") -> Contract:
    """Decline, for the provider, the change of *found* that waits; the contract goes on."""
    refusal = Refusal(clock.text(clock.now()), caller.id, reason)
    declined = _revised(found, proposed=None, declined=refusal)
    audit(caller, "decline-amendment", found.contract_id, facility_id=found.facility_id)
    store.change(declined, told=Kind.CONTRACT_DECLINED)
    count("ContractsDeclined")
    return declined


def quote_cancellation(
    caller: Caller, contract_id: str, policy: CancellationPolicy
) -> Cancellation:
    """
    Return when the contract would end, and what would come back; nothing is kept.

    Raises:
        Invalid: The policy does not fit the term.
        Conflict: The contract is not in force, or was cancelled before.
    """
    return _cancellation(store.contract(caller.facility_id, contract_id), policy)


def cancel(caller: Caller, contract_id: str, policy: CancellationPolicy) -> Contract:
    """
    Cancel a contract: with its period, or today for the monthly price so far.

    Raises:
        Invalid, Conflict: As :func:`quote_cancellation`.
    """
    found, today = current(caller.facility_id, contract_id), local.today(caller.facility_id)
    meant = _cancellation(found, policy)
    CONTRACT.check(found.state, State.ENDED)
    terms = {"cancelled_on": meant.ends_on, "refund_yen": meant.refund.fee_yen, **ALONE}
    cancelled = _revised(found, **terms)
    if meant.ends_on <= today or today < found.starts_on:
        cancelled = msgspec.structs.replace(
            cancelled, state=State.ENDED, ended_at=clock.text(clock.now())
        )
    audit(caller, "cancel-contract", contract_id)
    store.change(cancelled)
    count("ContractsCancelled")
    return cancelled


def move(caller: Caller, facility_id: str, contract_id: str, state: State) -> Contract:
    """
    Move a contract to *state* as its payments stand: grace, suspended, ended, or active again.

    Raises:
        Conflict: ``illegal-transition``; the message names what may follow.
    """
    found = current(facility_id, contract_id)
    CONTRACT.check(found.state, state)
    if state is State.ENDED:
        moved = signing.ended(found, clock.text(clock.now()))
    else:
        moved = _revised(found, state=state)
    audit(caller, f"contract-{state}", contract_id, facility_id=facility_id)
    store.change(moved)
    count("ContractsMoved")
    return moved


def current(facility_id: str, contract_id: str) -> Contract:
    """Return a contract by the version that holds today."""
    return in_effect(store.contract(facility_id, contract_id))


def in_effect(contract: Contract, today: date | None = None) -> Contract:
    """
    Return *contract* by the version and in the term that hold today, its plan and capacity too.

    The first to ask after the date of an upcoming version or of a renewal moves them, in one write.

    Args:
        today: The facility's local date, where a schedule's event has told it.
    """
    if contract.state is State.ENDED:
        return contract
    today = today or local.today(contract.facility_id)
    coming = in_force_on(contract, today)
    there = renewed(coming, today, clock.text(clock.now()))
    if there is contract:
        return contract
    taken = msgspec.structs.replace(there, revision=contract.revision + 1)
    try:
        store.change(
            taken,
            agreed=[taken] if taken.version != coming.version else [],
            resizes=limit_of(taken) != limit_of(contract),
            may_exceed=True,
        )
    except Conflict:  # somebody else was first
        return store.contract(contract.facility_id, contract.contract_id)
    return taken


def _weighed(contract: Contract, change: Change) -> tuple[Form, Amendment]:
    today = local.today(contract.facility_id)
    found = in_force_on(contract, today)
    form = changed_form(found, change, today)
    meant = amendment(found, form, today)
    if _room(form) != _room(found):
        room.check_size(form)
        check_holds(found.facility_id, form, signing.book_for(found))
    room.check_room(form)
    return form, meant


def _cancellation(contract: Contract, policy: CancellationPolicy) -> Cancellation:
    today = local.today(contract.facility_id)
    found = in_force_on(contract, today)
    versions = list(store.versions_of(contract)) or [found]  # signed before versions were kept
    return cancellation(found, versions, policy, today)


def _version(found: Contract, form: Form, meant: Amendment, *, by: str) -> Contract:
    """Return the next version of *found*, signed by the facility."""
    waiting = found.upcoming.version if found.upcoming else 0
    return msgspec.structs.replace(
        found,
        **signing.agreed_on(form, signing.book_for(found)),
        **ALONE,
        version=max(found.version, waiting) + 1,
        effective_on=meant.effective_on,
        charge_yen=meant.charge.fee_yen,
        signed_at=clock.text(clock.now()),
        signed_by=by,
        accepted_at=None,
        accepted_by=None,
    )


def _agree(
    found: Contract,
    agreed: Contract,
    carried: Contract | None = None,
    told: Kind | None = None,
) -> Contract:
    """
    Write what both sides accepted: in force now (*carried* still to come), or from its date.

    Args:
        told: What the facility is told of it.
    """
    agreed = msgspec.structs.replace(agreed, revision=found.revision + 1)
    if agreed.effective_on is not None and agreed.effective_on > local.today(found.facility_id):
        later = _revised(found, proposed=None, upcoming=agreed, declined=None)
        store.change(later, agreed=[agreed], told=told)
        return later
    now = msgspec.structs.replace(agreed, upcoming=carried)
    store.change(
        now,
        agreed=[agreed, carried] if carried else [agreed],
        resizes=limit_of(agreed) != limit_of(found),
        told=told,
    )
    return now


def _carried(found: Contract, change: Change, agreed: Contract) -> Contract | None:
    """Return what waits for its date with *change* made to it too, if that leaves the price."""
    waiting, book = found.upcoming, signing.book_for(found)
    if waiting is None or _room(change) != (None, None):
        return None
    if fee_of(agreed, book, agreed.unit_price_yen) != fee_of(found, book, found.unit_price_yen):
        return None
    return msgspec.structs.replace(
        agreed,
        **signing.agreed_on(filled_in(waiting, change), book),
        version=agreed.version + 1,
        effective_on=waiting.effective_on,
    )


def _room(terms: Form | Contract | Change) -> tuple[int | None, int | None]:
    """Return what says how much is allowed."""
    return terms.capacity_bytes, terms.case_units


def _revised(found: Contract, **changes: object) -> Contract:
    return msgspec.structs.replace(found, revision=found.revision + 1, **changes)
