"""What falls due: a deluxe area's discs of a month, and a look at orders that are not done."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from chalicelib.archive.model import Selection
from chalicelib.archive.store import usage
from chalicelib.contracts import timers
from chalicelib.contracts.timers import DiscTimer
from chalicelib.discs import sending, store
from chalicelib.discs.model import GIVEN_UP_AFTER, SCHEDULE, Order, State, at
from chalicelib.discs.sending import Message
from chalicelib.due import DueRow
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import Conflict
from chalicelib.media.planning import Medium
from chalicelib.telemetry import count, logger

RANDOM = 16  # characters of an id that tell no time


def month(row: DueRow, now: datetime) -> None:
    """Order a deluxe area's discs of a month, once; an empty area gets none."""
    from chalicelib.media import sealing  # it imports cryptography, which few minutes need

    timer = timers.disc_timer(row)
    stored = usage.of(timer.facility_id, timer.target_id)
    if stored.available_bytes >= stored.limit_bytes:
        with suppress(Conflict):  # somebody else moved it
            timers.advance_disc(timer)
        return
    order = Order(
        order_id=_order_id(timer),
        facility_id=timer.facility_id,
        target_id=timer.target_id,
        made_by=SCHEDULE,
        made_at=clock.text(now),
        selection=Selection(
            target_id=timer.target_id, scope="target", subject=None, as_of=timer.due_at
        ),
        medium=Medium.BD,
        encrypted=True,  # they go by post
        has_album=False,
        language="ja",
    )
    if store.add(order, sealing.passphrase(), timer):
        count("DiscsDue")
        return
    with suppress(Conflict):  # ordered already, and a change of the contract kept the timer
        timers.advance_disc(timer)


def _order_id(timer: DiscTimer) -> str:
    """Return the one id of these discs, which sorts by their time as all others do."""
    derived = ids.derived_id("discs", timer.target_id, timer.due_at)
    return ids.first_id("discs", clock.parse(timer.due_at))[:-RANDOM] + derived[-RANDOM:]


def look(row: DueRow, now: datetime) -> None:
    """See after an order: send its message again, give it up, or note that its end has come."""
    order = store.from_due(row)
    if at(order, now).state is State.EXPIRED:
        store.change(order, state=State.EXPIRED)
    if order.state is not State.BUILDING:
        return
    if now >= clock.parse(order.progress_at) + GIVEN_UP_AFTER:
        store.change(order, state=State.FAILED, failure="interrupted")
        logger.warning("discs were given up", extra={"order_id": order.order_id})
    elif store.change(order, looked_at=clock.text(now)):
        sending.send(Message(order.facility_id, order.order_id))
