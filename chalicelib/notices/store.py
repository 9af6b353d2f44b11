"""
Notices in DynamoDB: an outbox, on core's index ``due`` from the write they came with.

core  FACILITY#<facility id>  NOTICE#<key>   kind, facts, state; due_at: the next try, and a year
                                             after it was settled, when the row goes
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import DoesNotExist, UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib import due
from chalicelib.kernel import clock
from chalicelib.notices.model import Fact, Kind, Notice, State
from chalicelib.tables import CoreTable, condition_failed

PREFIX = "NOTICE#"
KEPT = timedelta(days=365)


class _Notice(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    kind = UnicodeAttribute()
    facts = UnicodeAttribute()
    put_at = UnicodeAttribute()
    state = UnicodeAttribute()
    due_shard = UnicodeAttribute()
    due_at = UnicodeAttribute()
    to = UnicodeAttribute(null=True)


def put_in(
    write: TransactWrite,
    facility_id: str,
    kind: Kind,
    key: str,
    facts: Mapping[str, Fact],
    *,
    to: str = "",
) -> None:
    """
    Put a notice with whatever *write* writes; one of the same *key* stays as it is.

    Args:
        key: What it tells of, such as ``capacity-<target id>-80-<limit>``.  Never a patient's.
        facts: See :class:`Kind`.
        to: An address of somebody who is not the facility's, such as a patient; forgotten once
            it is settled.
    """
    first = _first(facility_id, kind, key, facts)
    write.update(_row(facility_id, key), [*first, _Notice.to.set(to)] if to else first)


def put(facility_id: str, kind: Kind, key: str, facts: Mapping[str, Fact]) -> None:
    """Put a notice alone; one of the same *key* stays as it is."""
    _row(facility_id, key).update(_first(facility_id, kind, key, facts))


def notice(facility_id: str, key: str) -> Notice | None:
    """Return a notice, or None when it is gone."""
    try:
        row = _Notice.get(f"FACILITY#{facility_id}", PREFIX + key, consistent_read=True)
    except DoesNotExist:
        return None
    return Notice(
        facility_id=facility_id,
        key=key,
        kind=Kind(row.kind),
        facts=json.loads(row.facts),
        put_at=row.put_at,
        state=State(row.state),
        due_at=row.due_at,
        to=row.to or "",
    )


def take(found: Notice, until: datetime) -> bool:
    """Keep *found* from others until then; False when somebody else took it."""
    return _changed(found, [_Notice.due_at.set(clock.text(until))])


def settle(found: Notice, state: State, at: datetime) -> None:
    """Note what became of *found*; it is kept for a year, without an address of its own."""
    actions: list[Action] = [
        _Notice.state.set(state.value),
        _Notice.to.remove(),
        _Notice.due_at.set(clock.text(at + KEPT)),
    ]
    _row(found.facility_id, found.key).update(actions, condition=_waits())


def forget(found: Notice) -> None:
    """Delete a notice whose year is over."""
    _row(found.facility_id, found.key).delete()


def _first(facility_id: str, kind: Kind, key: str, facts: Mapping[str, Fact]) -> list[Action]:
    """Everything of a new notice, and nothing of one that is there."""
    now, written = clock.text(clock.now()), json.dumps(facts, ensure_ascii=False)
    return [
        _Notice.kind.set(_Notice.kind | kind.value),
        _Notice.facts.set(_Notice.facts | written),
        _Notice.put_at.set(_Notice.put_at | now),
        _Notice.state.set(_Notice.state | State.WAITING.value),
        _Notice.due_shard.set(_Notice.due_shard | due.shard_of(f"{facility_id} {key}")),
        _Notice.due_at.set(_Notice.due_at | now),
    ]


def _changed(found: Notice, actions: list[Action]) -> bool:
    try:
        _row(found.facility_id, found.key).update(
            actions, condition=_waits() & (_Notice.due_at == found.due_at)
        )
    except UpdateError as error:
        if not condition_failed(error):
            raise
        return False
    return True


def _waits() -> Condition:
    return _Notice.state == State.WAITING.value


def _row(facility_id: str, key: str) -> _Notice:
    return _Notice(f"FACILITY#{facility_id}", PREFIX + key)
