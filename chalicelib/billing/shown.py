"""What pages about invoices tell, gathered from the stores."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from chalicelib.access import store as access_store
from chalicelib.billing import ledger_store, payment_store, revenue_store, service, store
from chalicelib.billing.ledger import Account, Posting
from chalicelib.billing.model import Invoice, totals_of
from chalicelib.kernel import clock

MONTHS = 12


class Owed(msgspec.Struct, frozen=True):
    """What a facility owes: how much, and since when the oldest of it is due."""

    open_yen: int
    due_on: date | None
    is_late: bool


class Entry(msgspec.Struct, frozen=True):
    """
    A movement on a facility's account.

    Attributes:
        number: Of the invoice, where it was for one.
        owed_yen: What it added to what the facility owes; negative when it took from it.
    """

    posting: Posting
    number: str
    owed_yen: int


class Statement(msgspec.Struct, frozen=True):
    """A month of a facility's account; positive is owed by it, negative to it."""

    month: str
    opening_yen: int
    entries: list[Entry]
    closing_yen: int


class Bar(msgspec.Struct, frozen=True):
    """A month of a chart; *percent* is of its highest."""

    month: str
    yen: int
    percent: int


def unpaid(facility_id: str) -> Owed:
    """Return what the facility owes."""
    waiting = store.unpaid_of(facility_id)
    found = [store.invoice(facility_id, each.number) for each in waiting]
    due_on = min((each.due_on for each in waiting), default=None)
    today = service.today(facility_id, clock.now())
    return Owed(sum(each.open_yen for each in found), due_on, due_on is not None and due_on < today)


def invoice(found: Invoice) -> dict[str, Any]:
    """Return what a page about one invoice tells."""
    lines = store.lines_of(found)
    return {
        "invoice": found,
        "lines": lines,
        "sums": found.document or totals_of(lines, found.tax),
        "notes": store.credit_notes_of(found.facility_id, found.number),
        "payments": payment_store.settled_of(found.facility_id, found.number),
    }


def named(found: list[Invoice]) -> list[tuple[str, Invoice]]:
    """Return each invoice with the name of its facility."""
    return [(access_store.facility_name(each.facility_id), each) for each in found]


def statement(facility_id: str, month: str) -> Statement:
    """Return a month of the facility's account."""
    opening_yen = _owed(ledger_store.balance(facility_id, before=month))
    entries = [
        Entry(each, each.subject.partition("#")[0], _owed(dict(each.amounts)))
        for each in ledger_store.postings_of(facility_id, month)
    ]
    entries = [each for each in entries if each.owed_yen]
    closing_yen = opening_yen + sum(each.owed_yen for each in entries)
    return Statement(month, opening_yen, entries, closing_yen)


def revenue(today: date) -> list[Bar]:
    """Return what was earned in each of the last months, the current one last."""
    last = today.year * 12 + today.month - 1
    months = [f"{each // 12}-{each % 12 + 1:02}" for each in range(last - MONTHS + 1, last + 1)]
    earned = revenue_store.revenue(months[0], months[-1])
    highest = max(*earned.values(), 1) if earned else 1
    return [
        Bar(each, earned.get(each, 0), max(earned.get(each, 0), 0) * 100 // highest)
        for each in months
    ]


def _owed(amounts: dict[Account, int]) -> int:
    return amounts.get(Account.RECEIVABLE, 0) + amounts.get(Account.CREDIT, 0)
