"""The queue of orders that are built."""

from __future__ import annotations

import msgspec

from chalicelib import queues
from chalicelib.settings import settings


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """
    What the queue carries: which order, and nothing about it.

    Attributes:
        waits: How often it has waited for pictures.
    """

    facility_id: str
    order_id: str
    waits: int = 0


def send(message: Message, *, after_seconds: int = 0) -> None:
    """Have an order built, or gone on with."""
    body = msgspec.json.encode(message).decode()
    queues.send(settings().disc_queue, body, after_seconds=after_seconds)
