"""Operator commands on the archive: rebuild a catalogue from S3, and its capacity with it."""

from __future__ import annotations

from typing import Any

from chalicelib.archive import publishing
from chalicelib.archive.store import objects, usage
from chalicelib.telemetry import logger

MANIFESTS_A_CALL = 20  # within a Lambda's time also for batches of 5,000 files


def rebuild_catalogue(target_id: str, cursor: str | None) -> dict[str, Any]:
    """
    Rebuild the catalogue of a target from its manifests, a piece a call.

    Rows that are there stay as they are, so it may run on a living catalogue, twice, or again
    after a crash.  Uploads should rest meanwhile: claims are not in manifests.

    Returns:
        ``manifests`` read by this call, and ``cursor`` to call again with (None: done).
    """
    done, following = publishing.rebuild(target_id, cursor, MANIFESTS_A_CALL)
    logger.info("catalogue rebuilt", extra={"target_id": target_id, "manifests": done})
    return {"manifests": done, "cursor": following}


def check_usage(facility_id: str, target_id: str) -> dict[str, Any]:
    """
    Compare a target's capacity with the sum of its rows (they are equal, always).

    Raises:
        NotFound: There is no such target, or it never had a contract.
    """
    usage.require(facility_id, target_id)
    counted = usage.of(facility_id, target_id)
    held = sum(row.size_bytes for row in objects.all_of(target_id))
    return {
        "limit_bytes": counted.limit_bytes,
        "available_bytes": counted.available_bytes,
        "claimed_and_stored_bytes": held,
        "difference_bytes": counted.limit_bytes - counted.available_bytes - held,
        "cursor": None,
    }
