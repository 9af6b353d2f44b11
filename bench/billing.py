"""
What a billing run asks of AWS for each period of a contract, on moto, at several sizes.

Each contract is the only one of its facility: nothing is shared, each period begins an invoice.
100,000 contracts are not run but reckoned from the counts, as the minute's schedule works them off.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from bench.counting import Tally, counted, item_bytes
from bench.figures import Figure
from bench.minute import LAMBDA_MS, REQUEST_MS
from bench.world import on_moto
from chalicelib import due
from chalicelib.charging import service
from chalicelib.contracts import local
from chalicelib.jobs import scanner
from chalicelib.kernel import clock
from tests.support.invoices import an_issuer
from tests.support.life import WITHOUT_NIGHTS
from tests.support.world import build

SIZES = (10, 30, 100)  # moto searches every row of an index: more would take minutes
MANY = 100_000
REQUESTS, WRITE_UNITS = 2.1, 12  # what a period is to cost at most, from 100 contracts on
PAGE_BYTES = 10**6  # of a query's answer
A_MONTH_LATER = timedelta(days=31)  # in the second month, whichever day the first began


@dataclass(frozen=True, slots=True)
class Run:
    """
    One period of each of *contracts*, billed.

    Attributes:
        row_bytes: A row of the index of what falls due, on average.
    """

    contracts: int
    row_bytes: float
    tally: Tally

    @property
    def requests(self) -> int:
        return sum(self.tally.calls.values())

    @property
    def own_requests(self) -> int:
        """What the run asks for itself: what is due, and after how many hours drafts are issued."""
        return self.tally.called("Query")

    @property
    def requests_each(self) -> float:
        return (self.requests - self.own_requests) / self.contracts

    @property
    def write_units_each(self) -> float:
        return sum(self.tally.write_units.values()) / self.contracts


def figures() -> Iterator[Figure]:
    """Yield requests and write units a contract period at each size, and what they lead to."""
    for size in SIZES:
        _, second = months_of(size)
        target = REQUESTS if size == max(SIZES) else None  # fewer share what the run asks itself
        yield Figure(f"requests a period, {size} contracts", second.requests / size, target)
        yield Figure(
            f"write units a period, {size} contracts", second.write_units_each, WRITE_UNITS
        )
    yield Figure("requests of a run for itself", second.own_requests, digits=0)
    minutes, requests = reckoned(second, MANY)
    yield Figure(f"requests a period, {MANY:,} reckoned", requests / MANY, REQUESTS, digits=3)
    yield Figure(f"write units a period, {MANY:,} reckoned", second.write_units_each, WRITE_UNITS)
    yield Figure(f"minutes until {MANY:,} are billed, reckoned", minutes, digits=0)


def months_of(contracts: int) -> tuple[Run, Run]:
    """Bill the first month of so many contracts in a new process, and their second in the same."""
    with on_moto() as (world, _):
        an_issuer()
        _bill(clock.now())  # the world's own contract is none of them
        for _ in range(contracts):
            build(world.client, term="monthly", auto_renew=True, **WITHOUT_NIGHTS)
        local.forget_zones()
        now = clock.now()
        return _counted(contracts, now), _counted(contracts, now + A_MONTH_LATER)


def reckoned(run: Run, contracts: int) -> tuple[int, int]:
    """
    Return in how many minutes, with how many requests, so many *contracts* like those are billed.

    A minute asks for every shard anew, as many rows as it takes at a time, and bills what it has
    time for.
    """
    theirs = contracts * run.requests_each
    minutes = ceil(theirs * REQUEST_MS / (LAMBDA_MS - scanner.RESERVE_MS))
    pages = len(due.SHARDS) * ceil(due.ROWS * run.row_bytes / PAGE_BYTES)
    hours_of_grace = 1
    return minutes, ceil(theirs) + minutes * (pages + hours_of_grace)


def _counted(contracts: int, now: datetime) -> Run:
    row_bytes = _row_bytes(now)
    tally = Tally()
    with counted(tally):
        _bill(now)
    return Run(contracts, row_bytes, tally)


def _bill(now: datetime) -> None:
    service.run_due(now, lambda: True)


def _row_bytes(now: datetime) -> float:
    until = clock.text(now)
    rows = [row for shard in due.SHARDS for row in due.every_row(shard, until)]
    texts = [
        each.attributes | {"pk": each.pk, "sk": each.sk, "due_at": each.due_at} for each in rows
    ]
    sizes = [item_bytes({name: {"S": text} for name, text in each.items()}) for each in texts]
    return sum(sizes) / len(sizes)
