"""SQS, and the only module that speaks to it: messages sent, moved, counted and handled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from chalicelib.sessions import session
from chalicelib.telemetry import count, logger, place

MESSAGES = 10  # a request, SQS's limit


def move(source: str, target: str) -> int:
    """
    Move up to ten messages of the queue *source* to the end of *target*; return how many.

    Sent first, deleted then: who dies between leaves a message in both, and handling it twice
    does no harm.  (SQS's own StartMessageMoveTask would do the same; no local engine has it.)
    """
    out_of, into = _url(source), _url(target)
    found = _client().receive_message(QueueUrl=out_of, MaxNumberOfMessages=MESSAGES)
    messages = found.get("Messages", [])
    for message in messages:
        _client().send_message(QueueUrl=into, MessageBody=message["Body"])
        _client().delete_message(QueueUrl=out_of, ReceiptHandle=message["ReceiptHandle"])
    return len(messages)


def send(name: str, body: str, *, after_seconds: int = 0) -> None:
    """Put a message into the queue *name*, to be handed out in some seconds (900 at most)."""
    _client().send_message(QueueUrl=_url(name), MessageBody=body, DelaySeconds=after_seconds)


@dataclass(frozen=True, slots=True)
class Depth:
    """
    How many messages a queue holds, about: SQS counts over many machines.

    Attributes:
        in_work: Handed out and neither done nor given back yet.
    """

    waiting: int
    in_work: int


def depth(name: str) -> Depth:
    """Return how many messages the queue *name* holds."""
    wanted = {"ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"}
    asked = _client().get_queue_attributes(QueueUrl=_url(name), AttributeNames=sorted(wanted))
    told = asked["Attributes"]
    return Depth(
        waiting=int(told["ApproximateNumberOfMessages"]),
        in_work=int(told["ApproximateNumberOfMessagesNotVisible"]),
    )


def handled(event: dict[str, Any], context: Any, handle: Callable[[str], None]) -> dict[str, Any]:
    """
    Give the body of each message of a Lambda's SQS *event* to *handle*.

    Returns:
        The messages that failed (partial batch response): they alone come again, and after the
        queue's tries wait as dead letters.
    """
    from aws_lambda_powertools.utilities.batch import (
        BatchProcessor,
        EventType,
        process_partial_response,
    )

    def counted(record: Any) -> None:
        try:
            handle(record.body)
        except Exception as error:
            count("EventsFailed")
            told = {"error": type(error).__name__, "where": place(error)}
            logger.warning("event failed", extra=told)
            raise

    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    return dict(
        process_partial_response(
            event=event, record_handler=counted, processor=processor, context=context
        )
    )


def forget_connections() -> None:
    """Let the next call connect afresh (tests change the world between them)."""
    for kept in (_client, _url):
        kept.cache_clear()


@cache
def _client() -> Any:
    return session().create_client("sqs")


@cache
def _url(name: str) -> str:
    return str(_client().get_queue_url(QueueName=name)["QueueUrl"])
