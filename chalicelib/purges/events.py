"""What wakes a purge up: a message for each target of which something is to be deleted."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec

from chalicelib.contracts import purging
from chalicelib.contracts.purging import Message
from chalicelib.purges import steps
from chalicelib.telemetry import count, logger, place

RESERVE_MS = 60_000  # for a page, and the next message


def purge_wanted(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """
    Go on with the purges a batch of SQS messages (of one) tells of; send a message for the rest.

    Returns:
        The messages that failed: they come again, and after three times wait as dead letters.
    """
    from aws_lambda_powertools.utilities.batch import (
        BatchProcessor,
        EventType,
        process_partial_response,
    )

    def has_time() -> bool:
        return bool(context.get_remaining_time_in_millis() > RESERVE_MS)

    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    handle = partial(_go_on, has_time)
    return dict(
        process_partial_response(
            event=event, record_handler=handle, processor=processor, context=context
        )
    )


def _go_on(has_time: Callable[[], bool], record: Any) -> None:
    try:
        message = msgspec.json.decode(record.body, type=Message)
        if steps.go_on(message.facility_id, message.target_id, has_time):
            purging.send(message.facility_id, message.target_id)
    except Exception as error:
        count("EventsFailed")
        logger.warning("event failed", extra={"error": type(error).__name__, "where": place(error)})
        raise
