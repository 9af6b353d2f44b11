"""
Money that comes in: kept first, then given to the invoices it is for.

A receipt is kept under an id that follows from the bank's line: imported twice, it is one.  It is
given to its invoices in one transaction with the ledger; who dies before leaves it in the work
list, and the next import of the same line goes on with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec
from msgspec.structs import replace

from chalicelib.access import service as access
from chalicelib.access import store as access_store
from chalicelib.access.model import Caller
from chalicelib.billing import (
    bank_statement,
    ledger,
    ledger_store,
    matching,
    payment_store,
    service,
    store,
)
from chalicelib.billing.kana import payer_key
from chalicelib.billing.ledger import Event, Posting
from chalicelib.billing.matching import Match, Open, Plan
from chalicelib.billing.model import Invoice, Unpaid
from chalicelib.billing.payment_store import Receipt, Settled, Source
from chalicelib.billing.service import OVERTAKEN, paid_by, posting
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import Conflict, Invalid
from chalicelib.tables import expecting, transaction
from chalicelib.telemetry import count, logger

MOST_YEN = 10**11
MAX_TEXT = 100  # characters
OLDEST = date(2000, 1, 1)


class Imported(msgspec.Struct, frozen=True):
    """
    What an import brought.

    Attributes:
        new: Payments that were not known.
        known: Lines that had been imported, or stood twice in the file.
        settled: New payments that found their invoices.
        waiting: New payments that wait for somebody.
        paid_out: Lines of money that went out.
    """

    new: int
    known: int
    settled: int
    waiting: int
    paid_out: int


def import_statement(caller: Caller, raw: bytes) -> Imported:
    """
    Import a bank's statement: all of its payments, or none when a line is wrong.

    Raises:
        Invalid, TooLarge: See :func:`bank_statement.read`.
    """
    statement = bank_statement.read(raw)
    access.audit(caller, "import-statement", "payments", amount=len(statement.credited))
    receipts = [_of_line(each) for each in statement.credited]
    new = known = waiting = 0
    for each in receipts:
        kept = payment_store.add(each)
        is_new = kept == each
        new, known = new + is_new, known + (not is_new)
        waits = kept.is_work and _settle(kept).is_work
        waiting += waits and is_new
    count("PaymentsImported", new)
    logger.info("statement imported", extra={"new": new, "known": known, "waiting": waiting})
    return Imported(new, known + statement.repeated, new - waiting, waiting, statement.paid_out)


def enter(
    caller: Caller, facility_id: str, number: str, amount_yen: int, on: date, *, key: str
) -> Receipt:
    """
    Enter money by hand that came in for an invoice, in cash for example.

    Args:
        key: Of the form it was entered on: the same one, sent twice, is one payment.

    Raises:
        Invalid: The amount is nothing, or the day is to come.
        Conflict: The invoice waits for no money.
    """
    _check(amount_yen, on, service.today(facility_id, clock.now()))
    found = store.invoice(facility_id, number)
    if not found.open_yen:
        raise Conflict("this invoice waits for no money", code="not-open")
    access.audit(caller, "enter-payment", number, facility_id=facility_id, amount=amount_yen)
    kept = payment_store.add(
        Receipt(
            receipt_id=f"{on:%Y%m%d}-{ids.derived_id('manual', facility_id, number, key)}",
            received_on=on,
            amount_yen=amount_yen,
            payer=access_store.facility_name(facility_id),
            source=Source.MANUAL,
            left_yen=amount_yen,
        )
    )
    return give(kept, facility_id, number) if kept.is_work else kept


def assign(
    caller: Caller, receipt_id: str, facility_id: str, number: str, *, remember: bool = False
) -> Receipt:
    """
    Give what is left of a receipt to a facility's invoice, and the rest to its credit.

    Args:
        number: Empty when all of it is to become credit.
        remember: That this payer is this facility.

    Raises:
        Conflict: Nothing is left, or somebody else was faster.
    """
    kept = payment_store.receipt(receipt_id)
    if not kept.is_work:
        raise Conflict("nothing of this payment is left to be given", code="overtaken")
    access_store.facility(facility_id)
    if number and not store.invoice(facility_id, number).open_yen:
        raise Conflict("this invoice waits for no money", code="not-open")
    access.audit(
        caller, "assign-payment", receipt_id, facility_id=facility_id, amount=kept.left_yen
    )
    if remember:
        payment_store.learn_payer(_key(kept.payer), facility_id)
    return give(kept, facility_id, number)


def set_aside(caller: Caller, receipt_id: str, reason: str) -> Receipt:
    """
    Say that a payment is none of ours, such as interest; it stays among the receipts.

    Raises:
        Invalid: There is no reason.
        Conflict: Some of it was given already, or somebody else was faster.
    """
    kept, said = payment_store.receipt(receipt_id), " ".join(reason.split())
    if not 0 < len(said) <= MAX_TEXT:
        raise Invalid(f"tell why, in 1 to {MAX_TEXT} characters", code="no-reason")
    if not kept.is_work or kept.left_yen != kept.amount_yen:
        raise Conflict("some of this payment has been given already", code="overtaken")
    access.audit(caller, "set-payment-aside", receipt_id, amount=kept.left_yen)
    after = replace(kept, set_aside=said, revision=kept.revision + 1)
    with expecting(OVERTAKEN, "overtaken"), transaction() as write:
        payment_store.change_in(write, after)
    return after


def apply_credit(caller: Caller, facility_id: str, number: str) -> int:
    """
    Pay an invoice from the facility's credit, as far as that goes; return the yen.

    Raises:
        Conflict: There is no credit, or nothing to pay, or somebody was faster.
    """
    found, now = store.invoice(facility_id, number), clock.now()
    amount_yen = min(ledger_store.credit_yen(facility_id), found.open_yen)
    if not amount_yen:
        raise Conflict("there is no credit, or nothing to pay", code="not-open")
    access.audit(caller, "apply-credit", number, facility_id=facility_id, amount=amount_yen)
    on = service.today(facility_id, now)
    entry = posting(found, Event.APPLIED, ledger.applied(amount_yen), on, str(found.revision))
    settled = Settled(
        receipt_id=f"{on:%Y%m%d}-credit-{found.revision}",
        source=Source.CREDIT,
        received_on=on,
        amount_yen=amount_yen,
    )
    with expecting(OVERTAKEN, "overtaken"), transaction() as write:
        store.change_in(write, found, paid_by(found, amount_yen))
        payment_store.settle_in(write, facility_id, number, settled)
        ledger_store.post_in(write, entry)
    return amount_yen


def refund(caller: Caller, facility_id: str, amount_yen: int, *, key: str) -> None:
    """
    Note that credit was paid back to the facility's bank.

    Args:
        key: Of the form it was entered on: the same one, sent twice, is one refund.

    Raises:
        Invalid: It is nothing, or more than the facility's credit.
        Conflict: It was noted already, or the credit was spent meanwhile.
    """
    if not 0 < amount_yen <= ledger_store.credit_yen(facility_id):
        raise Invalid("refund at least one yen, and no more than the credit", code="bad-refund")
    access.audit(caller, "refund-credit", facility_id, facility_id=facility_id, amount=amount_yen)
    entry = Posting(
        facility_id=facility_id,
        posted_on=service.today(facility_id, clock.now()),
        event=Event.REFUNDED,
        subject=ids.derived_id("refund", facility_id, key),
        amounts=ledger.refunded(amount_yen),
    )
    with expecting(OVERTAKEN, "overtaken"), transaction() as write:
        ledger_store.post_in(write, entry)


def give(kept: Receipt, facility_id: str, number: str = "") -> Receipt:
    """
    Give what is left of *kept* to an invoice as far as it is open, the rest to credit.

    Raises:
        Conflict: Somebody else was faster with either.
    """
    found = store.invoice(facility_id, number) if number else None
    share_yen = min(kept.left_yen, found.open_yen) if found else 0
    return _given(kept, facility_id, [(found, share_yen)] if found and share_yen else [])


def suggestions(receipt: Receipt) -> list[Open]:
    """Return the open invoices that *receipt* is most likely for: of its payer, or named."""
    named, of_payer, _ = _candidates(receipt)
    return list(dict.fromkeys([*named, *of_payer]))


def open_of(facility_id: str) -> list[Open]:
    """Return the open invoices of a facility, what was due first before the rest."""
    return _opened(store.unpaid_of(facility_id)) if facility_id else []


def _settle(kept: Receipt) -> Receipt:
    """Give *kept* to what it is clearly for; return it as it is then."""
    named, of_payer, payer_id = _candidates(kept)
    planned = matching.plan(kept.left_yen, named=named, of_payer=of_payer, payer_id=payer_id)
    if planned.match is Match.UNCLEAR:
        return kept
    try:
        return _carried_out(kept, planned)
    except Conflict:  # somebody else works on the same: theirs counts, the rest is in the list
        return payment_store.receipt(kept.receipt_id)


def _carried_out(kept: Receipt, planned: Plan) -> Receipt:
    shares = [
        (store.invoice(each.facility_id, each.number), each.amount_yen) for each in planned.shares
    ]
    return _given(kept, planned.facility_id, shares)


def _given(kept: Receipt, facility_id: str, shares: list[tuple[Invoice, int]]) -> Receipt:
    """
    Give *kept* to invoices of one facility, the rest to its credit, with the ledger.

    All or nothing: whoever dies has given none of it, and does it all when he comes again.
    """
    on = service.today(facility_id, clock.now())
    rest_yen = kept.left_yen - sum(yen for _, yen in shares)
    after = replace(kept, left_yen=0, revision=kept.revision + 1)
    entries = [
        posting(found, Event.PAID, ledger.paid(yen), on, kept.receipt_id) for found, yen in shares
    ]
    if rest_yen:
        entries.append(_rest(kept, facility_id, rest_yen, on))
    with expecting(OVERTAKEN, "overtaken"), transaction() as write:
        payment_store.change_in(write, after)
        for found, yen in shares:
            payment_store.settle_in(write, facility_id, found.number, _settled(kept, yen))
            store.change_in(write, found, _paid(found, yen))
        ledger_store.post_in(write, *entries)
    return after


def _rest(kept: Receipt, facility_id: str, rest_yen: int, on: date) -> Posting:
    return Posting(
        facility_id=facility_id,
        posted_on=on,
        event=Event.KEPT,
        subject=kept.receipt_id,
        amounts=ledger.kept(rest_yen),
    )


def _settled(kept: Receipt, amount_yen: int) -> Settled:
    return Settled(
        receipt_id=kept.receipt_id,
        source=kept.source,
        received_on=kept.received_on,
        amount_yen=amount_yen,
    )


def _paid(found: Invoice, amount_yen: int) -> Invoice:
    try:
        return paid_by(found, amount_yen)
    except Invalid:  # it was paid meanwhile
        raise Conflict(OVERTAKEN, code="overtaken") from None


def _candidates(kept: Receipt) -> tuple[list[Open], list[Open], str]:
    """Return the open invoices *kept* names, those of its payer, and whose name that is."""
    named = [
        opened
        for reference in matching.references(kept.payer)
        for facility_id, number in store.with_reference(reference)
        if (opened := _open(store.invoice(facility_id, number))) is not None
    ]
    payer_id = payment_store.facility_of_payer(_key(kept.payer))
    return named, open_of(payer_id), payer_id


def _opened(unpaid: Iterable[Unpaid]) -> list[Open]:
    found = (_open(store.invoice(each.facility_id, each.number)) for each in unpaid)
    return [each for each in found if each is not None]


def _open(found: Invoice) -> Open | None:
    if not found.open_yen or found.document is None or found.due_on is None:
        return None
    reference = found.document.reference
    return Open(found.facility_id, found.number, reference, found.due_on, found.open_yen)


def _of_line(line: bank_statement.Credited) -> Receipt:
    return Receipt(
        receipt_id=line.receipt_id,
        received_on=line.received_on,
        amount_yen=line.amount_yen,
        payer=line.payer,
        source=Source.BANK,
        left_yen=line.amount_yen,
    )


def _key(payer: str) -> str:
    """Return what tells the payer apart, the references beside the name aside."""
    for reference in matching.references(payer):
        payer = payer.replace(reference, " ")
    return payer_key(payer)


def _check(amount_yen: int, on: date, today: date) -> None:
    if not 0 < amount_yen <= MOST_YEN:
        raise Invalid("an amount of money is at least one yen", code="bad-amount")
    if not OLDEST <= on <= today:
        raise Invalid("money came in today or before", code="bad-day")
