"""Deleting the bytes of an area that nothing refers to any more, while its contract runs."""

from __future__ import annotations

from collections.abc import Callable

from chalicelib import buckets
from chalicelib.areas import erasing
from chalicelib.buckets.derived import erase_of
from chalicelib.buckets.erasing import erase, versions_under
from chalicelib.contracts import purge_store
from chalicelib.contracts.purge_store import Phase
from chalicelib.kernel import clock
from chalicelib.telemetry import logger


def go_on(facility_id: str, target_id: str, has_time: Callable[[], bool]) -> bool:
    """
    Delete what may be deleted now, as far as there is time; return whether more is to be done.

    What is locked, or what a batch counts on, waits for the next look.
    """
    after = ""
    while has_time():
        some = erasing.page(target_id, after)
        if not some:
            return False
        for after in some:
            if not has_time():
                return True
            if not _may_go_on(facility_id, target_id):
                return False
            _delete(facility_id, target_id, after)
    return True


def _may_go_on(facility_id: str, target_id: str) -> bool:
    """Whether no hold stands, and the whole area is not being deleted anyway."""
    purge = purge_store.purge(facility_id, target_id)
    is_purged = purge is not None and purge.phase is not Phase.WAITING
    return not is_purged and purge_store.hold(facility_id, target_id) is None


def _delete(facility_id: str, target_id: str, sha256: str) -> None:
    # Looked at before it is asked: bytes that come again later have another version, and stay.
    versions = versions_under(buckets.object_key(target_id, sha256))
    if erasing.begin(target_id, sha256, clock.now()):
        if versions and erase(versions):
            logger.warning("contents wait for locks", extra={"target_id": target_id})
            return
        erase_of(target_id, sha256)
        erasing.end(facility_id, target_id, sha256)
    elif erasing.is_over(target_id, sha256):
        erasing.end(facility_id, target_id, sha256)
