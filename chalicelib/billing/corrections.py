"""
What is put right of an issued invoice: by documents of their own, for it never changes itself.

A credit note takes back part of it, or all; an overdue one can be given up.
"""

from __future__ import annotations

from collections import Counter

import msgspec
from pynamodb.transactions import TransactWrite

from chalicelib.access import service as access
from chalicelib.access.model import Caller
from chalicelib.billing import issuer_store, ledger, ledger_store, revenue_store, store
from chalicelib.billing.ledger import Event
from chalicelib.billing.model import UNPAID, CreditNote, Document, Invoice, credit_totals
from chalicelib.billing.service import OVERTAKEN, closed, posting, today
from chalicelib.billing.states import INVOICE, InvoiceState
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import Conflict, Invalid
from chalicelib.tables import expecting, transaction
from chalicelib.telemetry import count

MAX_REASON = 200  # characters


def credit(
    caller: Caller,
    facility_id: str,
    number: str,
    amounts: dict[int, int],
    *,
    key: str,
    reason: str,
) -> CreditNote:
    """
    Take back part of an invoice, or all of it, by a credit note.

    What was still open is settled; what had been paid becomes the facility's credit.

    Args:
        amounts: As priced, by rate in per cent.
        key: What it is for; once done, the same key answers the same note.

    Raises:
        Invalid: An amount is nothing, or more than is left; there is no reason.
        Conflict: The invoice is a draft, void or written off, or changed meanwhile.
    """
    found = store.invoice(facility_id, number)
    notes = store.credit_notes_of(facility_id, number)
    return _done(notes, key) or _take_back(caller, found, notes, amounts, key, reason)


def credit_up_to(
    caller: Caller, found: Invoice, percent: int, most_yen: int, *, key: str, reason: str
) -> int:
    """
    Take back *most_yen* of what an invoice charges at *percent*, or what is left of it.

    Returns:
        How much was taken back by *key*, now or before, before tax.
    """
    notes = store.credit_notes_of(found.facility_id, found.number)
    done = _done(notes, key)
    if done is not None:
        return _taken_back([done]).get(percent, 0)
    charged = {rate.percent: rate.subtotal_yen for rate in _creditable(found).rates}
    left_yen = charged.get(percent, 0) - _taken_back(notes).get(percent, 0)
    yen = min(most_yen, left_yen)
    if yen:
        _take_back(caller, found, notes, {percent: yen}, key, reason)
    return yen


def credit_in(write: TransactWrite, before: Invoice, after: Invoice, note: CreditNote) -> None:
    """Write *note* with all that follows from it."""
    net_yen = note.total_yen - note.tax_yen
    store.change_in(write, before, after)
    store.add_credit_note_in(write, note)
    revenue_store.earn_in(write, before.facility_id, note.issued_on, -net_yen)
    amounts = ledger.credited(net_yen, note.tax_yen, note.settled_yen)
    ledger_store.post_in(
        write, posting(after, Event.CREDITED, amounts, note.issued_on, note.number)
    )


def _done(notes: list[CreditNote], key: str) -> CreditNote | None:
    """Return the note that was written for *key* before."""
    return next((each for each in notes if each.key == key), None)


def _take_back(
    caller: Caller,
    found: Invoice,
    notes: list[CreditNote],
    amounts: dict[int, int],
    key: str,
    reason: str,
) -> CreditNote:
    note = _note(found, notes, amounts, key, reason)
    after = _credited(found, note)
    access.audit(
        caller,
        "credit-invoice",
        found.number,
        facility_id=found.facility_id,
        amount=note.total_yen,
    )
    with expecting(OVERTAKEN, "overtaken"), transaction() as write:
        credit_in(write, found, after, note)
    count("CreditNotes")
    return note


def _note(
    found: Invoice, notes: list[CreditNote], amounts: dict[int, int], key: str, reason: str
) -> CreditNote:
    document, said = _creditable(found), _said(reason)
    if not amounts:
        raise Invalid("say how much is taken back", code="bad-credit-amount")
    sums, now = credit_totals(document, _taken_back(notes), amounts), clock.now()
    issuer, _ = issuer_store.newest()
    return CreditNote(
        number=ids.derived_id("credit", found.number, key),
        invoice_number=found.number,
        facility_id=found.facility_id,
        key=key,
        issuer=issuer or document.issuer,
        recipient=document.recipient,
        issued_on=today(found.facility_id, now),
        issued_at=clock.text(now),
        invoice_on=document.issued_on,
        reason=said,
        rates=sums.rates,
        total_yen=sums.total_yen,
        settled_yen=min(found.open_yen, sums.total_yen),
    )


def _creditable(found: Invoice) -> Document:
    if found.document is None or found.state in {InvoiceState.VOID, InvoiceState.WRITTEN_OFF}:
        raise Conflict(
            f"nothing can be taken back of an invoice that is {found.state}",
            code="illegal-transition",
        )
    return found.document


def _said(reason: str) -> str:
    said = " ".join(reason.split())
    if not 0 < len(said) <= MAX_REASON:
        raise Invalid(f"tell why, in 1 to {MAX_REASON} characters", code="no-reason")
    return said


def _taken_back(notes: list[CreditNote]) -> dict[int, int]:
    """Return what *notes* took back, as priced, by rate in per cent."""
    taken: Counter[int] = Counter()
    for rate in (rate for each in notes for rate in each.rates):
        taken[rate.percent] += rate.subtotal_yen
    return dict(taken)


def _credited(found: Invoice, note: CreditNote) -> Invoice:
    """Return *found* after *note*: void when nothing of it was ever paid."""
    credited_yen = found.credited_yen + note.settled_yen
    after = msgspec.structs.replace(found, credited_yen=credited_yen, revision=found.revision + 1)
    if found.state not in UNPAID or after.open_yen:
        return after
    is_void = found.state is InvoiceState.ISSUED and not found.paid_yen
    return closed(after, InvoiceState.VOID if is_void else InvoiceState.PAID)


def write_off(caller: Caller, facility_id: str, number: str) -> None:
    """
    Give an overdue invoice up.

    Raises:
        Conflict: It is not overdue, or changed meanwhile.
    """
    found = store.invoice(facility_id, number)
    INVOICE.check(found.state, InvoiceState.WRITTEN_OFF)
    after = closed(
        msgspec.structs.replace(found, revision=found.revision + 1), InvoiceState.WRITTEN_OFF
    )
    amount_yen, on = found.open_yen, today(facility_id, clock.now())
    access.audit(caller, "write-off-invoice", number, facility_id=facility_id, amount=amount_yen)
    with expecting(OVERTAKEN, "overtaken"), transaction() as write:
        store.change_in(write, found, after)
        amounts = ledger.written_off(amount_yen)
        ledger_store.post_in(write, posting(after, Event.WRITTEN_OFF, amounts, on))
    count("InvoicesWrittenOff")
