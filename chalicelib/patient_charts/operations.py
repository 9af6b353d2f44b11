"""An operator's command on patient charts: put back from S3 what was released and withdrawn."""

from __future__ import annotations

from itertools import islice
from typing import Any

from chalicelib import buckets
from chalicelib.patient_charts.keeping import put_back
from chalicelib.patient_charts.model import prefix
from chalicelib.telemetry import logger

RELEASES_A_CALL = 500  # four requests each


def rebuild_patient_charts(target_id: str, cursor: str | None) -> dict[str, Any]:
    """
    Put back a target's released patient charts, a piece a call; a withdrawal follows its release.

    What is there stays as it is, so it may run on a living catalogue, twice, or again after a
    crash.  Wordings that nobody released are not in S3.

    Returns:
        ``patient_charts`` (releases and withdrawals) read by this call, and ``cursor`` to call
        again with (None: done).
    """
    done, last = 0, None
    keys = buckets.keys_under(prefix(target_id), after=cursor or "")
    for last in islice(keys, RELEASES_A_CALL):
        put_back(last)
        done += 1
    logger.info("patient charts rebuilt", extra={"target_id": target_id, "patient_charts": done})
    return {"patient_charts": done, "cursor": last if done == RELEASES_A_CALL else None}
