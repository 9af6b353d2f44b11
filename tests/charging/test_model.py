"""
Twenty years of a thousand contracts, billed by our rules and computed anew by others.

The other computation shares nothing with ours: dateutil counts months, Fraction divides, and it
knows a contract as a list of what was asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from math import floor
from random import Random

import msgspec
import pytest
from dateutil.relativedelta import relativedelta  # type: ignore[import-untyped]

from chalicelib.billing.periods import Term
from chalicelib.charging.agreed import Agreed
from chalicelib.charging.rules import charges, next_start_on
from chalicelib.contracts.amending import Change, amendment, changed_form
from chalicelib.contracts.model import Billed, Contract, ends_on, in_force_on
from chalicelib.contracts.offer import STANDARD_BLOCKS
from chalicelib.contracts.signing import agreed_on
from tests.contracts.test_amending import BLOCK, BOOK, a_contract

CONTRACTS, YEARS = 1_000, 20
FIRST = date(2027, 1, 1)
END = FIRST + relativedelta(years=YEARS)
MONTHS = {Term.MONTHLY: 1, Term.ANNUAL: 12}
POINTS = {Term.MONTHLY: 1, Term.ANNUAL: 10}  # of a block

Billing = list[tuple[date, int]]


@dataclass
class Asked:
    """What a facility asked for, in order."""

    term: Term
    starts_on: date
    blocks: int
    goes_on: bool
    terms: int
    changes: list[tuple[date, int]] = field(default_factory=list)  # from when, how many blocks
    cancelled_on: date | None = None


def imagined(luck: Random) -> Asked:
    """Make up a contract; many start at the end of a month, and one on a 29 February."""
    starts_on = FIRST + timedelta(days=luck.randrange(4 * 365))
    if luck.random() < 0.4:
        starts_on = starts_on + relativedelta(day=luck.choice([28, 29, 30, 31]))
    asked = Asked(
        term=luck.choice([Term.MONTHLY, Term.ANNUAL]),
        starts_on=luck.choice([starts_on, date(2028, 2, 29)]) if luck.random() < 0.1 else starts_on,
        blocks=luck.randint(1, STANDARD_BLOCKS),
        goes_on=luck.random() < 0.8,
        terms=luck.randint(1, 5),
    )
    day = asked.starts_on
    for _ in range(luck.randrange(8)):
        day += timedelta(days=luck.choice([0, 1, 27, 100, 365, luck.randrange(1, 900)]))
        asked.changes.append((day, luck.randint(1, STANDARD_BLOCKS)))
    if luck.random() < 0.5:
        asked.cancelled_on = day + timedelta(days=luck.randrange(1, 900))
    return asked


# --- the other computation -----------------------------------------------------------------------


def computed(asked: Asked) -> Billing:
    """Return what is due, and when, of *asked* up to END."""
    months, each_yen = MONTHS[asked.term], 1_000 * POINTS[asked.term]
    end = END if asked.goes_on else asked.starts_on + relativedelta(months=months * asked.terms)
    due: Billing = []
    now_blocks, number, waiting = asked.blocks, 0, None
    while True:
        begin = asked.starts_on + relativedelta(months=number * months)
        after = asked.starts_on + relativedelta(months=(number + 1) * months)
        if begin >= min(end, END) or (asked.cancelled_on and begin > asked.cancelled_on):
            return due
        now_blocks, waiting = waiting or now_blocks, None
        due.append((begin, now_blocks * each_yen))
        for day, blocks in asked.changes:
            if not begin <= day < after or _is_over(asked, day, end) or blocks == now_blocks:
                continue
            if blocks > now_blocks:
                left = Fraction((after - day).days, (after - begin).days)
                due.append((day, _part(blocks, each_yen, left) - _part(now_blocks, each_yen, left)))
                now_blocks, waiting = blocks, None
            elif asked.goes_on or after < end:
                waiting = blocks
        number += 1


def _part(blocks: int, each_yen: int, share: Fraction) -> int:
    return floor(blocks * each_yen * share)


def _is_over(asked: Asked, day: date, end: date) -> bool:
    return day >= end or bool(asked.cancelled_on and day > asked.cancelled_on)


# --- ours ----------------------------------------------------------------------------------------


def lived(asked: Asked, luck: Random) -> Billing:
    """Sign, change and cancel as *asked*, and let the run come by now and then, and at the end."""
    there = a_contract(
        asked.blocks,
        term=asked.term,
        starts_on=asked.starts_on,
        auto_renew=asked.goes_on,
        term_count=asked.terms if not asked.goes_on else 1,
    )
    versions, billed, found = [there], Billed("f", "c", "Endoscopy", "Asia/Tokyo"), Billing()
    steps = [(day, ("change", blocks)) for day, blocks in asked.changes]
    if asked.cancelled_on:
        steps.append((asked.cancelled_on, ("cancel", 0)))
    steps += [(FIRST + timedelta(days=luck.randrange(YEARS * 365)), ("run", 0)) for _ in range(6)]
    steps += [(END - timedelta(days=1), ("run", 0)), (END - timedelta(days=1), ("run", 0))]
    for day, (what, blocks) in sorted(steps, key=lambda step: step[0]):
        there = in_force_on(there, day)
        if what == "change":
            there = _changed(there, versions, blocks, day)
        elif what == "cancel" and _goes_on(there, day):
            there = _cancelled(there, day)
        elif what == "run":
            for charge in charges(agreed(there, versions), billed, day):
                found.append((charge.key.bill_on, charge.line.amount_yen))
                billed = charge.after
            billed = msgspec.structs.replace(billed, version=there.version)
    following = next_start_on(agreed(there, versions), billed)
    assert following is None or following >= END
    return found


def agreed(there: Contract, versions: list[Contract]) -> Agreed:
    return Agreed(there, ends_on(there), lambda: versions)


def _goes_on(there: Contract, day: date) -> bool:
    end_on = ends_on(there)
    return there.starts_on <= day and (end_on is None or day < end_on)


def _changed(there: Contract, versions: list[Contract], blocks: int, day: date) -> Contract:
    """Agree on *blocks* as the service does; what it would refuse is left out."""
    if not _goes_on(there, day) or there.cancelled_on or there.capacity_bytes == blocks * BLOCK:
        return there
    form = changed_form(there, Change(capacity_bytes=blocks * BLOCK), day)
    end_on = ends_on(there)
    if blocks * BLOCK < there.capacity_bytes and end_on is not None:
        months = MONTHS[there.term]
        last = there.starts_on + relativedelta(months=months * (there.term_count - 1))
        if day >= last:
            return there  # no next period
    meant = amendment(there, form, day)
    agreed = msgspec.structs.replace(
        there,
        **agreed_on(form, BOOK),
        upcoming=None,
        version=max(each.version for each in versions) + 1,
        effective_on=meant.effective_on,
        charge_yen=meant.charge.fee_yen,
    )
    versions.append(agreed)
    if meant.effective_on > day:
        return msgspec.structs.replace(there, upcoming=agreed)
    return agreed


def _cancelled(there: Contract, day: date) -> Contract:
    from chalicelib.billing.cancellation import ends_on as cancelled_from

    last = cancelled_from(there.starts_on, there.term, day)
    planned = ends_on(there)
    return msgspec.structs.replace(
        there, cancelled_on=min(last, planned) if planned else last, upcoming=None
    )


@pytest.mark.parametrize("part", range(10))
def test_twenty_years_of_a_thousand_contracts_come_to_the_same_yen(part: int) -> None:
    total = 0
    for number in range(part * CONTRACTS // 10, (part + 1) * CONTRACTS // 10):
        asked = imagined(Random(number))
        ours, theirs = lived(asked, Random(-number)), computed(asked)
        assert sorted(ours) == sorted(theirs), (number, asked)
        total += sum(amount for _, amount in ours)
    assert total > 0
