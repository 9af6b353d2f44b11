"""
Orders of discs in DynamoDB (core: a hand-over must stay).

FACILITY#<facility id>  DISCS#<order id>       the order, its revision, and when to look at it again
FACILITY#<facility id>  DISCPHRASE#<order id>  what opens its discs, where they are encrypted
DISCS#<state>           <order id>             whose it is: the provider's lists, by state
DISCS                   <order id>             the same, of every order
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import TransactWriteError
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.contracts import timers
from chalicelib.contracts.timers import DiscTimer
from chalicelib.discs.model import Order, Runs, State
from chalicelib.due import DueRow, shard_of
from chalicelib.kernel import clock
from chalicelib.kernel.errors import NotFound
from chalicelib.tables import CoreTable, condition_failed, transaction
from chalicelib.web import cursors

PREFIX, PHRASE, ALL = "DISCS#", "DISCPHRASE#", "DISCS"
LOOK_AFTER = timedelta(hours=1)


class _Order(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    order = UnicodeAttribute()
    revision = NumberAttribute()
    due_shard = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)


class _Phrase(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    phrase = UnicodeAttribute()


class _Listed(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    facility_id = UnicodeAttribute()


def add(order: Order, phrase: str, timer: DiscTimer | None = None) -> bool:
    """
    Write a new order and what opens its discs; False if it is there already.

    Args:
        timer: What it was due by, which moves on with it, all or nothing.
    """
    try:
        with transaction() as write:
            write.save(_to_row(order), condition=_Order.pk.does_not_exist())
            if phrase:
                write.save(_Phrase(_pk(order), PHRASE + order.order_id, phrase=phrase))
            write.save(_Listed(ALL, order.order_id, facility_id=order.facility_id))
            _list_in(write, order)
            if timer:
                timers.advance_disc_in(write, timer)
    except TransactWriteError as error:
        if not condition_failed(error):
            raise
        return False
    return True


def change(seen: Order, **changes: object) -> Order | None:
    """Write the next revision of an order and return it; None if it is not as it was *seen*."""
    then = msgspec.structs.replace(seen, revision=seen.revision + 1, **changes)
    try:
        with transaction() as write:
            write.save(_to_row(then), condition=_Order.revision == seen.revision)
            if then.state is not seen.state:
                write.delete(_Listed(_list(seen.state), seen.order_id))
                _list_in(write, then)
    except TransactWriteError as error:
        if not condition_failed(error):
            raise
        return None
    return then


def order(facility_id: str, order_id: str) -> Order:
    """Return an order of the facility, read consistently; raises NotFound."""
    try:
        row = _Order.get(f"FACILITY#{facility_id}", PREFIX + order_id, consistent_read=True)
    except _Order.DoesNotExist:
        raise _unknown() from None
    return _to_order(row)


def is_known(order_id: str) -> bool:
    """Whether there is such an order, of whatever facility."""
    return _Listed.count(ALL, _Listed.sk == order_id, consistent_read=True) > 0


def facility_of(order_id: str) -> str:
    """Return whose an order is; raises NotFound."""
    try:
        return str(_Listed.get(ALL, order_id, consistent_read=True).facility_id)
    except _Listed.DoesNotExist:
        raise _unknown() from None


def phrase(order: Order) -> str:
    """Return what opens the discs of an order; empty where they are open."""
    if not order.encrypted:
        return ""
    return str(_Phrase.get(_pk(order), PHRASE + order.order_id, consistent_read=True).phrase)


def of_facility(facility_id: str, rows: int) -> list[Order]:
    """Return the facility's newest orders, newest first."""
    page = _Order.query(
        f"FACILITY#{facility_id}",
        _Order.sk.startswith(PREFIX),
        scan_index_forward=False,
        limit=min(rows, cursors.PAGE_ROWS),
    )
    return [_to_order(row) for row in page]


def listed(state: State, cursor: str | None, rows: int) -> tuple[list[Order], str | None]:
    """Return orders of all facilities in *state*, oldest first, and the next cursor."""
    pk = _list(state)
    page = _Listed.query(pk, limit=rows, last_evaluated_key=cursors.read(cursor, partition=pk))
    found = [order(row.facility_id, row.sk) for row in page]
    # The list was read before the orders were.
    return [each for each in found if each.state is state], cursors.written(page.last_evaluated_key)


def from_due(row: DueRow) -> Order:
    """Return the order that a due row is."""
    return order(row.facility_id, row.sk.removeprefix(PREFIX))


def _list_in(write: TransactWrite, order: Order) -> None:
    write.save(_Listed(_list(order.state), order.order_id, facility_id=order.facility_id))


def _list(state: State) -> str:
    return f"{ALL}#{state.value}"


def _to_row(order: Order) -> _Order:
    row = _Order(_pk(order), PREFIX + order.order_id)
    row.order, row.revision = msgspec.json.encode(order).decode(), order.revision
    if look_at := _look_at(order):
        row.due_shard, row.due_at = shard_of(order.order_id), clock.text(look_at)
    return row


def _look_at(order: Order) -> datetime | None:
    """Return when to look at an order: for the lost message of one in work, or its end."""
    if order.state is State.BUILT:
        return order.expires_at
    if order.state is not State.BUILDING or order.runs_on is Runs.BATCH:
        return None
    return max(map(clock.parse, filter(None, (order.looked_at, order.lease_ends_at)))) + LOOK_AFTER


def _pk(order: Order) -> str:
    return f"FACILITY#{order.facility_id}"


def _unknown() -> NotFound:
    return NotFound("there is no such order, or it is not yours")


def _to_order(row: _Order) -> Order:
    return msgspec.json.decode(row.order, type=Order)
