"""What wakes pictures up: a message for some objects, or for the manifest of a batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from chalicelib import queues
from chalicelib.pictures import service
from chalicelib.pictures.service import Message

RESERVE_MS = 60_000  # for the largest picture, and the next message


def pictures_wanted(
    event: dict[str, Any], context: Any, first: Callable[[Message], None]
) -> dict[str, Any]:
    """
    Make the pictures a batch of SQS messages (of one) asks for; return those that failed.

    What there was no time for goes into the next message.

    Args:
        first: What else is made of a part of a manifest; done before its pictures.
    """
    from chalicelib.pictures import making  # it imports Pillow, which no other function needs

    def has_time() -> bool:
        return bool(context.get_remaining_time_in_millis() > RESERVE_MS)

    def go_on(body: str) -> None:
        message = msgspec.json.decode(body, type=Message)
        if message.manifest and message.part is None:
            service.divide(message)
            return
        if message.manifest:
            first(message)
        if left := making.make(message, has_time):
            service.send(left)

    return queues.handled(event, context, go_on)
