"""
Contents that no file of an area has any more: who waits, who may go, and what is noted of it.

Bytes themselves are deleted by chalicelib/purges alone.  The order is what makes it safe: from
:func:`begin` on no batch can count on the content and none can place it; then the log says that it
is erased; then the bytes go; then the capacity comes back.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from chalicelib import buckets
from chalicelib.archive.model import ObjectState
from chalicelib.archive.store import growth, objects
from chalicelib.areas import bin_times, binning, keys, store
from chalicelib.areas.change import Change, commit
from chalicelib.areas.keys import Gone, Mark
from chalicelib.areas.log import Kind
from chalicelib.contracts import purge_store, purging
from chalicelib.contracts.purge_store import Phase
from chalicelib.due import DueRow
from chalicelib.kernel import clock
from chalicelib.telemetry import count

AGAIN = timedelta(hours=6)  # a content that is locked, or that a batch counts on
PAGE = 50
CHANGES_A_LOOK = 200  # some thousand files; the next minute goes on


def look(row: DueRow, now: datetime) -> None:
    """Erase what lay in the bin for its time, and have contents erased that nothing refers to."""
    facility_id, target_id = row.facility_id, row.sk.removeprefix(bin_times.PREFIX)
    seen = bin_times.noted(facility_id, target_id)
    purge = purge_store.purge(facility_id, target_id)
    if purge is not None and purge.phase is not Phase.WAITING:
        bin_times.looked(facility_id, target_id, seen, None)  # all of it goes
        return
    again_at = binning.erase_overdue(target_id, now, binning.budget(CHANGES_A_LOOK))
    if next(store.starting(target_id, "UNREFERENCED#", limit=1), None) is not None:
        purging.send_contents(facility_id, target_id)
        again_at = min(again_at or now + AGAIN, now + AGAIN)
    bin_times.looked(facility_id, target_id, seen, again_at)


def page(target_id: str, after: str) -> list[str]:
    """Return digests of contents that nothing refers to, in order, past *after*."""
    rows = store.starting(target_id, "UNREFERENCED#")
    digests = (sk.partition("#")[2] for sk, _ in rows)
    return [each for each in digests if each > after][:PAGE]


def begin(target_id: str, sha256: str, now: datetime) -> bool:
    """
    Let nobody count on a content from here on, and note that it is erased.

    Returns:
        Whether the bytes that were there before may be deleted: nothing refers to them, nothing
        locks them, no batch counts on them.
    """
    row = objects.row(target_id, sha256)
    if row is None:
        return False
    if row.state is ObjectState.ERASING:
        return _noted(target_id, sha256)
    if buckets.is_locked(buckets.object_key(target_id, sha256), now):
        return False
    if not objects.begin_erasing(target_id, sha256, clock.text(now)):
        return False
    return _noted(target_id, sha256)


def is_over(target_id: str, sha256: str) -> bool:
    """Whether a content is gone, bytes and capacity; somebody died before it was noted."""
    return objects.row(target_id, sha256) is None


def _noted(target_id: str, sha256: str) -> bool:
    """Note in the log that a content is erased, unless a file came to have it."""
    is_free = commit(target_id, "hokan", Kind.CONTENTS_ERASED, lambda change: _note(change, sha256))
    if not is_free:
        objects.stop_erasing(target_id, sha256)
    return is_free


def _note(change: Change, sha256: str) -> bool:
    waiting = change.get(keys.unreferenced(sha256), Gone)
    if next(change.starting(keys.references(sha256), Mark, most=1), None) is not None:
        return False
    if waiting is not None and not change.has(keys.erased(sha256)):
        change.put(keys.erased(sha256), Gone(change.at, waiting.size_bytes))
    return True


def end(facility_id: str, target_id: str, sha256: str) -> None:
    """Give the capacity of a content back whose bytes are gone, and forget that it waits; once."""
    row = objects.row(target_id, sha256)
    gone = Change(target_id, "hokan").get(keys.erased(sha256), Gone)
    if gone is not None:
        note_shrunk(target_id, sha256, gone)
    if row is not None and objects.forget_erased(row, facility_id):
        count("AreaContentsErased")

    def plan(change: Change) -> None:
        if change.has(keys.erased(sha256)) and change.has(keys.unreferenced(sha256)):
            change.drop(keys.unreferenced(sha256))

    commit(target_id, "hokan", Kind.CONTENTS_ERASED, plan)


def note_shrunk(target_id: str, sha256: str, gone: Gone) -> None:
    """Note that the target holds so much less from then on; saying it again changes nothing."""
    growth.note(target_id, f"erased-{sha256}", gone.at, -gone.size_bytes)


def erased_rows(target_id: str) -> dict[str, Gone]:
    """Return the contents that the log says are erased, by digest."""
    rows = store.starting(target_id, "ERASED#")
    return {sk.partition("#")[2]: msgspec.json.decode(body, type=Gone) for sk, body in rows}
