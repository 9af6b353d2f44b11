"""
Restores in DynamoDB (core): a grant that facility staff gave to one agent.

FACILITY#<facility id>  RESTORE#<restore id>
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec
from pynamodb.attributes import UnicodeAttribute
from pynamodb.models import Model

from chalicelib.archive.model import Selection
from chalicelib.kernel import ids
from chalicelib.kernel.errors import NotFound
from chalicelib.tables import CoreTable
from chalicelib.web import cursors


class Restore(msgspec.Struct, frozen=True, kw_only=True):
    """
    What one agent may read, as it was at one moment.

    Attributes:
        scope: target, patient, examination or batch.
        state: granted, then done.
    """

    restore_id: str
    facility_id: str
    target_id: str
    scope: str
    patient_key: str | None
    examination_id: str | None
    as_of: str
    agent_id: str
    state: str
    granted_at: str
    granted_by: str
    expires_at: str
    restored: int | None = None
    failed: int | None = None
    batch_id: str | None = None

    @property
    def selection(self) -> Selection:
        """What it brings back."""
        return Selection(
            target_id=self.target_id,
            scope=self.scope,
            subject=self.patient_key or self.examination_id or self.batch_id,
            as_of=self.as_of,
        )


class _Restore(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    restore = UnicodeAttribute()


def put(restore: Restore) -> None:
    """Write a restore whole; its two states follow each other only once."""
    pk, sk = f"FACILITY#{restore.facility_id}", f"RESTORE#{restore.restore_id}"
    _Restore(pk, sk, restore=msgspec.json.encode(restore).decode()).save()


def restore(facility_id: str, restore_id: str) -> Restore:
    """Return a restore of the facility; raises NotFound."""
    try:
        item = _Restore.get(f"FACILITY#{facility_id}", f"RESTORE#{restore_id}")
    except _Restore.DoesNotExist:
        raise NotFound("there is no such restore, or it is not yours") from None
    return msgspec.json.decode(item.restore, type=Restore)


def page_of_facility(
    facility_id: str, cursor: str | None, rows: int
) -> tuple[list[Restore], str | None]:
    """Return a page of the facility's restores, newest first, and the cursor of the next."""
    pk = f"FACILITY#{facility_id}"
    page = _Restore.query(
        pk,
        _Restore.sk.startswith("RESTORE#"),
        scan_index_forward=False,
        limit=rows,
        last_evaluated_key=cursors.read(cursor, partition=pk),
    )
    found = [msgspec.json.decode(item.restore, type=Restore) for item in page]
    return found, cursors.written(page.last_evaluated_key)


def granted_since(facility_id: str, at: datetime) -> Iterator[Restore]:
    """Yield the facility's restores granted at the moment *at* or later, newest first."""
    since, ever = f"RESTORE#{ids.first_id('restore', at)}", "RESTORE#~"
    newest_first = _Restore.query(
        f"FACILITY#{facility_id}", _Restore.sk.between(since, ever), scan_index_forward=False
    )
    for item in newest_first:
        yield msgspec.json.decode(item.restore, type=Restore)


def of_facility(facility_id: str) -> Iterator[Restore]:
    """Yield the facility's restores, newest first."""
    newest_first = _Restore.query(
        f"FACILITY#{facility_id}", _Restore.sk.startswith("RESTORE#"), scan_index_forward=False
    )
    for item in newest_first:
        yield msgspec.json.decode(item.restore, type=Restore)
