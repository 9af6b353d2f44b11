"""
When something in an area's bin is to be erased next, in DynamoDB (core).

FACILITY#<id>  AREABIN#<target id>   on the index of what is due (see chalicelib/due.py)

It is noted before anything is binned.  The minute takes the note away only where nobody noted
anything since it looked.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action
from pynamodb.models import Model

from chalicelib.due import shard_of
from chalicelib.kernel import clock
from chalicelib.tables import CoreTable, held

PREFIX = "AREABIN#"
BIN_LIFE = timedelta(days=30)


class _Times(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    noted = NumberAttribute()
    due_shard = UnicodeAttribute()
    due_at = UnicodeAttribute()


def note(facility_id: str, target_id: str) -> None:
    """Look at the bin 30 days from now, or before, if it is looked at before anyway."""
    at = clock.text(clock.now() + BIN_LIFE)
    actions: list[Action] = [
        _Times.due_at.set(_Times.due_at | at),
        _Times.due_shard.set(shard_of(target_id)),
        _Times.noted.add(1),
    ]
    _key(facility_id, target_id).update(actions)


def note_now(facility_id: str, target_id: str) -> None:
    """Look at the bin in the next minute."""
    actions: list[Action] = [
        _Times.due_at.set(clock.text(clock.now())),
        _Times.due_shard.set(shard_of(target_id)),
        _Times.noted.add(1),
    ]
    _key(facility_id, target_id).update(actions)


def noted(facility_id: str, target_id: str) -> int:
    """Return how often anything was noted, read consistently."""
    try:
        row = _Times.get(f"FACILITY#{facility_id}", PREFIX + target_id, consistent_read=True)
    except _Times.DoesNotExist:
        return 0
    return int(row.noted)


def looked(facility_id: str, target_id: str, seen: int, again_at: datetime | None) -> None:
    """Look *again_at*, or no more; nothing changes where somebody noted anything since *seen*."""
    row, condition = _key(facility_id, target_id), _Times.noted == seen
    if again_at is None:
        held(lambda: row.delete(condition=condition))
    else:
        at = clock.text(again_at)
        held(lambda: row.update([_Times.due_at.set(at)], condition=condition))


def _key(facility_id: str, target_id: str) -> _Times:
    return _Times(f"FACILITY#{facility_id}", PREFIX + target_id)
