"""
ZIPs in DynamoDB (box: they are kept for a week).

FACILITY#<facility id>  EXPORT#<export id>   what was asked for, and how far it is
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from chalicelib.exports.model import Export, State
from chalicelib.kernel import clock
from chalicelib.kernel.errors import NotFound
from chalicelib.tables import BoxTable, held
from chalicelib.web import cursors


class _Export(Model):
    class Meta(BoxTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    asked = UnicodeAttribute()  # the export as it was asked for, in JSON
    state = UnicodeAttribute()
    files_done = NumberAttribute(default=0)
    bytes_done = NumberAttribute(default=0)
    builder = UnicodeAttribute(null=True)
    lease_ends_at = UnicodeAttribute(null=True)
    failure = UnicodeAttribute(null=True)
    damaged = UnicodeAttribute(null=True)
    zip_bytes = NumberAttribute(default=0)
    expires_at = NumberAttribute()


def add(export: Export) -> None:
    """Keep a new export; the same id again changes nothing."""
    item = _key(export.facility_id, export.export_id)
    item.asked = msgspec.json.encode(export).decode()
    item.state = export.state.value
    item.expires_at = int(export.expires_at.timestamp())
    held(lambda: item.save(_Export.pk.does_not_exist()))  # once, and what is there stays


def export(facility_id: str, export_id: str) -> Export:
    """Return an export of the facility, read consistently; raises NotFound."""
    try:
        item = _Export.get(f"FACILITY#{facility_id}", f"EXPORT#{export_id}", consistent_read=True)
    except _Export.DoesNotExist:
        raise NotFound("there is no such ZIP, or it is not yours") from None
    return _to_export(item)


def of_facility(facility_id: str, rows: int) -> list[Export]:
    """Return the facility's newest exports, newest first."""
    page = _Export.query(
        f"FACILITY#{facility_id}",
        _Export.sk.startswith("EXPORT#"),
        scan_index_forward=False,
        limit=min(rows, cursors.PAGE_ROWS),
    )
    return [_to_export(item) for item in page]


def begin(export: Export, builder: str, now: datetime, until: datetime) -> bool:
    """Let *builder* alone build it *until* then; False when it is done, or another one does."""
    is_free = _Export.state == State.QUEUED.value
    is_left = (_Export.state == State.BUILDING.value) & (_Export.lease_ends_at < clock.text(now))
    actions = [
        _Export.state.set(State.BUILDING.value),
        _Export.builder.set(builder),
        _Export.lease_ends_at.set(clock.text(until)),
        _Export.files_done.set(0),
        _Export.bytes_done.set(0),
    ]
    return _update(export, actions, is_free | is_left)


def note_progress(export: Export, builder: str, files: int, size_bytes: int) -> bool:
    """Note how far it is; False when *builder* does not build it any more."""
    actions = [_Export.files_done.set(files), _Export.bytes_done.set(size_bytes)]
    return _update(export, actions, _is_built_by(builder))


def give_back(export: Export, builder: str) -> None:
    """Let anybody begin it again, at once."""
    actions = [_Export.state.set(State.QUEUED.value), _Export.lease_ends_at.remove()]
    _update(export, actions, _is_built_by(builder))


def finish(export: Export, builder: str, files: int, size_bytes: int, zip_bytes: int) -> bool:
    """Say that it is ready; False when *builder* does not build it any more."""
    actions = [
        _Export.state.set(State.READY.value),
        _Export.files_done.set(files),
        _Export.bytes_done.set(size_bytes),
        _Export.zip_bytes.set(zip_bytes),
        _Export.lease_ends_at.remove(),
    ]
    return _update(export, actions, _is_built_by(builder))


def fail(export: Export, builder: str, failure: str, damaged: str = "") -> None:
    """Say why there will be no ZIP."""
    actions = [
        _Export.state.set(State.FAILED.value),
        _Export.failure.set(failure),
        _Export.lease_ends_at.remove(),
    ]
    if damaged:
        actions.append(_Export.damaged.set(damaged))
    _update(export, actions, _is_built_by(builder))


def _is_built_by(builder: str) -> Any:
    return (_Export.state == State.BUILDING.value) & (_Export.builder == builder)


def _update(export: Export, actions: list[Any], condition: Any) -> bool:
    return held(
        lambda: _key(export.facility_id, export.export_id).update(actions, condition=condition)
    )


def _key(facility_id: str, export_id: str) -> _Export:
    return _Export(f"FACILITY#{facility_id}", f"EXPORT#{export_id}")


def _to_export(item: _Export) -> Export:
    return msgspec.structs.replace(
        msgspec.json.decode(item.asked, type=Export),
        state=State(item.state),
        files_done=int(item.files_done),
        bytes_done=int(item.bytes_done),
        builder=item.builder or "",
        lease_ends_at=item.lease_ends_at or "",
        failure=item.failure or "",
        damaged=item.damaged or "",
        zip_bytes=int(item.zip_bytes),
    )
