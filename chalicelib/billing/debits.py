"""
Collecting by direct debit: a file to the bank, and what the bank says of it.

What a file asks for is kept before it is handed out, so the same run gives the same bytes again,
and an invoice is in one run that is not answered, never in two.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

import msgspec
from msgspec.structs import replace

from chalicelib.access import service as access
from chalicelib.access import store as access_store
from chalicelib.access.model import Caller
from chalicelib.billing import debit_store, issuer_store, payment_store, payments, store, zengin
from chalicelib.billing.debit_store import Run
from chalicelib.billing.issuer import BankAccount, Issuer, checked_account
from chalicelib.billing.payment_store import Receipt, Source
from chalicelib.billing.zengin import Debit, Outcome, Result
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import Conflict, Invalid
from chalicelib.telemetry import count

RUNS = 100  # the newest; an invoice that a still older one asks for was answered long ago


class Answered(msgspec.Struct, frozen=True):
    """
    What a bank's answer brought.

    Attributes:
        done, done_yen: Debits that were collected.
        refused: How many were not, by the bank's reason; their invoices stay open.
    """

    done: int
    done_yen: int
    refused: dict[Outcome, int]


def set_mandate(caller: Caller, facility_id: str, account: BankAccount | None) -> None:
    """
    Note the account a facility lets us collect from, or (None) that it does no longer.

    Raises:
        Invalid: A field is wrong; its code names it, ``bad-<field>``.
        NotFound: There is no such facility.
    """
    access_store.facility(facility_id)
    plain = checked_account(account) if account else None
    access.audit(caller, "set-mandate", facility_id, facility_id=facility_id)
    debit_store.set_mandate(facility_id, plain)


def collect(caller: Caller, on: date) -> Run:
    """
    Make a run of what is open at all facilities with a mandate, to be collected on the day *on*.

    Raises:
        Invalid: The day is past.
        Conflict: Nothing can be collected, nobody has told who collects, or somebody else does.
    """
    if on < clock.now().date():
        raise Invalid("a debit is collected on a day to come", code="bad-day")
    _consignor()
    runs = debit_store.runs(RUNS)
    asked = {each.invoice_number for run in runs if not run.is_answered for each in run.debits}
    debits = [each for each in _open_debits() if each.invoice_number not in asked]
    if not debits:
        raise Conflict("there is nothing to collect", code="nothing-to-collect")
    made = Run(
        number=(runs[0].number if runs else 0) + 1, on=on, debits=tuple(debits[: zengin.MAX_DEBITS])
    )
    access.audit(caller, "collect-debits", f"debits-{made.number}", amount=len(made.debits))
    debit_store.add(made)
    count("DebitsAsked", len(made.debits))
    return made


def file_of(number: int) -> bytes:
    """Return the file of a run, to be given to the bank."""
    run, issuer = debit_store.run(number), _consignor()
    holder = issuer.account.holder
    return zengin.written(issuer.consignor_code, holder, issuer.account, run.on, run.debits)


def import_results(caller: Caller, number: int, raw: bytes) -> Answered:
    """
    Take the bank's answer to a run: what was collected pays its invoices.

    The same answer twice does it once.

    Raises:
        Invalid: ``bad-results``: nothing was imported; ``wrong`` names every record that is wrong.
    """
    run, answer = debit_store.run(number), zengin.read(raw)
    if answer.month_and_day != f"{run.on:%m%d}":
        raise zengin.bad(["1 another-day"])
    asked = _asked(run, answer.results)
    access.audit(caller, "import-debit-results", f"debits-{number}", amount=len(asked))
    done = [debit for result, debit in asked if result.outcome is Outcome.DONE]
    for debit in done:
        kept = payment_store.add(_receipt(run, debit))
        if kept.is_work:
            payments.give(kept, debit.facility_id, debit.invoice_number)
    debit_store.note_answered(replace(run, is_answered=True))
    refused: Counter[Outcome] = Counter()
    refused.update(each.outcome for each, _ in asked if each.outcome is not Outcome.DONE)
    return Answered(len(done), sum(each.amount_yen for each in done), dict(refused))


def _asked(run: Run, results: tuple[Result, ...]) -> list[tuple[Result, Debit]]:
    """Return each result with the debit it answers; every debit must be answered once."""
    waiting, wrong, pairs = {each.reference: each for each in run.debits}, [], []
    for result in results:
        debit = waiting.pop(result.reference, None)
        if debit is None:
            wrong.append(f"{result.record} unknown-debit")  # or one answered twice
        elif debit.amount_yen != result.amount_yen:
            wrong.append(f"{result.record} another-amount")
        else:
            pairs.append((result, debit))
    if waiting:
        wrong.append(f"{len(results) + 2} not-all-answered")
    if wrong:
        raise zengin.bad(wrong)
    return pairs


def _open_debits() -> Iterator[Debit]:
    for facility_id, account in debit_store.mandates():
        for unpaid in store.unpaid_of(facility_id):
            found = store.invoice(facility_id, unpaid.number)
            if found.document is not None and found.open_yen:
                reference = found.document.reference
                yield Debit(facility_id, unpaid.number, reference, account, found.open_yen)


def _receipt(run: Run, debit: Debit) -> Receipt:
    receipt_id = ids.derived_id("debit", str(run.number), debit.reference)
    return Receipt(
        receipt_id=f"{run.on:%Y%m%d}-{receipt_id}",
        received_on=run.on,
        amount_yen=debit.amount_yen,
        payer=debit.account.holder,
        source=Source.DEBIT,
        left_yen=debit.amount_yen,
    )


def _consignor() -> Issuer:
    issuer, _ = issuer_store.newest()
    if issuer is None or not issuer.consignor_code:
        raise Conflict(
            "tell first who issues the invoices, with the bank's consignor code", code="no-issuer"
        )
    return issuer
