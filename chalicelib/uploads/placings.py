"""
Batches of rented areas whose files wait for their place there, in DynamoDB (core).

FACILITY#<id>  PLACING#<batch id>   of which target; into which folder; on the index of what is due

Written before the batch is finished, and gone once all of it has its place: whoever dies between,
the minute finds the row and goes on (see areas/placing.py).
"""

from __future__ import annotations

from datetime import timedelta

import msgspec
from pynamodb.attributes import UnicodeAttribute
from pynamodb.models import Model

from chalicelib.archive.store.batches import Batch
from chalicelib.contracts import store as contracts
from chalicelib.contracts.model import TargetKind
from chalicelib.due import DueRow, shard_of
from chalicelib.kernel import clock
from chalicelib.tables import CoreTable, held

PREFIX = "PLACING#"
PATIENCE = timedelta(minutes=1)  # who finishes a batch places it at once, if they live


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """
    Where a batch is wanted.

    Attributes:
        folder_id, on_taken: None where nobody said: an agent's, or one nobody finished.
    """

    facility_id: str
    target_id: str
    batch_id: str
    folder_id: str | None = None
    on_taken: str | None = None


class _Placing(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    target_id = UnicodeAttribute()
    folder_id = UnicodeAttribute(null=True)
    on_taken = UnicodeAttribute(null=True)
    due_shard = UnicodeAttribute()
    due_at = UnicodeAttribute()


def note(wanted: Wanted) -> None:
    """Note where a batch is wanted, unless that has been noted: who says it first decides."""
    row = _key(wanted.facility_id, wanted.batch_id)
    row.target_id, row.folder_id = wanted.target_id, wanted.folder_id
    row.on_taken = wanted.on_taken
    row.due_shard, row.due_at = shard_of(wanted.batch_id), clock.text(clock.now() + PATIENCE)
    held(lambda: row.save(_Placing.pk.does_not_exist()))


def note_finished(batch: Batch) -> None:
    """Note that *batch* is about to be finished, where it is of an area."""
    if contracts.target(batch.facility_id, batch.target_id).kind is TargetKind.AREA:
        note(Wanted(**_named(batch)))


def of(facility_id: str, target_id: str, batch_id: str) -> Wanted | None:
    """Return where a batch is wanted, read consistently; None once it has its place."""
    try:
        row = _Placing.get(f"FACILITY#{facility_id}", PREFIX + batch_id, consistent_read=True)
    except _Placing.DoesNotExist:
        return None
    if row.target_id != target_id:
        return None
    return _to_wanted(facility_id, batch_id, row.target_id, row.folder_id, row.on_taken)


def of_due(row: DueRow) -> Wanted:
    told = row.attributes
    batch_id = row.sk.removeprefix(PREFIX)
    where = (told.get("folder_id"), told.get("on_taken"))
    return _to_wanted(row.facility_id, batch_id, told["target_id"], *where)


def look_again(wanted: Wanted, seen_at: str, minutes: int) -> None:
    """Look at it again in some *minutes*, unless somebody else said when meanwhile."""
    at = clock.text(clock.now() + timedelta(minutes=minutes))
    row = _key(wanted.facility_id, wanted.batch_id)
    held(lambda: row.update([_Placing.due_at.set(at)], condition=_Placing.due_at == seen_at))


def done(wanted: Wanted) -> None:
    """Forget a batch that has its place."""
    _key(wanted.facility_id, wanted.batch_id).delete()


def _named(batch: Batch) -> dict[str, str]:
    return {name: getattr(batch, name) for name in ("facility_id", "target_id", "batch_id")}


def _key(facility_id: str, batch_id: str) -> _Placing:
    return _Placing(f"FACILITY#{facility_id}", PREFIX + batch_id)


def _to_wanted(
    facility_id: str, batch_id: str, target_id: str, folder_id: str | None, on_taken: str | None
) -> Wanted:
    return Wanted(
        facility_id=facility_id,
        target_id=target_id,
        batch_id=batch_id,
        folder_id=folder_id,
        on_taken=on_taken,
    )
