"""
Changing a contract: what may change, from when, and what it costs.  Arithmetic only.

More is charged by the day and holds at once; less holds from the next period, like its price.
What costs the same holds at once.
"""

from __future__ import annotations

from datetime import date

import msgspec

from chalicelib.billing import proration
from chalicelib.billing.periods import BillingPeriod, Term, number_on, period
from chalicelib.billing.pricebook import ServiceClass
from chalicelib.billing.runs import InvoiceGrouping
from chalicelib.billing.tax import TaxRule, tax_yen, with_tax_yen
from chalicelib.billing.units import LimitPolicy
from chalicelib.contracts.form import SCOPES_OF, Form, check, check_kind, terms_digest
from chalicelib.contracts.kinds import kind_of
from chalicelib.contracts.model import (
    BatchScope,
    Contract,
    State,
    Timing,
    check_not_cancelled,
    is_over,
    term_end_on,
)
from chalicelib.contracts.offer import Price, cases_of, fee_of, special_terms
from chalicelib.contracts.selection import Selection
from chalicelib.contracts.signing import book_for, form_of
from chalicelib.kernel.errors import Conflict, Invalid


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is to be different; what is left out stays, and so do term and start: sign anew."""

    timing: Timing | None = None
    batch_scope: BatchScope | None = None
    patients: Selection | None = None
    capacity_bytes: int | None = None
    service_class: ServiceClass | None = None
    case_units: int | None = None
    auto_renew: bool | None = None
    limit_policy: LimitPolicy | None = None
    invoice_grouping: InvoiceGrouping | None = None
    unit_price_yen: int | None = None


class Amendment(msgspec.Struct, frozen=True, kw_only=True):
    """
    What a change would mean.

    Attributes:
        charge: Due at once, for the rest of the period.
        old_fee_yen: Of a whole period, before tax, as is *new_fee_yen*.
        difference_yen: Between the two.
        cases: How many a display tool holds then; None for what is none.
        special: Why the provider has to accept it; empty for standard terms.
    """

    effective_on: date
    charge: Price
    old_fee_yen: int
    new_fee_yen: int
    difference_yen: int
    terms_sha256: str
    special: list[str]
    cases: int | None = None

    @property
    def is_standard(self) -> bool:
        return not self.special


def changed_form(contract: Contract, change: Change, today: date) -> Form:
    """
    Return the form of *contract* with *change* made.

    Raises:
        Invalid: Nothing changes, or the choices do not go together.
    """
    if change.patients is not None:
        change.patients.check()
    form = filled_in(contract, change)
    check_kind(form, kind_of(contract))
    check(form)
    if form == form_of(contract):
        names = ", ".join(Change.__struct_fields__)
        raise Invalid(f"nothing changes: name one of {names}", code="nothing-changes")
    return _ending_in_time(contract, form, today)


def filled_in(contract: Contract, change: Change) -> Form:
    """Return the form of *contract* with what *change* names; a timing brings its usual scope."""
    named = {name: getattr(change, name) for name in Change.__struct_fields__}
    named = {name: chosen for name, chosen in named.items() if chosen is not None}
    form = msgspec.structs.replace(form_of(contract), **named)
    scopes = SCOPES_OF[form.timing.kind] if form.timing else (None,)
    if change.batch_scope is None and form.batch_scope not in scopes:
        form = msgspec.structs.replace(form, batch_scope=scopes[0])
    return msgspec.structs.replace(form, patients=form.patients.settled())


def amendment(contract: Contract, form: Form, today: date) -> Amendment:
    """
    Return what it means that *contract* is by *form* from now on.

    Raises:
        Conflict: It is not in force, was cancelled, or ends before the change would hold.
        Invalid: Prepaid capacity would shrink.
    """
    _check_changeable(contract, today)
    book = book_for(contract)
    unit_price_yen = form.unit_price_yen or 0
    old = fee_of(contract, book, contract.unit_price_yen)
    new = fee_of(form, book, unit_price_yen)
    found = _amended(contract, old, new, today)
    if found.effective_on > today and not _lasts(contract, form, found.effective_on):
        raise Conflict(
            f"the contract ends on {found.effective_on}, before it would cost less: turn on"
            " auto_renew as well, or sign another one from then on",
            code="no-next-period",
        )
    return Amendment(
        effective_on=found.effective_on,
        charge=_taxed(found.charge_yen, book.tax, today),
        old_fee_yen=old,
        new_fee_yen=new,
        difference_yen=new - old,
        terms_sha256=terms_digest(form, book),
        special=special_terms(form.capacity_bytes, unit_price_yen, book)
        if _asks_for_more(contract, form)
        else [],
        cases=cases_of(form, book),
    )


def period_on(contract: Contract, today: date) -> BillingPeriod | None:
    """Return the period *today* is in; None before the start and for capacity without a term."""
    if contract.term is Term.CAPACITY_ONLY or today < contract.starts_on:
        return None
    return period(
        contract.starts_on, contract.term, number_on(contract.starts_on, contract.term, today)
    )


def _check_changeable(contract: Contract, today: date) -> None:
    if contract.state is not State.ACTIVE or is_over(contract, today):
        raise Conflict(
            "only a contract in force can be amended: sign another one", code="contract-not-active"
        )
    check_not_cancelled(contract)


def _amended(contract: Contract, old: int, new: int, today: date) -> proration.Amendment:
    now = period_on(contract, today)
    if now is not None:
        return proration.amend(old, new, now, today) if new != old else _at_once(0, new, today)
    if contract.term is not Term.CAPACITY_ONLY:
        return _at_once(0, new, today)  # nothing was billed yet
    if new < old:
        raise Invalid(
            "capacity_only was paid for in advance: its capacity_bytes can only grow",
            code="prepaid-shrinks",
        )
    return _at_once(new - old if today >= contract.starts_on else 0, new, today)


def _at_once(charge_yen: int, new_yen: int, today: date) -> proration.Amendment:
    return proration.Amendment(charge_yen, today, new_yen)


def _lasts(contract: Contract, form: Form, effective_on: date) -> bool:
    """Tell whether a period follows that *effective_on* could begin."""
    end_on = term_end_on(contract)
    return bool(form.auto_renew) or end_on is None or effective_on < end_on


def _ending_in_time(contract: Contract, form: Form, today: date) -> Form:
    """Let a contract that no longer renews itself end with the term it has got to."""
    end_on = term_end_on(contract)
    if form.auto_renew or not contract.auto_renew or end_on is None or today < end_on:
        return form
    begun = number_on(contract.starts_on, contract.term, today) + 1
    return msgspec.structs.replace(form, term_count=begun)


def _asks_for_more(contract: Contract, form: Form) -> bool:
    """Tell whether the provider grants more than it has: special terms once agreed on stay so."""
    is_larger = form.capacity_bytes > contract.capacity_bytes
    return is_larger or form.unit_price_yen != contract.unit_price_yen


def _taxed(charge_yen: int, tax: TaxRule, today: date) -> Price:
    percent = tax.rate_on(today)
    total_yen = with_tax_yen(charge_yen, percent, tax)
    return Price(charge_yen, tax_yen(charge_yen, percent, tax), total_yen)
