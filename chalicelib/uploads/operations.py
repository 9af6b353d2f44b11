"""Operator commands on uploads: give events that failed another chance."""

from __future__ import annotations

from typing import Any

from chalicelib import queues
from chalicelib.settings import settings
from chalicelib.telemetry import logger

ROUNDS = 100  # of ten messages a call: seconds, of the Lambda's 900


def redrive(cursor: int | None) -> dict[str, Any]:
    """
    Move the ingest queue's dead letters back to it, a thousand a call.

    Mend the cause first.  Running it twice is the same as once: handling an event is a function
    of what S3 and DynamoDB hold.

    Args:
        cursor: How many earlier calls have moved.

    Returns:
        ``moved`` in all, and ``cursor`` to call again with (None: no dead letter is left).
    """
    moved = cursor or 0
    for _ in range(ROUNDS):
        some = queues.move(settings().ingest_dead_letters, settings().ingest_queue)
        moved += some
        if not some:
            logger.info("dead letters redriven", extra={"moved": moved})
            return {"moved": moved, "cursor": None}
    return {"moved": moved, "cursor": moved}
