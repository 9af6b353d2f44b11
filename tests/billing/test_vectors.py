"""
Every vector of every suite, against the modules a run and a preview use.

HOKAN_VECTORS names another folder of vectors of the same shape.
A suite, an operation, an input or an expectation that nothing here knows fails its test.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import pytest

from chalicelib.billing import (
    cancellation,
    identifiers,
    pricing,
    proration,
    runs,
    states,
    tax,
    units,
)
from chalicelib.billing.bankdays import due_on
from chalicelib.billing.books import book_of
from chalicelib.billing.periods import BillingPeriod, Term, periods
from chalicelib.billing.pricebook import BackupTiming, PriceBook
from chalicelib.kernel.errors import Invalid, QuotaExceeded
from chalicelib.kernel.money import Rounding

HERE = Path(__file__).parent
FOLDER = Path(os.environ.get("HOKAN_VECTORS", HERE.parent / "data" / "vectors" / "billing"))
SCHEMA = "hokan-billing-vectors/1"
FIELDS = {"id", "note", "source", "input", "expect", "price_book_override"}
GIGABYTE = 10**9

Answer = dict[str, Any]
Operation = Callable[..., Answer]
day = date.fromisoformat


# --- one function an operation: the vector's words in, the vector's words out -------------------


def fee(book: PriceBook, *, targets: list[Answer] | None = None, **form: Any) -> Answer:
    if targets is None:
        return one_fee(book, **form)
    each = [one_fee(book, **(form | target))["fee_ex_tax"] for target in targets]
    return {"each_fee_ex_tax": each, "fee_ex_tax": sum(each)}


def one_fee(
    book: PriceBook,
    *,
    term: str,
    unit_price: int | None = None,
    periods: int = 1,
    capacity_blocks: int = 1,
    timing: str = "nightly",
) -> Answer:
    points = pricing.backup_points(
        book, Term(term), blocks=capacity_blocks, timing=BackupTiming(timing)
    )
    price = book.unit_price_yen if unit_price is None else unit_price
    return {
        "points_per_period": points,
        "points_total": points * periods,
        "fee_ex_tax": pricing.fee_yen(points, periods, unit_price_yen=price),
    }


def boundaries(_book: PriceBook, *, anchor: str, term: str, count: int) -> Answer:
    found = list(islice(periods(day(anchor), Term(term)), count))
    return {
        "boundaries": [found[0].start_on, *(each.end_on for each in found)],
        "days": [each.days for each in found],
    }


def stub(
    _book: PriceBook, *, price: int, days_used: int, days: int, start: str, end: str
) -> Answer:
    whole = BillingPeriod(day(end) - timedelta(days), day(end))
    assert whole.days_left(day(start)) == days_used
    return {"amount_ex_tax": proration.rest_yen(price, whole, day(start))}


def change_now(
    _book: PriceBook,
    *,
    old_price: int,
    new_price: int,
    start: str,
    end: str,
    on: str,
    days_left: int | None = None,
    days: int | None = None,
) -> Answer:
    whole = BillingPeriod(day(start), day(end))
    assert days_left in {None, whole.days_left(day(on))}
    assert days in {None, whole.days}
    return amended(proration.change_now(old_price, new_price, whole, day(on)))


def downgrade(
    _book: PriceBook, *, old_price: int, new_price: int, start: str, end: str, on: str
) -> Answer:
    whole = BillingPeriod(day(start), day(end))
    return amended(proration.amend(old_price, new_price, whole, day(on)))


def term_change(
    _book: PriceBook,
    *,
    new_price: int,
    start: str,
    end: str,
    on: str,
    old_price: int | None = None,  # noqa: ARG001 - what is paid stays paid
    old_term: str | None = None,  # noqa: ARG001
    new_term: str | None = None,
) -> Answer:
    whole = BillingPeriod(day(start), day(end))
    return amended(proration.change_next(new_price, whole, day(on))) | {"next_term": new_term}


def amended(amendment: proration.Amendment) -> Answer:
    return {
        "amount_ex_tax": amendment.charge_yen,
        "effective": amendment.effective_on,
        "next_period_price": amendment.next_period_yen,
    }


def cancelled(
    book: PriceBook,
    *,
    policy: str,
    paid_ex_tax: int,
    anchor: str,
    cancel_on: str,
    term: str | None = None,
    monthly_price: int | None = None,
) -> Answer:
    if cancellation.CancellationPolicy(policy) is cancellation.CancellationPolicy.END_OF_TERM:
        paid_term = term_paid(book, paid_ex_tax) if term is None else Term(term)
        return {
            "ends_on": cancellation.ends_on(day(anchor), paid_term, day(cancel_on)),
            "refund_ex_tax": 0,
        }
    assert monthly_price is not None
    refund = cancellation.short_rate(
        paid_yen=paid_ex_tax,
        monthly_yen=monthly_price,
        months=cancellation.months_begun(day(anchor), day(cancel_on)),
        tax=book.tax,
        percent=book.tax.rate_on(day(anchor)),
    )
    return {
        "months_begun": refund.months_begun,
        "refund_ex_tax": refund.refund_yen,
        "refund_tax": refund.tax_yen,
        "credit_note_required": refund.credit_note_required,
        "ends_on": day(cancel_on),
    }


def term_paid(book: PriceBook, paid: int) -> Term:
    """Return the longest term whose price for whole blocks was paid: the vectors do not say."""
    year = pricing.fee_yen(book.backup_points.annual, unit_price_yen=book.unit_price_yen)
    return Term.ANNUAL if paid and paid % year == 0 else Term.MONTHLY


def display_cases(book: PriceBook, *, cases: int) -> Answer:
    extra = units.case_units(book, cases)
    annual, monthly = (
        pricing.fee_yen(units.display_points(book, term, extra), unit_price_yen=book.unit_price_yen)
        for term in (Term.ANNUAL, Term.MONTHLY)
    )
    return {
        "extra_units": extra,
        "allowed_cases": units.case_limit(book, extra),
        "annual_fee_ex_tax": annual,
        "monthly_fee_ex_tax": monthly,
    }


def capacity(book: PriceBook, *, policy: str, **sizes: Any) -> Answer:
    known = upload if "used_bytes" in sizes else peak
    return known(book, units.LimitPolicy(policy), **sizes)


def peak(
    book: PriceBook, policy: units.LimitPolicy, *, peak_gb: float, limit_gb: float, block_gb: float
) -> Answer:
    peak_bytes, limit_bytes, block_bytes = (
        round(size * GIGABYTE) for size in (peak_gb, limit_gb, block_gb)
    )
    own = msgspec.structs.replace(book, block_bytes=block_bytes)
    return overage(own, policy, peak_bytes, limit_bytes)


def upload(
    book: PriceBook,
    policy: units.LimitPolicy,
    *,
    used_bytes: int,
    upload_bytes: int,
    limit_bytes: int,
) -> Answer:
    try:
        units.check_room(
            policy, used_bytes=used_bytes, incoming_bytes=upload_bytes, limit_bytes=limit_bytes
        )
    except QuotaExceeded as refused:
        kept = overage(book, policy, used_bytes, limit_bytes)
        return {"accepted": False, "http_status": refused.status, **kept}
    return {"accepted": True, **overage(book, policy, used_bytes + upload_bytes, limit_bytes)}


def overage(
    book: PriceBook, policy: units.LimitPolicy, peak_bytes: int, limit_bytes: int
) -> Answer:
    blocks = units.overage_blocks(book, policy, peak_bytes=peak_bytes, limit_bytes=limit_bytes)
    points = blocks * book.overage_points_per_block
    return {
        "overage_blocks": blocks,
        "overage_fee_ex_tax": pricing.fee_yen(points, unit_price_yen=book.unit_price_yen),
    }


def invoice_tax(book: PriceBook, *, lines: list[Answer], rounding: str) -> Answer:
    rule = msgspec.structs.replace(book.tax, rounding=Rounding(rounding))
    summed = tax.totals([(line["amount_ex_tax"], line["rate"]) for line in lines], rule)
    return {
        "subtotal": {str(rate.percent): rate.subtotal_yen for rate in summed.rates},
        "tax": {str(rate.percent): rate.tax_yen for rate in summed.rates},
        "total": summed.total_yen,
    }


def due_date(_book: PriceBook, *, issued: str, net_days: int) -> Answer:
    return {"due": due_on(day(issued), net_days)}


def state(
    _book: PriceBook,
    *,
    on: str,
    start: str,
    term_end: str,
    auto_renew: bool = False,
    unpaid_due: str | None = None,
    cancelled_on: str | None = None,
) -> Answer:
    found = states.contract_state_on(
        day(on),
        start_on=day(start),
        term_end_on=day(term_end),
        auto_renew=auto_renew,
        unpaid_due_on=day(unpaid_due) if unpaid_due else None,
        cancelled_on=day(cancelled_on) if cancelled_on else None,
    )
    return {"state": found}


def whole_run(book: PriceBook, *, plans: list[Answer], run_upto: str) -> Answer:
    lines = runs.run([a_plan(**plan) for plan in plans], day(run_upto))
    grouped = {
        f"invoices_per_{grouping}_grouping": [
            told_invoice(each) for each in runs.invoices(lines, book.tax, grouping)
        ]
        for grouping in runs.InvoiceGrouping
    }
    return {"lines": [told_line(line) for line in lines], **grouped}


def a_plan(
    *,
    id: str,  # noqa: A002 - the vector's word
    anchor: str,
    term: str,
    points: int,
    unit_price: int,
    auto_renew: bool = False,
    terms: int = 1,
    cancel_on: str | None = None,
) -> runs.BillablePlan:
    return runs.BillablePlan(
        plan_id=id,
        facility_id="facility",
        target_id=id,
        anchor=day(anchor),
        term=Term(term),
        points=points,
        unit_price_yen=unit_price,
        auto_renew=auto_renew,
        periods=terms,
        cancel_on=day(cancel_on) if cancel_on else None,
    )


def told_line(line: runs.InvoiceLine) -> Answer:
    return {
        "bill_on": line.bill_on,
        "plan": line.plan_id,
        "period": line.period and [line.period.start_on, line.period.end_on],
        "points": line.points,
        "amount_ex_tax": line.amount_yen,
    }


def told_invoice(draft: runs.InvoiceDraft) -> Answer:
    return {
        "bill_on": draft.bill_on,
        "lines": len(draft.lines),
        "subtotal": draft.totals.subtotal_yen,
        "tax": draft.totals.tax_yen,
        "total": draft.totals.total_yen,
    }


def registration(_book: PriceBook, *, registration_number: str) -> Answer:
    try:
        identifiers.registration_number(registration_number)
    except Invalid:
        return {"valid": False}
    return {"valid": True}


OPERATIONS: dict[tuple[str, str | None], Operation] = {
    ("fee", None): fee,
    ("periods", None): boundaries,
    ("proration", "stub"): stub,
    ("proration", "change_now"): change_now,
    ("proration", "downgrade"): downgrade,
    ("proration", "term_change"): term_change,
    ("cancellation", None): cancelled,
    ("units", "display_cases"): display_cases,
    ("units", "capacity"): capacity,
    ("tax", None): invoice_tax,
    ("states", "due_date"): due_date,
    ("states", "state"): state,
    ("runs", None): whole_run,
    ("identifiers", None): registration,
}


# --- reading and comparing ---------------------------------------------------------------------


def suites() -> list[Answer]:
    return [json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))]


def vectors() -> list[Any]:
    return [
        pytest.param(suite, vector, id=vector["id"])
        for suite in suites()
        for vector in suite["vectors"]
    ]


def book_for(suite: Answer, vector: Answer) -> PriceBook:
    """Return the suite's price book with the vector's changes; an unknown change is refused."""
    plain = msgspec.to_builtins(book_of(suite["price_book"]))
    return msgspec.convert(merged(plain, vector.get("price_book_override", {})), PriceBook)


def merged(plain: Answer, changes: Mapping[str, Any]) -> Answer:
    return plain | {
        name: merged(plain[name], value) if isinstance(value, dict) and name in plain else value
        for name, value in changes.items()
    }


@pytest.mark.parametrize(("suite", "vector"), vectors())
def test_vector(suite: Answer, vector: Answer) -> None:
    assert suite["schema"] == SCHEMA
    assert set(vector) <= FIELDS
    assert vector["expect"]
    given = dict(vector["input"])
    operation = OPERATIONS[suite["suite"], given.pop("kind", None)]

    answer = msgspec.to_builtins(operation(book_for(suite, vector), **given))

    assert {name: answer.get(name, "not answered") for name in vector["expect"]} == vector["expect"]


def test_there_are_vectors_and_each_has_its_own_id() -> None:
    ids = [vector["id"] for suite in suites() for vector in suite["vectors"]]
    assert ids
    assert len(ids) == len(set(ids))
