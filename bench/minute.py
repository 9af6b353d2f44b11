"""
What a minute asks of AWS: an empty one, and the one in which 10,000 nightly plans are due.

The jobs are made by the real scanner, on moto.  How long that takes on AWS is reckoned from the
requests, at a pace that is assumed and said; no clock is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import boto3

from bench.counting import Tally, counted
from bench.figures import Figure
from bench.world import on_moto
from chalicelib import due
from chalicelib.contracts import timers
from chalicelib.jobs import scanner
from chalicelib.kernel import clock
from chalicelib.minute import HANDLERS
from chalicelib.settings import settings
from tests.jobs.nights import paid_for
from tests.support.world import World

PLANS = 10_000
REQUEST_MS = 10  # a transaction of two rows in its own region: assumed
LAMBDA_MS = 58_000  # of a minute: infra/resources.yaml, Tick


def figures() -> Iterator[Figure]:
    """Yield the requests of an empty minute and of a full one, and how soon it is worked off."""
    empty, full, minutes = _lived_through()
    yield Figure("queries of an empty minute", sum(empty.calls.values()), 8, digits=0)
    yield Figure("requests a due job", sum(full.calls.values()) / PLANS, 1.1, digits=3)
    what = f"minutes to make {PLANS:,} jobs, {REQUEST_MS} ms a request"
    yield Figure(what, minutes, 5, digits=0)


def _lived_through() -> tuple[Tally, Tally, int]:
    """Return what an empty minute asked, what 10,000 due plans asked, and in how many minutes."""
    empty = Tally()
    with on_moto() as (world, _):
        paid_for(world)
        with counted(empty):
            scanner.scan(clock.now(), HANDLERS)
        _copy_timer(world, PLANS - 1)
        minutes, full = _drained(_next_run(world))
    return empty, full, minutes


def _next_run(world: World) -> datetime:
    timer = next(iter(timers.run_timers_of(world.facility_id)))
    return clock.parse(timer.due_at)


def _drained(at: datetime) -> tuple[int, Tally]:
    """Let minutes come, each as long as its Lambda lives, until nothing is due; return how many."""
    tally, minutes = Tally(), 0
    with counted(tally):
        while True:
            before = sum(tally.calls.values())

            def has_time(before: int = before) -> bool:
                spent_ms = (sum(tally.calls.values()) - before) * REQUEST_MS
                return LAMBDA_MS - spent_ms > scanner.RESERVE_MS

            handled = scanner.scan(at, HANDLERS, has_time=has_time)["handled"]
            if not handled:
                return minutes, tally
            minutes += 1


def _copy_timer(world: World, times: int) -> None:
    """Give so many other targets the timer of the world's own."""
    table: Any = boto3.resource("dynamodb").Table(settings().core_table)
    key = {"pk": f"FACILITY#{world.facility_id}", "sk": timers.RUN + world.target_id}
    timer = table.get_item(Key=key)["Item"]
    with table.batch_writer() as write:
        for number in range(times):
            target_id = f"target-{number:05}"
            shard = due.shard_of(target_id)
            write.put_item(Item=timer | {"sk": timers.RUN + target_id, "due_shard": shard})
