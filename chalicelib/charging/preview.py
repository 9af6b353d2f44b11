"""
What will be billed, before it is: by the same rules as the run, and nothing is written.

Where a contract renews itself by then, prices are those of the price books published so far;
overage is that of what is stored now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from chalicelib.billing import store as invoices
from chalicelib.billing.model import HeadKey, TaxTerms, totals_of
from chalicelib.billing.tax import InvoiceTotals
from chalicelib.charging import rules
from chalicelib.charging.rules import Charge
from chalicelib.charging.service import Failures, agreed_of
from chalicelib.contracts import billed_store, store
from chalicelib.kernel import clock

EARLIEST_ZONE = timedelta(hours=14)  # where a day begins first: UTC+14


class Expected(msgspec.Struct, frozen=True):
    """
    An invoice to come, or what will be added to one of that day.

    Attributes:
        before_yen: What the one before it came to; None where there is none, or nobody asked.
    """

    key: HeadKey
    charges: tuple[Charge, ...]
    totals: InvoiceTotals
    before_yen: int | None = None


def of_facility(facility_id: str, upto: date) -> list[Expected]:
    """Return what a facility will be billed up to the local date *upto*, by day."""
    charges: list[Charge] = []
    for contract in store.contracts_of(facility_id):
        billed = billed_store.billed(facility_id, contract.contract_id)
        if billed is not None:
            charges.extend(rules.charges(agreed_of(contract, ZoneInfo(billed.zone)), billed, upto))
    return _expected(charges)


def of_provider(upto: date) -> tuple[list[Expected], int]:
    """
    Return what the run will bill of all facilities up to the local date *upto*, by day.

    Returns:
        The invoices, and of how many contracts it cannot be told: the log says why.
    """
    ends = datetime.combine(upto + timedelta(days=1), time(), UTC) + EARLIEST_ZONE
    charges, failures = list[Charge](), Failures()
    for billed in billed_store.due_until(clock.text(ends)):
        with failures.counted(billed):
            contract = store.contract(billed.facility_id, billed.contract_id)
            charges.extend(rules.charges(agreed_of(contract, ZoneInfo(billed.zone)), billed, upto))
    return _expected(charges), failures.count


def compared(expected: Iterable[Expected]) -> Iterator[Expected]:
    """Yield each with the total before it: of one that is expected earlier, or was issued."""
    latest: dict[str, int | None] = {}
    for each in expected:
        billed_id = each.key.billed_id
        if billed_id not in latest:
            issued = invoices.issued_before(each.key)
            latest[billed_id] = issued.total_yen if issued else None
        yield msgspec.structs.replace(each, before_yen=latest[billed_id])
        latest[billed_id] = each.totals.total_yen


def _expected(charges: Iterable[Charge]) -> list[Expected]:
    """Return the invoices *charges* make, as drafts gather them."""
    groups: defaultdict[tuple[HeadKey, TaxTerms], list[Charge]] = defaultdict(list)
    for each in charges:
        groups[each.key, each.tax].append(each)
    found = [
        Expected(key, tuple(group), totals_of((each.line for each in group), tax))
        for (key, tax), group in groups.items()
    ]
    return sorted(found, key=lambda each: (each.key.bill_on, each.key.number))
