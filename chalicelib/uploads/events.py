"""What wakes uploads up by itself: S3's events through SQS, and the sweep's schedule."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote_plus

from chalicelib import queues
from chalicelib.kernel import clock
from chalicelib.uploads import settlement, sweep


def objects_arrived(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Settle the objects a batch of SQS messages tells of; return the messages that failed."""
    return queues.handled(event, context, _settle)


def _settle(body: str) -> None:
    for key in keys_in(body):
        settlement.settle(key)


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
