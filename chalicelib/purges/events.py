"""What wakes a purge up: a message for each target of which something is to be deleted."""

from __future__ import annotations

from typing import Any

import msgspec

from chalicelib import queues
from chalicelib.contracts import purging
from chalicelib.contracts.purging import Message
from chalicelib.purges import contents, steps

RESERVE_MS = 60_000  # for a page, and the next message


def purge_wanted(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """
    Go on with the purges a batch of SQS messages (of one) tells of; return those that failed.

    What there was no time for goes into the next message.
    """

    def has_time() -> bool:
        return bool(context.get_remaining_time_in_millis() > RESERVE_MS)

    def go_on(body: str) -> None:
        message = msgspec.json.decode(body, type=Message)
        of = (message.facility_id, message.target_id)
        if message.contents:
            if contents.go_on(*of, has_time):
                purging.send_contents(*of)
        elif steps.go_on(*of, has_time):
            purging.send(*of)

    return queues.handled(event, context, go_on)
