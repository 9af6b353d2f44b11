"""Targets, contracts and plans.  Rules only: no storage, no clock, no AWS."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

import msgspec

from chalicelib.billing.periods import MONTHS_OF, Term
from chalicelib.billing.pricebook import BackupTiming, ServiceClass
from chalicelib.billing.runs import InvoiceGrouping
from chalicelib.billing.states import ContractState
from chalicelib.billing.units import LimitPolicy
from chalicelib.contracts.selection import Selection
from chalicelib.kernel.calendar import months_after
from chalicelib.kernel.errors import Conflict

State = ContractState
TimingKind = BackupTiming
FIRST_BOOK = "2026-01"  # what contracts are pinned to that were signed before prices were shown


class TargetKind(StrEnum):
    MASS_STORAGE = "mass_storage"  # backed up by agents
    AREA = "area"  # rented: any files, of any kind (patent, fig. 7)
    DISPLAY = "display"  # the display tool: it shows what others store (patent, fig. 8)


class BatchScope(StrEnum):
    FACILITY = "facility"
    PATIENT = "patient"
    EXAMINATION = "examination"
    OBJECT = "object"


class Timing(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """When the plan runs; ``at`` is local time HH:MM and belongs to nightly."""

    kind: TimingKind
    at: str | None = None


class Refusal(msgspec.Struct, frozen=True):
    """The provider's no to what waited for it, and why, in its own words."""

    at: str
    by: str
    reason: str


class NextTerm(msgspec.Struct, frozen=True):
    """
    One more term that was signed for in time, by the prices of its own book.

    Attributes:
        begins_on: The date on which the contract would have ended.
        price_book: The book that was the newest as it was signed for.
    """

    begins_on: date
    price_book: str


class Contract(msgspec.Struct, frozen=True, kw_only=True):
    """
    A form both sides agree on, or have yet to, and the prices it is pinned to.

    Attributes:
        term_count: Terms signed for: years, or months.
        timing, batch_scope: None where nothing is stored.
        service_class: Of a rented area; None elsewhere.
        case_units: Of a display tool, beyond the cases it includes; None elsewhere.
        terms_sha256: Digest of the form and the price book as signed: what was accepted cannot
            change unseen.
        accepted_by: The provider's operator, or STANDING_OFFER.
        version: 1 as first signed, and one more with each change.
        revision: One more with each write, so that two at once are noticed.
        effective_on: The first local date of this version.
        charge_yen: Due for this version at once, before tax; the rest comes with the periods.
        cancelled_on: The first local date it no longer covers, once somebody cancelled it.
        refund_yen: Of what was paid, before tax, for a term cut short.
        proposed: The change that waits for the provider.
        upcoming: The change both sides accepted for a later date.
        declined: What the provider said to the last thing that waited, until the next one.
        paused: The facility has stopped backups for a while; what is paid and restored goes on.
        term_no: 1 as first signed, and one more with each renewal.
        renewed_on: The first local date of the term it is in; None in the first one.
        next_term: Signed for, and not yet begun.
    """

    contract_id: str
    facility_id: str
    target_id: str
    term: Term
    starts_on: date
    auto_renew: bool
    timing: Timing | None
    batch_scope: BatchScope | None
    patients: Selection
    capacity_bytes: int
    state: State
    terms_sha256: str
    signed_at: str
    signed_by: str
    accepted_at: str | None = None
    accepted_by: str | None = None
    ended_at: str | None = None
    term_count: int = 1
    service_class: ServiceClass | None = None
    case_units: int | None = None
    limit_policy: LimitPolicy = LimitPolicy.REJECT
    invoice_grouping: InvoiceGrouping = InvoiceGrouping.FACILITY
    price_book: str = FIRST_BOOK
    price_book_sha256: str | None = None
    unit_price_yen: int = 1_000
    version: int = 1
    revision: int = 0
    effective_on: date | None = None
    charge_yen: int = 0
    cancelled_on: date | None = None
    refund_yen: int = 0
    proposed: Contract | None = None
    upcoming: Contract | None = None
    declined: Refusal | None = None
    paused: bool = False
    term_no: int = 1
    renewed_on: date | None = None
    next_term: NextTerm | None = None


class Billed(msgspec.Struct, frozen=True):
    """
    How far a contract has been billed.

    Attributes:
        target_name: As the lines name it; it never changes, as the facility's zone never does.
        periods: So many, from the first on.
        version: The charges of this version and of those before it were billed.
        refund_yen: So much of a term cut short was given back, before tax.
        metered_on: From this local date on overage has yet to be billed; None where none was ever
            agreed on.
        due_at: When to look again; None when nothing follows.
    """

    facility_id: str
    contract_id: str
    target_name: str
    zone: str
    periods: int = 0
    version: int = 0
    refund_yen: int = 0
    metered_on: date | None = None
    due_at: str | None = None


RUNNING = {State.ACTIVE, State.GRACE, State.SUSPENDED}
STANDING_OFFER = "standard-terms"  # the provider's acceptance of what its price book offers


def term_end_on(contract: Contract) -> date | None:
    """Return the first date after the terms signed for; None where capacity is all that ends."""
    months = MONTHS_OF.get(contract.term)
    if months is None:
        return None
    return months_after(contract.starts_on, months * contract.term_count)


def ends_on(contract: Contract) -> date | None:
    """Return the first date no longer covered, or None when no end is in sight."""
    if contract.cancelled_on is not None:
        return contract.cancelled_on
    return None if contract.auto_renew else term_end_on(contract)


def is_over(contract: Contract, today: date) -> bool:
    """Tell whether it was ended, or has come to its end by *today*."""
    end_on = ends_on(contract)
    return contract.state is State.ENDED or (end_on is not None and today >= end_on)


def covers(contract: Contract, today: date) -> None:
    """
    Let pass when *contract* allows uploads on the facility's local date *today*.

    Raises:
        Conflict: ``contract-not-active``, ``contract-ended`` or ``contract-paused``, with the
            reason.
    """
    if contract.state is State.PROPOSED:
        raise Conflict("the provider has not accepted the contract yet", code="contract-not-active")
    if contract.state is State.SUSPENDED:
        raise Conflict(
            "the contract is suspended until its invoices are paid", code="contract-not-active"
        )
    if contract.state is State.ENDED:
        raise Conflict("the contract was ended", code="contract-ended")
    if today < contract.starts_on:
        raise Conflict(f"the contract starts on {contract.starts_on}", code="contract-not-active")
    if is_over(contract, today):
        raise Conflict(f"the contract ended on {ends_on(contract)}", code="contract-ended")
    if contract.paused:
        raise Conflict(
            "backups are paused by the facility: its administrator resumes them on the contract's"
            " page",
            code="contract-paused",
        )


def awaits_provider(contract: Contract) -> bool:
    """Tell whether a contract, or a change of one, waits for the provider."""
    return contract.state is State.PROPOSED or contract.proposed is not None


def beside(contract: Contract) -> dict[str, Any]:
    """Return what stands beside the versions of *contract*: it is true of whichever holds."""
    names = ("state", "proposed", "declined", "paused", "term_no", "renewed_on", "next_term")
    return {name: getattr(contract, name) for name in names}


def in_force_on(contract: Contract, today: date) -> Contract:
    """
    Return the version that holds on *today*: the upcoming one, once its date has come.

    What stands beside the versions goes along: an upcoming one was agreed on before it.
    """
    upcoming = contract.upcoming
    if upcoming is None or upcoming.effective_on is None or today < upcoming.effective_on:
        return contract
    return msgspec.structs.replace(upcoming, **beside(contract))


def check_not_cancelled(contract: Contract) -> None:
    """Let pass what goes on; raises Conflict ``contract-cancelled`` with the date of its end."""
    if contract.cancelled_on is not None:
        raise Conflict(
            f"the contract was cancelled and ends on {contract.cancelled_on}: sign another one"
            " from then on",
            code="contract-cancelled",
        )
