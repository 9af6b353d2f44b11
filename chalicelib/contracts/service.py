"""Targets and contracts: add, quote, sign, accept, end, and what is allowed in force."""

from __future__ import annotations

import msgspec

from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.billing.books import book_of, newest_book
from chalicelib.billing.states import CONTRACT
from chalicelib.contracts import changing, form, local, purge_store, signing, store
from chalicelib.contracts.capacity import check_holds
from chalicelib.contracts.form import Form
from chalicelib.contracts.kinds import goods_of
from chalicelib.contracts.model import (
    Contract,
    Refusal,
    State,
    TargetKind,
    covers,
    in_force_on,
    is_over,
)
from chalicelib.contracts.offer import Offer, offer
from chalicelib.contracts.purge_store import Phase
from chalicelib.contracts.regions import room
from chalicelib.contracts.store import Target
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import Conflict, Invalid
from chalicelib.notices.model import Kind
from chalicelib.telemetry import count, logger

MAX_REASON = 500  # characters of a refusal's own words


def add_target(caller: Caller, name: str, kind: TargetKind) -> Target:
    """Add something to back up, or an area; it needs a contract before anything can be sent."""
    if not 1 <= len(name.strip()) <= 100:
        raise Invalid("a target needs a name of 1 to 100 characters")
    target_id = ids.new_id("target", clock.now())
    target = Target(target_id, caller.facility_id, name.strip(), kind, contract=None)
    audit(caller, "add-target", target_id)
    store.add_target(target)
    return target


def quote(caller: Caller, asked: Form) -> Offer:
    """
    Return what signing *asked* today would cost; nothing is kept.

    Raises:
        Invalid: The form is impossible; the message names the choice and the cure.
        NotFound: The target is not the caller's.
        Conflict: ``capacity-below-stored`` or ``cases-below-open``, with both figures;
            ``region-full``, with what is left.
    """
    today = local.today(caller.facility_id)
    form.check_kind(asked, store.target(caller.facility_id, asked.target_id).kind)
    form.check(asked)
    form.check_new(asked, today)
    room.check_size(asked)
    book = newest_book(today)
    check_holds(caller.facility_id, asked, book)
    room.check_room(asked)
    return offer(asked, book)


def sign(caller: Caller, asked: Form, shown_sha256: str | None = None) -> Contract:
    """
    Sign *asked* for the facility: standard terms are active at once, special ones proposed.

    Args:
        shown_sha256: ``terms_sha256`` of the quote the signer saw; signs only just that.

    Raises:
        Invalid, NotFound: As :func:`quote`.
        Conflict: ``terms-differ``, as :func:`quote`, or the target has a contract.
    """
    offered, at = quote(caller, asked), clock.now()
    signing.check_agreed(shown_sha256, offered.terms_sha256)
    contract = signing.drawn_up(
        asked,
        book_of(offered.price_book),
        contract_id=ids.new_id("contract", at),
        facility_id=caller.facility_id,
        by=caller.id,
        at=clock.text(at),
    )
    if offered.is_standard:
        contract = signing.accepted(contract, clock.text(at))
        over = _making_way(contract)
        audit(caller, "sign-contract", contract.contract_id)
        store.put_in_force(contract, over)
    else:
        audit(caller, "sign-contract", contract.contract_id)
        store.propose(contract)
    count("ContractsSigned")
    _log(contract)
    return contract


def accept(caller: Caller, facility_id: str, contract_id: str) -> Contract:
    """
    Accept for the provider what waits: a signed contract, or a change of one.

    Where nothing waits and the contract is in force, it is returned as it is.

    Raises:
        Conflict: It was ended, its target has another, or more is stored than it allows.
    """
    found = changing.current(facility_id, contract_id)
    if found.proposed is not None:
        return changing.accept_change(caller, found)
    if found.state is State.ACTIVE:
        return found
    CONTRACT.check(found.state, State.SIGNED)
    CONTRACT.check(State.SIGNED, State.ACTIVE)
    contract = signing.accepted(found, clock.text(clock.now()), caller.id)
    contract = msgspec.structs.replace(contract, revision=found.revision + 1)
    over = _making_way(contract)
    audit(caller, "accept-contract", contract_id, facility_id=facility_id)
    store.put_in_force(contract, over, told=Kind.CONTRACT_ACCEPTED)
    count("ContractsAccepted")
    _log(contract)
    return contract


def decline(caller: Caller, facility_id: str, contract_id: str, reason: str = "") -> Contract:
    """
    Decline for the provider what waits: a signed contract becomes a draft, a change is dropped.

    Args:
        reason: Kept for the facility to read; at most MAX_REASON characters.

    Raises:
        Invalid: The reason is too long.
        Conflict: ``illegal-transition``: nothing of it waits.
    """
    if len(reason) > MAX_REASON:
        raise Invalid(f"the reason must have at most {MAX_REASON} characters", code="too-long")
    found = changing.current(facility_id, contract_id)
    if found.proposed is not None:
        return changing.decline_change(caller, found, reason)
    CONTRACT.check(found.state, State.DRAFT)
    declined = msgspec.structs.replace(
        found,
        state=State.DRAFT,
        revision=found.revision + 1,
        declined=Refusal(clock.text(clock.now()), caller.id, reason),
    )
    audit(caller, "decline-contract", contract_id, facility_id=facility_id)
    store.propose(declined, told=Kind.CONTRACT_DECLINED)
    count("ContractsDeclined")
    return declined


def end(caller: Caller, contract_id: str) -> Contract:
    """End a contract at once, without refund: uploads stop, reading and restoring go on."""
    found = store.contract(caller.facility_id, contract_id)
    CONTRACT.check(found.state, State.ENDED)
    ended = signing.ended(found, clock.text(clock.now()))
    audit(caller, "end-contract", contract_id)
    store.change(ended)
    count("ContractsEnded")
    return ended


def plan_in_force(facility_id: str, target_id: str) -> Contract:
    """
    Return the contract under which *target_id* may take uploads now.

    Raises:
        NotFound: The target is not the facility's.
        Conflict: ``stores-nothing``, ``no-contract``, ``contract-not-active`` or
            ``contract-ended``.
    """
    target = store.target(facility_id, target_id)
    if target.kind is TargetKind.DISPLAY:
        raise Conflict(
            "a display tool stores nothing: choose another target", code="stores-nothing"
        )
    if target.contract is None:
        raise Conflict(_why_none(facility_id, target_id), code="no-contract")
    contract = changing.in_effect(target.contract)
    covers(contract, local.today(facility_id))
    return contract


def _making_way(contract: Contract) -> Contract | None:
    """
    Return the contract on the target that is over, as ended, or None where none stands.

    Raises:
        Conflict: One runs there, more is stored than *contract* holds, or its region is full.
    """
    held = store.target(contract.facility_id, contract.target_id).contract
    if held is not None and not is_over(held, local.today(contract.facility_id)):
        raise Conflict(
            f"the target has a contract, {held.contract_id}: amend it, or end it first",
            code="target-has-contract",
        )
    _check_not_being_purged(contract)
    _check_only_tool(contract)
    check_holds(contract.facility_id, contract, signing.book_for(contract))
    room.check_holds(contract)
    if held is None or held.state is State.ENDED:
        return None
    return signing.ended(held, clock.text(clock.now()))


def _check_not_being_purged(contract: Contract) -> None:
    found = purge_store.purge(contract.facility_id, contract.target_id)
    if found is not None and found.phase is not Phase.WAITING:
        raise Conflict(
            "what was stored here is being deleted: add another target, or sign when it is done",
            code="target-being-purged",
        )


def _check_only_tool(contract: Contract) -> None:
    """Let pass what a facility may have several of; of display tools it has one."""
    if goods_of(contract).stores:
        return
    tool = in_force_of(contract.facility_id)
    if tool is not None and tool.target_id != contract.target_id:
        raise Conflict(
            "the facility has a display tool: add cases to its contract, or end that first",
            code="facility-has-display-tool",
        )


def in_force_of(facility_id: str) -> Contract | None:
    """Return the contract of the facility's display tool that is not over, or None."""
    today = local.today(facility_id)
    for target in store.targets_of(facility_id):
        if target.kind is TargetKind.DISPLAY and target.contract is not None:
            found = in_force_on(target.contract, today)
            if not is_over(found, today):
                return found
    return None


def _log(contract: Contract) -> None:
    facts = {"contract_id": contract.contract_id, "facility_id": contract.facility_id}
    logger.info("contract signed", extra={**facts, "contract_state": contract.state})


def _why_none(facility_id: str, target_id: str) -> str:
    waiting = any(
        each.target_id == target_id and each.state is State.PROPOSED
        for each in store.contracts_of(facility_id)
    )
    if waiting:
        return "the contract waits for the provider's acceptance"
    return "there is no contract for this target; sign one first"
