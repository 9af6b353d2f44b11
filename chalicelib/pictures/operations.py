"""The operator's command on pictures: have all of a target made anew."""

from __future__ import annotations

from itertools import islice
from typing import Any

from chalicelib import buckets
from chalicelib.archive import manifest as manifests
from chalicelib.pictures import service
from chalicelib.telemetry import logger

MANIFESTS_A_CALL = 500  # a message each: seconds, of the Lambda's 900


def rebuild_derived(target_id: str, cursor: str | None) -> dict[str, Any]:
    """
    Have the pictures of all that a target's manifests name made anew, so many manifests a call.

    They are made in the background; what is there stays until its better comes.  Running it twice
    makes them twice, and the same.

    Returns:
        ``manifests`` asked for by this call, and ``cursor`` to call again with (None: done).
    """
    keys = buckets.keys_under(manifests.prefix(target_id), after=cursor or "")
    done, last = 0, None
    for last in islice(keys, MANIFESTS_A_CALL):
        service.batch_wanted(target_id, last, anew=True)
        done += 1
    logger.info("pictures wanted anew", extra={"target_id": target_id, "manifests": done})
    return {"manifests": done, "cursor": last if done == MANIFESTS_A_CALL else None}
