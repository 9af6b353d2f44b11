"""
Captures on their way into targets, in DynamoDB (box).

BUFFER#<facility id>#<person id>   KEEPING#<batch id>   what goes by a batch, until it has come
"""

from __future__ import annotations

from datetime import datetime

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from chalicelib.buffer import room_store, store
from chalicelib.buffer.model import Buffer, Capture, Keeping
from chalicelib.buffer.store import CHANGED, LINGERS, pk_of
from chalicelib.kernel import clock
from chalicelib.tables import BoxTable, expecting, transaction


class _Keeping(Model):
    class Meta(BoxTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    keeping = UnicodeAttribute()
    expires_at = NumberAttribute()


def begin(keeping: Keeping, wanted: list[Capture], look_at: datetime) -> None:
    """
    Note that captures are on their way into a target; raises Conflict where one changed.

    Args:
        look_at: When the schedule looks whether they have come there.
    """
    buffer, begun = keeping.buffer, clock.parse(keeping.begun_at)
    row = _Keeping(pk_of(buffer), f"KEEPING#{keeping.batch_id}")
    row.keeping = msgspec.json.encode(keeping).decode()
    row.expires_at = int((begun + LINGERS).timestamp())
    with expecting(*CHANGED), transaction() as write:
        write.save(row)
        for each in wanted:
            marked = msgspec.structs.replace(each, keeping=keeping.batch_id)
            store.change_in(write, each, marked)
        room_store.look_in(write, buffer, look_at)


def end(keeping: Keeping, before: list[Capture], after: list[Capture], back: list[Capture]) -> None:
    """
    End a keeping: captures are kept, or *back* in the buffer.

    Raises Conflict where somebody did that already.

    Args:
        before, after: Those that are kept, as they were and as they are.
        back: Those that are not, as they were.
    """
    row = _Keeping(pk_of(keeping.buffer), f"KEEPING#{keeping.batch_id}")
    with expecting(*CHANGED), transaction() as write:
        write.delete(row, condition=_Keeping.pk.exists())
        for each in back:
            freed = msgspec.structs.replace(each, keeping="")
            store.change_in(write, each, freed)
        if after:
            store.end_in(write, before, after)


def of_buffer(buffer: Buffer) -> list[Keeping]:
    """Return what is on its way into targets."""
    rows = _Keeping.query(pk_of(buffer), _Keeping.sk.startswith("KEEPING#"), consistent_read=True)
    return [msgspec.json.decode(row.keeping, type=Keeping) for row in rows]
