"""What wakes exports up: a message for each ZIP that somebody asked for."""

from __future__ import annotations

from typing import Any

import msgspec

from chalicelib import queues
from chalicelib.exports import building
from chalicelib.exports.service import Message


def zip_wanted(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Build the ZIPs a batch of SQS messages (of one) tells of; return those that failed."""

    def has_time() -> bool:
        return bool(context.get_remaining_time_in_millis() > building.RESERVE_MS)

    def build(body: str) -> None:
        message = msgspec.json.decode(body, type=Message)
        building.build(message.facility_id, message.export_id, has_time)

    return queues.handled(event, context, build)
