"""The form a facility fills in, and what may be chosen together.  Rules only."""

from __future__ import annotations

import hashlib
import re
from datetime import date, timedelta
from typing import Annotated

import msgspec

from chalicelib.billing.periods import Term
from chalicelib.billing.pricebook import PriceBook, ServiceClass
from chalicelib.billing.runs import InvoiceGrouping
from chalicelib.billing.units import LimitPolicy
from chalicelib.contracts.kinds import goods_of
from chalicelib.contracts.model import BatchScope, TargetKind, Timing, TimingKind
from chalicelib.contracts.selection import Selection
from chalicelib.kernel import ids
from chalicelib.kernel.errors import Invalid

SCOPES_OF = {  # what one batch may hold, by timing; first is the usual one
    TimingKind.NIGHTLY: (BatchScope.FACILITY, BatchScope.PATIENT, BatchScope.EXAMINATION),
    TimingKind.PER_EXAM: (BatchScope.EXAMINATION, BatchScope.PATIENT),
    TimingKind.AT_ONCE: (BatchScope.OBJECT,),
}
WHY_NOT = {  # of each timing, what its other scopes would mean, and the cure
    TimingKind.NIGHTLY: "the files of a whole day move together; for one at a time choose at_once",
    TimingKind.PER_EXAM: (
        "it runs as each examination closes; for all of the facility choose nightly, for single"
        " files at_once"
    ),
    TimingKind.AT_ONCE: (
        "each file moves as soon as it is saved and waits for no other; to gather them choose"
        " nightly or per_exam"
    ),
}
MAX_CAPACITY_BYTES = 10**15  # 1 PB a target; more is a talk with the provider
MAX_TERMS = {Term.ANNUAL: 10, Term.MONTHLY: 120, Term.CAPACITY_ONLY: 1}
MAX_UNIT_PRICE_YEN = 1_000_000
MAX_CASE_UNITS = 1_000  # of 50 cases: more than a doctor can look through
OWN_TERMS = {  # what one kind alone has, and the code of a form without it
    "service_class": (TargetKind.AREA, "area-class"),
    "case_units": (TargetKind.DISPLAY, "display-units"),
}
CALLED = {TargetKind.AREA: "a rented area", TargetKind.DISPLAY: "a display tool"}
CHOICES = {
    TargetKind.AREA: " or ".join(ServiceClass),
    TargetKind.DISPLAY: "0 for the cases it includes, or the units to add",
}
EARLIEST = timedelta(days=31)  # a start may lie so far back: forms are agreed on after the fact
LATEST = timedelta(days=366)
_HH_MM = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


class Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """
    What a facility chooses when it signs.

    Attributes:
        timing, capacity_bytes: Of what stores; a display tool has neither.
        term_count: Years or months signed for.
        service_class: Of a rented area; None elsewhere.
        case_units: Of a display tool, beyond the cases it includes; None elsewhere.
        unit_price_yen: Another price than the book's: special terms.
    """

    target_id: Annotated[str, msgspec.Meta(max_length=ids.LONGEST)]
    term: Term
    starts_on: date
    timing: Timing | None = None
    capacity_bytes: int = 0
    term_count: int = 1
    service_class: ServiceClass | None = None
    auto_renew: bool | None = None
    batch_scope: BatchScope | None = None
    patients: Selection = Selection()
    limit_policy: LimitPolicy = LimitPolicy.REJECT
    invoice_grouping: InvoiceGrouping = InvoiceGrouping.FACILITY
    unit_price_yen: int | None = None
    case_units: int | None = None


def check(form: Form) -> None:
    """
    Let pass a form that can be agreed on.

    Raises:
        Invalid: A choice is impossible; the message says which and what to choose instead.
    """
    _check_term(form)
    if goods_of(form).stores:
        _check_storage(form)
    else:
        _check_cases(form)
    if form.unit_price_yen is not None and not 0 <= form.unit_price_yen <= MAX_UNIT_PRICE_YEN:
        raise Invalid(f"unit_price_yen must be between 0 and {MAX_UNIT_PRICE_YEN}, or left out")
    form.patients.check()


def check_new(form: Form, today: date) -> None:
    """
    Let pass what can be signed anew *today*: it starts about now, for as long as is sold.

    Raises:
        Invalid: Of ``starts_on`` or ``term_count``, with what is possible.
    """
    most = MAX_TERMS[form.term]
    if not 1 <= form.term_count <= most:
        raise Invalid(f"term_count of a {form.term} contract must be between 1 and {most}")
    first, last = today - EARLIEST, today + LATEST
    if not first <= form.starts_on <= last:
        raise Invalid(f"starts_on must be between {first} and {last}")


def check_kind(form: Form, kind: TargetKind) -> None:
    """
    Let pass what is sold for targets of *kind*.

    Raises:
        Invalid: It lacks what only this kind has, or has what only another has; it is sold as
            prepaid capacity, where only backup is; or an area is to hold more than is rented.
    """
    for name, (owner, code) in OWN_TERMS.items():
        is_there = getattr(form, name) is not None
        if is_there and kind is not owner:
            raise Invalid(f"only {CALLED[owner]} has {name}: leave it out, or add such a target")
        if kind is owner and not is_there:
            needs = f"{CALLED[kind]} needs its {name}: {CHOICES[kind]}"
            raise Invalid(needs, code=code)
    if kind in CALLED and form.term is Term.CAPACITY_ONLY:
        raise Invalid(
            f"{CALLED[kind]} is paid by the month or the year: choose such a term",
            code=f"{kind}-term",
        )
    if kind is TargetKind.AREA and form.limit_policy is LimitPolicy.OVERAGE:
        raise Invalid(
            "a rented area holds its capacity_bytes and no more: its limit_policy must be reject",
            code="area-overage",
        )


def check_scope(timing: TimingKind, scope: BatchScope | None) -> None:
    """Let pass the six pairs of timing and batch scope that mean something."""
    allowed = SCOPES_OF[timing]
    if scope not in allowed:
        scopes = ", ".join(allowed)
        raise Invalid(
            f"a {timing} plan batches by {scopes}, not by {scope} (batch_scope): {WHY_NOT[timing]}"
        )


def scope_of(form: Form) -> BatchScope | None:
    """Return what one batch holds: as chosen, or as usual for the timing; None without one."""
    if form.timing is None:
        return None
    return form.batch_scope or SCOPES_OF[form.timing.kind][0]


def renews(form: Form) -> bool:
    """Tell whether a term follows the last by itself: as chosen, or monthly yes, annual no."""
    return form.term is Term.MONTHLY if form.auto_renew is None else form.auto_renew


def settled(form: Form, book: PriceBook) -> Form:
    """Return *form* with every choice that was left open made as usual."""
    unit_price_yen = book.unit_price_yen if form.unit_price_yen is None else form.unit_price_yen
    return msgspec.structs.replace(
        form,
        auto_renew=renews(form),
        batch_scope=scope_of(form),
        patients=form.patients.settled(),
        unit_price_yen=unit_price_yen,
    )


def terms_digest(form: Form, book: PriceBook) -> str:
    """
    Return the SHA-256 of all that is agreed on: the form as it is meant, and the prices.

    What came later and is not agreed on is left out, so that old terms keep their digest.
    """
    agreed = msgspec.to_builtins(settled(form, book), order="deterministic")
    if form.case_units is None:
        del agreed["case_units"]
    return hashlib.sha256(msgspec.json.encode((agreed, book.sha256()))).hexdigest()


def _check_term(form: Form) -> None:
    if form.term is not Term.CAPACITY_ONLY:
        return
    if form.auto_renew:
        raise Invalid("a capacity_only contract has no term to renew: leave out auto_renew")
    if form.limit_policy is LimitPolicy.OVERAGE:
        raise Invalid(
            "a capacity_only contract ends when it is full: limit_policy must be reject, or choose"
            " an annual or monthly term"
        )


def _check_storage(form: Form) -> None:
    if form.timing is None:
        raise Invalid('say when it is backed up, e.g. "timing": {"kind": "at_once"}')
    _check_timing(form.timing)
    check_scope(form.timing.kind, scope_of(form))
    if not 1 <= form.capacity_bytes <= MAX_CAPACITY_BYTES:
        raise Invalid(f"capacity_bytes must be between 1 and {MAX_CAPACITY_BYTES}")


def _check_cases(form: Form) -> None:
    if not 0 <= (form.case_units or 0) <= MAX_CASE_UNITS:
        raise Invalid(f"case_units must be between 0 and {MAX_CASE_UNITS}")
    is_all = form.patients.settled() == Selection().settled()
    if form.timing or form.batch_scope or form.capacity_bytes or not is_all:
        raise Invalid(
            "a display tool stores nothing: leave out timing, batch_scope, capacity_bytes and"
            " patients"
        )
    if form.limit_policy is LimitPolicy.OVERAGE:
        raise Invalid("a display tool has no overage: its limit_policy must be reject")


def _check_timing(timing: Timing) -> None:
    if timing.kind is TimingKind.NIGHTLY and not _HH_MM.fullmatch(timing.at or ""):
        raise Invalid('a nightly plan needs its local time, e.g. "at": "02:00"')
    if timing.kind is not TimingKind.NIGHTLY and timing.at is not None:
        article = "a" if timing.kind is TimingKind.PER_EXAM else "an"
        raise Invalid(f'{article} {timing.kind} plan has no time of day: leave out "at"')
