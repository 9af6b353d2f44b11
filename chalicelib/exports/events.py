"""What wakes exports up: a message for each ZIP that somebody asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec

from chalicelib.exports import building
from chalicelib.exports.service import Message
from chalicelib.telemetry import count, logger, place


def zip_wanted(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """
    Build the ZIPs a batch of SQS messages (of one) tells of.

    Returns:
        The messages that failed: they come again, and after three times wait as dead letters.
    """
    from aws_lambda_powertools.utilities.batch import (
        BatchProcessor,
        EventType,
        process_partial_response,
    )

    def has_time() -> bool:
        return bool(context.get_remaining_time_in_millis() > building.RESERVE_MS)

    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    handle = partial(_build, has_time)
    return dict(
        process_partial_response(
            event=event, record_handler=handle, processor=processor, context=context
        )
    )


def _build(has_time: Callable[[], bool], record: Any) -> None:
    try:
        message = msgspec.json.decode(record.body, type=Message)
        building.build(message.facility_id, message.export_id, has_time)
    except Exception as error:
        count("EventsFailed")
        logger.warning("event failed", extra={"error": type(error).__name__, "where": place(error)})
        raise
