"""Ending a contract early, and what comes back of what was paid.  Arithmetic only."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import msgspec

from chalicelib.billing import cancellation as rules
from chalicelib.billing.cancellation import CancellationPolicy, Refund
from chalicelib.billing.periods import BillingPeriod, Term, number_on
from chalicelib.billing.pricing import fee_yen
from chalicelib.billing.tax import with_tax_yen
from chalicelib.contracts.amending import period_on
from chalicelib.contracts.model import Contract, State, check_not_cancelled, is_over
from chalicelib.contracts.offer import Price, fee_of, points_of
from chalicelib.contracts.signing import book_for
from chalicelib.kernel.errors import Conflict, Invalid

NOTHING = Price(0, 0, 0)


class Cancellation(msgspec.Struct, frozen=True, kw_only=True):
    """
    What cancelling would mean.

    Attributes:
        ends_on: The first date no longer covered.
        months_charged: Under short rate: months begun, which stay charged at the monthly price.
        credit_note_required: The law asks for a qualified return invoice.
    """

    policy: CancellationPolicy
    ends_on: date
    refund: Price
    months_charged: int | None = None
    credit_note_required: bool = False


def cancellation(
    contract: Contract, versions: Collection[Contract], policy: CancellationPolicy, today: date
) -> Cancellation:
    """
    Return what cancelling *contract* on *today* means.

    Args:
        versions: Every version both sides accepted; what was paid follows from them.

    Raises:
        Conflict: It is not in force, or was cancelled before.
        Invalid: The policy does not fit the term; the message says which does.
    """
    _check_cancellable(contract, today)
    if policy is CancellationPolicy.SHORT_RATE:
        return _short_rate(contract, versions, today)
    if contract.term is Term.CAPACITY_ONLY:
        raise Invalid("a capacity_only contract has no term to wait for: end it instead")
    end_on = rules.ends_on(contract.starts_on, contract.term, today)
    return Cancellation(policy=policy, ends_on=end_on, refund=NOTHING)


def paid_yen(versions: Collection[Contract], now: BillingPeriod) -> int:
    """Return what was billed for the period *now*: its fee at its start, and charges since."""
    charges = [
        each.charge_yen
        for each in versions
        if each.effective_on and now.start_on <= each.effective_on < now.end_on
    ]
    at_start = max(
        (each for each in versions if holds_at_start(each, now.start_on)),
        key=lambda each: each.version,
    )
    return fee_of(at_start, book_for(at_start), at_start.unit_price_yen) + sum(charges)


def holds_at_start(version: Contract, start_on: date) -> bool:
    """Whether the period that begins on *start_on* was billed by *version*, or could have been."""
    if version.effective_on is None or version.effective_on < start_on:
        return True
    return version.effective_on == start_on and version.charge_yen == 0


def _check_cancellable(contract: Contract, today: date) -> None:
    if contract.state is not State.ACTIVE or is_over(contract, today):
        raise Conflict("only a contract in force can be cancelled", code="contract-not-active")
    check_not_cancelled(contract)


def _short_rate(contract: Contract, versions: Collection[Contract], today: date) -> Cancellation:
    now = period_on(contract, today)
    if contract.term is not Term.ANNUAL or now is None:
        raise Invalid(
            'the policy short_rate is for an annual contract that has begun; choose "end_of_term"'
        )
    refund = _refund(contract, versions, now, today)
    book = book_for(contract)
    total_yen = with_tax_yen(refund.refund_yen, book.tax.rate_on(now.start_on), book.tax)
    return Cancellation(
        policy=CancellationPolicy.SHORT_RATE,
        ends_on=today,
        refund=Price(refund.refund_yen, refund.tax_yen, total_yen),
        months_charged=refund.months_begun,
        credit_note_required=refund.credit_note_required,
    )


def _refund(
    contract: Contract, versions: Collection[Contract], now: BillingPeriod, today: date
) -> Refund:
    book = book_for(contract)
    monthly = points_of(msgspec.structs.replace(contract, term=Term.MONTHLY), book)
    years_before = number_on(contract.starts_on, Term.ANNUAL, now.start_on)
    return rules.short_rate(
        paid_yen=paid_yen(versions, now),
        monthly_yen=fee_yen(monthly, unit_price_yen=contract.unit_price_yen),
        months=rules.months_begun(contract.starts_on, today, 12 * years_before),
        tax=book.tax,
        percent=book.tax.rate_on(now.start_on),
    )
