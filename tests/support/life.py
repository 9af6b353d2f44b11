"""The life of a world: the clock goes from one thing that falls due to the next."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from chalicelib.billing import payments, store
from chalicelib.kernel import clock
from chalicelib.kernel.calendar import start_of_day
from chalicelib.settings import settings
from tests.support.invoices import OPERATOR
from tests.support.snapshot import dynamodb
from tests.support.world import TOKYO, World, signed_in_again, today

# A plan whose nights bring nothing, for what jobs are not the matter of.
WITHOUT_NIGHTS: dict[str, Any] = {"timing": {"kind": "at_once"}, "batch_scope": "object"}


def live(world: World, until: datetime, *, paying: bool = True) -> None:
    """
    Let everything happen that falls due before *until*, each at its own moment.

    Args:
        paying: The facility pays each invoice as it comes.
    """
    while (at := _next_due_at()) is not None and clock.parse(at) < until:
        show(max(clock.parse(at), clock.now()))
        world.tick()
        if paying:
            pay(world)
    show(until)


def show(moment: datetime) -> None:
    """Let the service's clock show *moment*, or a moment after it."""
    clock.move(int((moment - clock.wall_now()).total_seconds()) + 1)


def pay(world: World, target_id: str = "") -> None:
    """Pay what is open; of one target only, where one is named."""
    for each in store.unpaid_of(world.facility_id):
        if target_id and target_id not in each.targets:
            continue
        found = store.invoice(world.facility_id, each.number)
        on = today()
        payments.enter(OPERATOR, world.facility_id, each.number, found.open_yen, on, key="all")


def live_until(world: World, day: date, *, paying: bool = True) -> None:
    """Live until *day* begins in Japan; who works then signs in anew."""
    live(world, start_of_day(day, TOKYO), paying=paying)
    signed_in_again(world)


def _next_due_at() -> str | None:
    """Return when something falls due next, read past the index: moto searches that row by row."""
    partitions = dynamodb().tables[settings().core_table].items.values()
    rows = (row.attrs for partition in partitions for row in partition.values())
    return min((row["due_at"].value for row in rows if "due_at" in row), default=None)
