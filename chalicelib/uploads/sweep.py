"""
What events lost, found again: objects that came unnoticed, claims that ended, dead batches.

It starts from the open batches, not from the archive, so it costs what is in flight and no more.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from chalicelib.archive.model import ObjectRow
from chalicelib.archive.store import batches
from chalicelib.archive.store.batches import Batch
from chalicelib.kernel import clock
from chalicelib.telemetry import count, logger
from chalicelib.uploads import closing
from chalicelib.uploads.model import CLAIM_LIFE
from chalicelib.uploads.settlement import resolve

PATIENCE = timedelta(minutes=10)  # S3's events take seconds, sometimes minutes
BATCH_LIFE = timedelta(hours=48)  # longer than any claim in it
RESERVE_MS = 20_000


def sweep(moment: datetime, *, has_time: Callable[[], bool] = lambda: True) -> dict[str, int]:
    """
    Bring every unfinished batch to what S3 holds at *moment*.

    Raises:
        RuntimeError: Some batch could not be swept; the others were.
    """
    swept, failed = 0, 0
    for batch in batches.open_ones(clock.text(moment)):
        if not has_time():
            logger.warning("sweep out of time", extra={"swept": swept})
            break
        try:
            _sweep_batch(batch, moment)
        except Exception as error:  # noqa: BLE001 - one bad batch must not keep the others waiting
            failed += 1
            logger.error(
                "batch not swept",
                extra={"batch_id": batch.batch_id, "error": type(error).__name__},
            )
        swept += 1
    count("BatchesSwept", swept)
    if failed:
        raise RuntimeError(f"{failed} of {swept} batches could not be swept; see the log")
    return {"swept": swept}


def _sweep_batch(batch: Batch, at: datetime) -> None:
    if batch.state == "open" and clock.parse(batch.opened_at) > at - PATIENCE:
        return  # none of its claims is overdue
    now = clock.text(at)
    content = closing.content_of(batch)
    if overdue := _overdue(batch, content, at):
        for claim in overdue:
            resolve(claim, batch.facility_id, release=str(claim.claim_ends_at) <= now)
        content = closing.content_of(batch)
    if _is_over(batch, content, at):
        closing.close(batch, now, content)


def _overdue(batch: Batch, content: closing.Content, at: datetime) -> list[ObjectRow]:
    """Return the batch's own claims whose event should have come by now."""
    claimed_before = clock.text(at - PATIENCE + CLAIM_LIFE)
    own = [each for each in content.claims if each.batch_id == batch.batch_id]
    return [each for each in own if str(each.claim_ends_at) <= claimed_before]


def _is_over(batch: Batch, content: closing.Content, at: datetime) -> bool:
    """Whether nothing more will come: closing already, all there, or nobody came back."""
    match batch.state:
        case "closing":
            return True
        case "finishing" if not content.outstanding:
            return True
        case _:
            return clock.parse(batch.opened_at) + BATCH_LIFE <= at
