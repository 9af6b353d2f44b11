"""What wakes exports up: a message for each ZIP that somebody asked for."""

from __future__ import annotations

from typing import Any

import msgspec

from chalicelib import queues
from chalicelib.exports import building, service
from chalicelib.exports.building import Beside, Waits
from chalicelib.exports.service import Message

WAIT_SECONDS = 30


def zip_wanted(event: dict[str, Any], context: Any, beside: Beside) -> dict[str, Any]:
    """
    Build the ZIPs a batch of SQS messages (of one) tells of; return those that failed.

    Args:
        beside: What an album is made by.
    """

    def has_time() -> bool:
        return bool(context.get_remaining_time_in_millis() > building.RESERVE_MS)

    def build(body: str) -> None:
        message = msgspec.json.decode(body, type=Message)
        try:
            building.build(message, has_time, beside)
        except Waits:
            again = msgspec.structs.replace(message, waits=message.waits + 1)
            service.send(again, after_seconds=WAIT_SECONDS)

    return queues.handled(event, context, build)
