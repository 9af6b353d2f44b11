"""
The run: lines of contracts on drafts of invoices, one transaction a line.

A function of what the tables hold and of the moment: run again, late, or twice at once, the same
lines come of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

import msgspec
from pynamodb.exceptions import TransactWriteError

from chalicelib.access.model import Caller, Role
from chalicelib.archive.store import growth
from chalicelib.billing import corrections
from chalicelib.billing import service as billing
from chalicelib.billing import store as invoices
from chalicelib.billing.model import Invoice
from chalicelib.billing.states import InvoiceState
from chalicelib.charging import overage, rules
from chalicelib.charging.agreed import Agreed
from chalicelib.charging.rules import Charge
from chalicelib.contracts import billed_store, changing, store
from chalicelib.contracts.model import Billed, Contract, ends_on, in_force_on
from chalicelib.contracts.renewal import ended_on, renewed
from chalicelib.kernel import clock
from chalicelib.kernel.calendar import local_date, start_of_day
from chalicelib.tables import condition_failed, transaction
from chalicelib.telemetry import count, logger, place

RUN = Caller(Role.OPERATOR, "billing-run")
CUT_SHORT = "Term cut short: months begun stay charged at the monthly price"
A_WHILE = timedelta(hours=1)
COUNTED_AFTER = timedelta(hours=1)  # what ended with a day is written by then: no function lives on
LOST = frozenset({InvoiceState.VOID, InvoiceState.WRITTEN_OFF})  # nothing of it comes back


class Failures:
    """Counts the contracts that failed, and logs why: one must not keep the others waiting."""

    def __init__(self) -> None:
        self.count = 0

    @contextmanager
    def counted(self, billed: Billed) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # noqa: BLE001 - whatever it is
            self.count += 1
            facts = {"facility_id": billed.facility_id, "contract_id": billed.contract_id}
            why = {"error": type(error).__name__, "where": place(error)}
            logger.error("contract cannot be billed", extra=facts | why)


def bill(billed: Billed, now: datetime) -> None:
    """Bill what is due of a contract at *now*, and set when to look again."""
    zone = ZoneInfo(billed.zone)
    today, counted_upto = local_date(now, zone), local_date(now - COUNTED_AFTER, zone)
    contract = store.contract(billed.facility_id, billed.contract_id)
    agreed = agreed_of(_in_effect(contract, today), zone)
    due = list(rules.charges(agreed, billed, today, counted_upto))
    for charge in _looking_ahead(agreed, billed, due, counted_upto):
        if not _write(billed, charge, now):
            return  # somebody was faster: the next minute sees what is left
        billed = charge.after
    _settle(agreed, billed, now, counted_upto)


def run_due(now: datetime, has_time: Callable[[], bool]) -> int:
    """
    Bill what is due of every contract at *now*, as the minute's schedule does.

    Returns:
        How many contracts could not be billed, and stay due; the others were.
    """
    failures = Failures()
    for billed in billed_store.due_until(clock.text(now)):
        if not has_time():
            break
        with failures.counted(billed):
            bill(billed, now)
    return failures.count


def agreed_of(contract: Contract, zone: ZoneInfo) -> Agreed:
    """Return *contract* with what its bills may have to ask for."""

    def grown() -> list[tuple[date, int]]:
        return [(local_date(at, zone), size) for at, size in growth.of_target(contract.target_id)]

    return Agreed(
        contract,
        end_on=ended_on(contract, zone) or ends_on(contract),
        versions=cache(lambda: list(store.versions_of(contract))),
        growth=cache(grown),
    )


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


def _looking_ahead(
    agreed: Agreed, billed: Billed, due: list[Charge], counted_upto: date
) -> list[Charge]:
    """Let the last of what is *due* also say when something is due again: a write less."""
    if not due or agreed.contract.refund_yen > billed.refund_yen:
        return due
    last = due[-1]
    return [
        *due[:-1],
        msgspec.structs.replace(last, after=_settled(agreed, last.after, counted_upto)),
    ]


def _settled(agreed: Agreed, billed: Billed, counted_upto: date) -> Billed:
    """Return *billed* when all is done that is due: the next period or month is what follows."""
    billed = overage.settled(agreed, overage.begun(agreed, billed), counted_upto)
    zone = ZoneInfo(billed.zone)
    starts_on, counts_on = rules.next_start_on(agreed, billed), overage.due_on(agreed, billed)
    ahead = [start_of_day(starts_on, zone)] if starts_on else []
    ahead += [start_of_day(counts_on, zone) + COUNTED_AFTER] if counts_on else []
    due_at = clock.text(min(ahead)) if ahead else None
    return msgspec.structs.replace(billed, version=agreed.contract.version, due_at=due_at)


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


def _settle(agreed: Agreed, billed: Billed, now: datetime, counted_upto: date) -> None:
    """Give back what is to be given back, and set when to look again."""
    refund_yen = agreed.contract.refund_yen
    if refund_yen > billed.refund_yen:
        wait_until = _refund(agreed, billed, now)
        if wait_until is not None:
            billed_store.advance(
                billed, msgspec.structs.replace(billed, due_at=clock.text(wait_until))
            )
            return
    settled = msgspec.structs.replace(_settled(agreed, billed, counted_upto), refund_yen=refund_yen)
    if settled != billed:
        billed_store.advance(billed, settled)


def _refund(agreed: Agreed, billed: Billed, now: datetime) -> datetime | None:
    """
    Credit what a term cut short was paid for in vain; the fee first, then changes.

    Returns:
        When to try again, because an invoice was not issued yet; None when all was done.
    """
    contract = agreed.contract
    assert contract.cancelled_on is not None
    left_yen = contract.refund_yen
    for charge in rules.charged_for_term(agreed, billed, contract.cancelled_on):
        found = invoices.charged_on(charge.key, charge.line)
        most_yen = min(left_yen, charge.line.amount_yen)
        if found is None or not most_yen:
            continue
        if found.state is InvoiceState.DRAFT:
            return max(clock.parse(found.due_at or ""), now) + A_WHILE
        left_yen -= _credit(found, charge, most_yen)
    return None


def _credit(found: Invoice, charge: Charge, most_yen: int) -> int:
    """Credit up to *most_yen* of a line; return how much is done with, given back or lost."""
    if found.state in LOST:
        logger.warning("refund of an invoice given up", extra={"invoice": found.number})
        return most_yen
    percent, key = charge.line.percent, f"cut-short-{charge.line.key}"
    return corrections.credit_up_to(RUN, found, percent, most_yen, key=key, reason=CUT_SHORT)
