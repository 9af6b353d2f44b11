"""An operator's command on areas: make the rows again from the log in S3."""

from __future__ import annotations

from itertools import islice
from typing import Any

import msgspec

from chalicelib import buckets
from chalicelib.archive.store import objects
from chalicelib.areas import erasing, keys, log, store
from chalicelib.areas.keys import Gone
from chalicelib.areas.log import Entry
from chalicelib.telemetry import logger

CHANGES_A_CALL = 500  # a read and a transaction each


def rebuild_areas(target_id: str, cursor: str | None) -> dict[str, Any]:
    """
    Bring a target's rows of an area to what its log says, a piece a call.

    Rows that are lost are put back as they were at the revision the others are of; then what came
    after it is done.  So it may run on a living area, twice, or again after a crash.

    Returns:
        ``area_changes`` done by this call, and ``cursor`` to call again with (None: done).
    """
    revision = store.revision(target_id)
    if revision and not cursor:
        _put_back(target_id, revision)
    done, last = 0, None
    after = log.key(target_id, revision) if revision else log.prefix(target_id)
    for last in islice(buckets.keys_under(log.prefix(target_id), after=after), CHANGES_A_CALL):
        entry = log.read(target_id, int(last.rpartition("/")[2]))
        store.apply(entry)
        _note_erased(entry)
        done += 1
    if done < CHANGES_A_CALL:
        _forget_erased(target_id)
    logger.info("area rebuilt", extra={"target_id": target_id, "changes": done})
    return {"area_changes": done, "cursor": last if done == CHANGES_A_CALL else None}


def _put_back(target_id: str, revision: int) -> None:
    """Put back the rows that are lost, while the area is at *revision*."""
    held: dict[str, str] = {}
    for number in range(1, revision + 1):
        entry = log.read(target_id, number)
        held |= entry.puts
        for sk in entry.drops:
            held.pop(sk, None)
        _note_erased(entry)
    store.put_missing(target_id, revision, held)


def _note_erased(entry: Entry) -> None:
    for sk, body in entry.puts.items():
        prefix, _, sha256 = sk.partition("#")
        if f"{prefix}#" == keys.erased(""):
            erasing.note_shrunk(entry.target_id, sha256, msgspec.json.decode(body, type=Gone))


def _forget_erased(target_id: str) -> None:
    """Forget objects that manifests tell of and that were erased since."""
    for sha256 in erasing.erased_rows(target_id):
        if buckets.stored_bytes(buckets.object_key(target_id, sha256)) is None:
            objects.forget_row(target_id, sha256)
