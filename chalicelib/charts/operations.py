"""An operator's command on charts: put back from S3 what was signed."""

from __future__ import annotations

from itertools import islice
from typing import Any

from chalicelib import buckets
from chalicelib.charts import store
from chalicelib.charts.record import Version, decoded, prefix
from chalicelib.telemetry import logger

CHARTS_A_CALL = 500  # four requests each


def rebuild_charts(target_id: str, cursor: str | None) -> dict[str, Any]:
    """
    Put back a target's signed charts, every version, a piece a call.

    What is there stays as it is, so it may run on a living catalogue, twice, or again after a
    crash.  Drafts are not in S3.

    Returns:
        ``charts`` (versions) read by this call, and ``cursor`` to call again with (None: done).
    """
    done, last = 0, None
    for last in islice(buckets.keys_under(prefix(target_id), after=cursor or ""), CHARTS_A_CALL):
        _put_back(decoded(buckets.read(last)))
        done += 1
    logger.info("charts rebuilt", extra={"target_id": target_id, "charts": done})
    return {"charts": done, "cursor": last if done == CHARTS_A_CALL else None}


def _put_back(version: Version) -> None:
    """Put a version back; where its signing had only broken off, end that, draft and all."""
    seen = store.record(version.target_id, version.examination_id)
    if seen.signing == version:
        store.end_signing(version)
    else:
        store.restore(version)
