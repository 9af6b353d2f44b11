"""What wakes discs up: a message for each run of an order that is built."""

from __future__ import annotations

from typing import Any

import msgspec

from chalicelib import queues
from chalicelib.discs import sending
from chalicelib.discs.model import Runs
from chalicelib.discs.sending import Message
from chalicelib.kernel.errors import NotFound
from chalicelib.telemetry import logger

WAIT_SECONDS = 30


def discs_wanted(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Build the orders a batch of SQS messages (of one) tells of; return those that failed."""
    from chalicelib.discs import finding, worker  # they import what no other function needs

    def has_time() -> bool:
        return bool(context.get_remaining_time_in_millis() > worker.RESERVE_MS)

    def build(body: str) -> None:
        message = msgspec.json.decode(body, type=Message)
        try:
            worker.build(
                message.facility_id, message.order_id, has_time, message.waits, Runs.LAMBDA
            )
        except worker.OutOfTime:
            sending.send(message)
        except finding.Waits:
            again = msgspec.structs.replace(message, waits=message.waits + 1)
            sending.send(again, after_seconds=WAIT_SECONDS)
        except NotFound:
            logger.info("order is gone", extra={"order_id": message.order_id})

    return queues.handled(event, context, build)
