"""What the minute does to invoices, killed at any AWS call, or done by two at once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from pynamodb.exceptions import TransactWriteError

from chalicelib.billing import debits, ledger_store, payments, revenue_store, service, store
from chalicelib.billing.ledger import Account
from chalicelib.billing.model import Invoice
from chalicelib.billing.states import InvoiceState
from chalicelib.kernel import clock
from tests.billing.test_payments import statement
from tests.faults.crashes import calls_of, died, every_death
from tests.faults.interleaving import interrupted
from tests.faults.money_invariants import check_money
from tests.support.invoices import (
    ACCOUNT,
    ISSUED_AT,
    OPERATOR,
    a_draft,
    a_line,
    an_invoice,
    an_issuer,
    answered,
)
from tests.support.snapshot import Snapshot
from tests.support.world import World

Act = Callable[[], object]
LINES = (a_line(), a_line(contract_id="contract-2", target_id="target-2", amount_yen=105))


def issuing(world: World) -> Act:
    number = a_draft(world.facility_id, *LINES).number
    return lambda: service.falls_due(world.facility_id, number, ISSUED_AT)


def growing_late(world: World) -> Act:
    found = an_invoice(world.facility_id, *LINES)
    late = clock.parse(found.due_at or "") + timedelta(hours=1)
    return lambda: service.falls_due(world.facility_id, found.number, late)


def importing(world: World) -> Act:
    found = an_invoice(world.facility_id, *LINES)
    assert found.document is not None
    raw = statement((found.document.reference, 12_000), ("ｱｵﾊﾞ", 5))
    return lambda: payments.import_statement(OPERATOR, raw)


def collecting(world: World) -> Act:
    an_invoice(world.facility_id, *LINES)
    debits.set_mandate(OPERATOR, world.facility_id, ACCOUNT)
    run = debits.collect(OPERATOR, clock.now().date() + timedelta(days=30))
    raw = answered(debits.file_of(run.number), "0")
    return lambda: debits.import_results(OPERATOR, run.number, raw)


def the_invoice(world: World) -> Invoice:
    (found,), _ = store.invoices_page(world.facility_id, None, 10)
    return found


# What each comes to: the invoice's state, what it has been paid, and the facility's cash.
ENDS: dict[Callable[[World], Act], tuple[InvoiceState, int, int]] = {
    issuing: (InvoiceState.ISSUED, 0, 0),
    growing_late: (InvoiceState.OVERDUE, 0, 0),
    importing: (InvoiceState.PAID, 11_115, 12_000),
    collecting: (InvoiceState.PAID, 11_115, 11_115),
}


def comes_to_its_end(world: World, prepare: Callable[[World], Act]) -> None:
    found = the_invoice(world)
    balance = ledger_store.balance(world.facility_id)
    assert (found.state, found.paid_yen, balance[Account.CASH]) == ENDS[prepare]
    assert (found.total_yen, balance[Account.REVENUE]) == (11_115, -10_105)
    assert sum(revenue_store.revenue("2026-01", "2026-12").values()) == 10_105
    check_money(world)


@pytest.mark.parametrize("prepare", ENDS, ids=lambda each: each.__name__)
def test_it_may_die_at_any_call_and_comes_to_the_same_end(
    world: World, prepare: Callable[[World], Act]
) -> None:
    an_issuer()
    act = prepare(world)
    ready = Snapshot()
    for death in every_death(calls_of(act)):
        ready.restore()
        assert died(act, death), death
        check_money(world)
        for _ in range(2):
            act()
        comes_to_its_end(world, prepare)


@pytest.mark.parametrize("prepare", ENDS, ids=lambda each: each.__name__)
def test_two_at_once_come_to_the_same_end(world: World, prepare: Callable[[World], Act]) -> None:
    an_issuer()
    act = prepare(world)
    for _ in interrupted(act, act):
        act()
        comes_to_its_end(world, prepare)


def test_a_line_that_comes_while_its_invoice_is_issued_is_not_lost(world: World) -> None:
    an_issuer()
    act, key = issuing(world), the_invoice(world).key
    late = a_line(contract_id="contract-3", target_id="target-3", amount_yen=7)

    def adding() -> object:
        head = store.open_head(key, the_head(world).tax)
        return a_draft(world.facility_id, late, sequence=head.sequence)

    def trying(what: Act) -> Act:
        def tried() -> None:
            with suppress(TransactWriteError):  # the other was first; both come again
                what()

        return tried

    for _ in interrupted(trying(act), trying(adding)):
        if store.charged_on(key, late) is None:
            adding()  # as whoever bills does: it was issued meanwhile
        act()
        found, _ = store.invoices_page(world.facility_id, None, 10)
        assert sum(each.lines for each in found) == len(LINES) + 1
        for each in found:
            charged = sum(line.amount_yen for line in store.lines_of(each))
            assert charged == (each.document or each).subtotal_yen


def the_head(world: World) -> Invoice:
    return store.invoices_page(world.facility_id, None, 10)[0][-1]
