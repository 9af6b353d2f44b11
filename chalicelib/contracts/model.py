"""Targets, contracts and plans.  Rules only: no storage, no clock, no AWS."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from enum import StrEnum

import msgspec

from chalicelib.contracts.selection import Selection
from chalicelib.kernel.calendar import months_after
from chalicelib.kernel.errors import Conflict, Invalid


class TargetKind(StrEnum):
    MASS_STORAGE = "mass_storage"


class Term(StrEnum):
    """How long one term of a contract runs (patent, table 1)."""

    ANNUAL = "annual"
    MONTHLY = "monthly"


MONTHS_OF = {Term.ANNUAL: 12, Term.MONTHLY: 1}


class TimingKind(StrEnum):
    NIGHTLY = "nightly"
    AT_ONCE = "at_once"


class BatchScope(StrEnum):
    FACILITY = "facility"
    PATIENT = "patient"
    EXAMINATION = "examination"
    OBJECT = "object"


SCOPES_OF = {  # what one batch may hold, by timing; first is the usual one
    TimingKind.NIGHTLY: (BatchScope.FACILITY, BatchScope.PATIENT, BatchScope.EXAMINATION),
    TimingKind.AT_ONCE: (BatchScope.OBJECT,),
}


class State(StrEnum):
    PROPOSED = "proposed"  # the facility signed, the provider has not
    ACTIVE = "active"
    ENDED = "ended"


class Timing(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """When the plan runs; ``at`` is local time HH:MM and belongs to nightly."""

    kind: TimingKind
    at: str | None = None


class Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a facility chooses when it signs."""

    target_id: str
    term: Term
    starts_on: date
    timing: Timing
    capacity_bytes: int
    auto_renew: bool | None = None
    batch_scope: BatchScope | None = None
    patients: Selection = Selection()


class Contract(msgspec.Struct, frozen=True, kw_only=True):
    """
    A form both sides agree on, or have yet to.

    Attributes:
        terms_sha256: Digest of the form as signed: what was accepted cannot change unseen.
        ended_on: The first local date it no longer covers, once somebody ended it.
    """

    contract_id: str
    facility_id: str
    target_id: str
    term: Term
    starts_on: date
    auto_renew: bool
    timing: Timing
    batch_scope: BatchScope
    patients: Selection
    capacity_bytes: int
    state: State
    terms_sha256: str
    signed_at: str
    signed_by: str
    accepted_at: str | None = None
    accepted_by: str | None = None
    ended_at: str | None = None


MAX_CAPACITY_BYTES = 10**15  # 1 PB a target; more is a talk with the provider
_HH_MM = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def check(form: Form) -> None:
    """
    Let pass a form that can be agreed on.

    Raises:
        Invalid: A choice is impossible; the message says which and what to choose instead.
    """
    _check_timing(form.timing)
    allowed = SCOPES_OF[form.timing.kind]
    if scope_of(form) not in allowed:
        scopes = ", ".join(allowed)
        raise Invalid(f"a {form.timing.kind} plan batches by {scopes}, not by {form.batch_scope}")
    if not 1 <= form.capacity_bytes <= MAX_CAPACITY_BYTES:
        raise Invalid(f"capacity_bytes must be between 1 and {MAX_CAPACITY_BYTES}")
    form.patients.check()


def scope_of(form: Form) -> BatchScope:
    """Return what one batch holds: as chosen, or as usual for the timing."""
    return form.batch_scope or SCOPES_OF[form.timing.kind][0]


def renews(form: Form) -> bool:
    """Tell whether a term follows the last by itself: as chosen, or monthly yes, annual no."""
    return form.term is Term.MONTHLY if form.auto_renew is None else form.auto_renew


def terms_digest(form: Form) -> str:
    """Return the SHA-256 of everything that is agreed on, with the usual choices filled in."""
    terms = msgspec.structs.replace(form, auto_renew=renews(form), batch_scope=scope_of(form))
    return hashlib.sha256(msgspec.json.encode(terms, order="deterministic")).hexdigest()


def _check_timing(timing: Timing) -> None:
    if timing.kind is TimingKind.NIGHTLY and not _HH_MM.fullmatch(timing.at or ""):
        raise Invalid('a nightly plan needs its local time, e.g. "at": "02:00"')
    if timing.kind is TimingKind.AT_ONCE and timing.at is not None:
        raise Invalid('an at_once plan has no time of day: leave out "at"')


def covers(contract: Contract, today: date) -> None:
    """
    Let pass when *contract* allows uploads on the facility's local date *today*.

    Raises:
        Conflict: ``contract-not-active`` or ``contract-ended``, with the reason.
    """
    if contract.state is State.PROPOSED:
        raise Conflict("the provider has not accepted the contract yet", code="contract-not-active")
    if contract.state is State.ENDED:
        raise Conflict("the contract was ended", code="contract-ended")
    if today < contract.starts_on:
        raise Conflict(f"the contract starts on {contract.starts_on}", code="contract-not-active")
    ends_on = months_after(contract.starts_on, MONTHS_OF[contract.term])
    if not contract.auto_renew and today >= ends_on:
        raise Conflict(f"the contract ended on {ends_on}", code="contract-ended")
