"""What wakes uploads up by itself: S3's events through SQS, and the sweep's schedule."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote_plus

from chalicelib.kernel import clock
from chalicelib.telemetry import count, logger, place
from chalicelib.uploads import settlement, sweep


def objects_arrived(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """
    Settle the objects a batch of SQS messages tells of.

    Returns:
        The messages that failed (partial batch response): they alone come again, and after five
        times wait in the dead letter queue.
    """
    from aws_lambda_powertools.utilities.batch import (
        BatchProcessor,
        EventType,
        process_partial_response,
    )

    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    return dict(
        process_partial_response(
            event=event, record_handler=_settle_message, processor=processor, context=context
        )
    )


def _settle_message(record: Any) -> None:
    try:
        for key in keys_in(record.body):
            settlement.settle(key)
    except Exception as error:
        count("EventsFailed")
        logger.warning("event failed", extra={"error": type(error).__name__, "where": place(error)})
        raise


def keys_in(body: str) -> Iterator[str]:
    """
    Yield the object keys of an S3 notification; none for ``s3:TestEvent``.

    S3 encodes keys like a form: ``+`` for a space, ``%2F`` for a slash.
    """
    notification = json.loads(body)
    for record in notification.get("Records", ()):
        yield unquote_plus(record["s3"]["object"]["key"])


def sweep_due(event: dict[str, Any], remaining_ms: Callable[[], int]) -> dict[str, int]:
    """Find what events lost, as of the schedule's own time; stop while there is time to."""
    return sweep.sweep(
        clock.told(event["time"]), has_time=lambda: remaining_ms() > sweep.RESERVE_MS
    )
