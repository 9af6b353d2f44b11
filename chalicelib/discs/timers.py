"""What falls due: a deluxe area's discs of a month, and a look at orders that are not done."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from chalicelib.access.service import audit
from chalicelib.archive.model import Selection
from chalicelib.contracts import timers
from chalicelib.contracts.timers import DiscTimer
from chalicelib.discs import choosing, sending, store
from chalicelib.discs.model import GIVEN_UP_AFTER, SCHEDULE, Order, State, at
from chalicelib.discs.recording import ITSELF, record
from chalicelib.discs.sending import Message
from chalicelib.due import DueRow
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import Conflict
from chalicelib.media.planning import Medium
from chalicelib.telemetry import count, logger

RANDOM = 16  # characters of an id that tell no time


def month(row: DueRow, now: datetime) -> None:
    """Order a deluxe area's discs of a month, once; of an empty area it is written down instead."""
    from chalicelib.media import sealing  # it imports cryptography, which few minutes need

    timer = timers.disc_timer(row)
    order = _of_month(timer, now)
    if not choosing.holds_anything(order.selection):
        audit(ITSELF, "no-discs-of-month", timer.target_id, facility_id=timer.facility_id)
        _move_on(timer)
        return
    record(order, "order-discs-of-month")
    if store.add(order, sealing.passphrase(), timer):
        count("DiscsDue")
    elif store.is_known(order.order_id):
        _move_on(timer)  # nothing but this moves it then


def look(row: DueRow, now: datetime) -> None:
    """See after an order: send its message again, give it up, or note that its end has come."""
    order = store.from_due(row)
    if at(order, now).state is State.EXPIRED:
        record(order, "discs-expired")
        store.change(order, state=State.EXPIRED)
    if order.state is not State.BUILDING:
        return
    if now >= clock.parse(order.progress_at) + GIVEN_UP_AFTER:
        record(order, "discs-failed")
        store.change(order, state=State.FAILED, failure="interrupted")
        logger.warning("discs were given up", extra={"order_id": order.order_id})
    else:
        sending.send(Message(order.facility_id, order.order_id))  # twice does no harm
        store.change(order, looked_at=clock.text(now))


def _of_month(timer: DiscTimer, now: datetime) -> Order:
    return Order(
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


def _order_id(timer: DiscTimer) -> str:
    """Return the one id of these discs, which sorts by their time as all others do."""
    derived = ids.derived_id("discs", timer.target_id, timer.due_at)
    return ids.first_id("discs", clock.parse(timer.due_at))[:-RANDOM] + derived[-RANDOM:]


def _move_on(timer: DiscTimer) -> None:
    with suppress(Conflict):  # somebody else moved it
        timers.advance_disc(timer)
