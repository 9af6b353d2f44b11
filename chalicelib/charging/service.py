"""
The run: lines of contracts on drafts of invoices, one transaction a line.

A function of what the tables hold and of the moment: run again, late, or twice at once, the same
lines come of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache, lru_cache

from pynamodb.exceptions import TransactWriteError

from chalicelib.access.model import Caller, Role
from chalicelib.billing import corrections
from chalicelib.billing import service as billing
from chalicelib.billing import store as invoices
from chalicelib.billing.model import Invoice
from chalicelib.billing.states import InvoiceState
from chalicelib.charging import rules
from chalicelib.charging.rules import Charge
from chalicelib.contracts import billed_store, changing, local, store
from chalicelib.contracts.model import Billed, Contract, ends_on, in_force_on
from chalicelib.contracts.renewal import ended_on, renewed
from chalicelib.kernel import clock
from chalicelib.kernel.calendar import local_date, start_of_day
from chalicelib.tables import condition_failed, transaction
from chalicelib.telemetry import count, logger

RUN = Caller(Role.OPERATOR, "billing-run")
CUT_SHORT = "Term cut short: months begun stay charged at the monthly price"
A_WHILE = timedelta(hours=1)
LOST = frozenset({InvoiceState.VOID, InvoiceState.WRITTEN_OFF})  # nothing of it comes back


def bill(billed: Billed, now: datetime) -> None:
    """Bill what is due of a contract at *now*, and set when to look again."""
    today = local_date(now, local.zone_of(billed.facility_id))
    contract = _in_effect(store.contract(billed.facility_id, billed.contract_id), today)
    due = list(due_of(contract, billed, today))
    for charge in _looking_ahead(contract, billed, due):
        if not _write(billed, charge, now):
            return  # somebody was faster: the next minute sees what is left
        billed = charge.after
    _settle(contract, billed, now)


def run_due(now: datetime, has_time: Callable[[], bool]) -> None:
    """Bill what is due of every contract at *now*, as the minute's schedule does."""
    for billed in billed_store.due_until(clock.text(now)):
        if not has_time():
            break
        bill(billed, now)


def due_of(contract: Contract, billed: Billed, upto: date) -> Iterator[Charge]:
    """Yield what is to be billed of *contract* up to *upto*, as the run does; it is only told."""
    versions = cache(lambda: list(store.versions_of(contract)))
    return rules.charges(contract, versions, billed, end_of(contract), upto)


def end_of(contract: Contract) -> date | None:
    """Return the first local date on which no period of *contract* begins any more."""
    return ended_on(contract, local.zone_of(contract.facility_id)) or ends_on(contract)


@lru_cache(maxsize=1)
def finalise_at(now: datetime) -> datetime:
    """Return when drafts of the run of *now* are issued; a run asks once."""
    return billing.finalise_at(now)


def _in_effect(contract: Contract, today: date) -> Contract:
    """
    Return *contract* as it holds on *today*; a new agreement is written first.

    A renewal by the same price book changes no price: that write is left to its own schedule.
    """
    there = renewed(in_force_on(contract, today), today, clock.text(clock.now()))
    if there.version == contract.version:
        return there
    return changing.in_effect(contract, today)


def _looking_ahead(contract: Contract, billed: Billed, due: list[Charge]) -> list[Charge]:
    """Let the last of what is *due* also say when something is due again: a write less."""
    if not due or contract.refund_yen > billed.refund_yen:
        return due
    last = due[-1]
    return [*due[:-1], replace(last, after=_settled(contract, last.after))]


def _settled(contract: Contract, billed: Billed) -> Billed:
    """Return *billed* when all is done that is due: the next period is what follows."""
    following = rules.next_start_on(contract, billed, end_of(contract))
    zone = local.zone_of(contract.facility_id)
    due_at = clock.text(start_of_day(following, zone)) if following else None
    return replace(billed, version=contract.version, due_at=due_at)


def _write(before: Billed, charge: Charge, now: datetime) -> bool:
    """Write a line and that it is billed, all or nothing; return whether it is."""
    key = charge.key
    for _ in range(2):
        try:
            with transaction() as write:
                invoices.add_line_in(write, key, charge.line, charge.tax, finalise_at(now))
                billed_store.advance_in(write, before, charge.after)
        except TransactWriteError as error:
            if not condition_failed(error):
                raise
        else:
            count("LinesBilled")
            return True
        if billed_store.billed(before.facility_id, before.contract_id) != before:
            return False
        key = invoices.open_head(charge.key, charge.tax)
    return False


def _settle(contract: Contract, billed: Billed, now: datetime) -> None:
    """Give back what is to be given back, and set when to look again."""
    if contract.refund_yen > billed.refund_yen:
        wait_until = _refund(contract, billed, now)
        if wait_until is not None:
            billed_store.advance(billed, replace(billed, due_at=clock.text(wait_until)))
            return
    settled = replace(_settled(contract, billed), refund_yen=contract.refund_yen)
    if settled != billed:
        billed_store.advance(billed, settled)


def _refund(contract: Contract, billed: Billed, now: datetime) -> datetime | None:
    """
    Credit what a term cut short was paid for in vain; the fee first, then changes.

    Returns:
        When to try again, because an invoice was not issued yet; None when all was done.
    """
    assert contract.cancelled_on is not None
    versions = list(store.versions_of(contract))
    left_yen = contract.refund_yen
    for charge in rules.charged_for_term(contract, versions, billed, contract.cancelled_on):
        found = invoices.charged_on(charge.key, charge.line)
        amount_yen = min(left_yen, charge.line.amount_yen)
        if found is None or not amount_yen:
            continue
        if found.state is InvoiceState.DRAFT:
            return max(clock.parse(found.due_at or ""), now) + A_WHILE
        left_yen -= amount_yen
        _credit(found, charge, amount_yen)
    return None


def _credit(found: Invoice, charge: Charge, amount_yen: int) -> None:
    if found.state in LOST:
        logger.warning("refund of an invoice given up", extra={"invoice": found.number})
        return
    amounts, key = {charge.line.percent: amount_yen}, f"cut-short-{charge.line.key}"
    corrections.credit(RUN, found.facility_id, found.number, amounts, key=key, reason=CUT_SHORT)
