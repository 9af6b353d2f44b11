"""The ingest queue with its dead letters, and Lambda's poller between it and the handler."""

from __future__ import annotations

import json
from typing import Any

import boto3

from chalicelib.settings import settings
from tests.support.snapshot import sqs
from tests.support.world import World


class Queue:
    """
    The ingest queue as S3 fills it and Lambda empties it.

    Messages that failed are there again at once: nobody waits for a visibility time-out here.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._sqs = boto3.client("sqs")
        self._url = self._url_of(settings().ingest_queue)
        self._dead_url = self._url_of(settings().ingest_dead_letters)
        self._sqs.set_queue_attributes(QueueUrl=self._url, Attributes={"VisibilityTimeout": "0"})

    def put(self, bodies: list[str]) -> None:
        for body in bodies:
            self._sqs.send_message(QueueUrl=self._url, MessageBody=body)

    def put_dead(self, bodies: list[str]) -> None:
        """Add what has failed before."""
        for body in bodies:
            self._sqs.send_message(QueueUrl=self._dead_url, MessageBody=body)

    def poll(self) -> None:
        """Hand messages over, ten at a time, until each was handled or is a dead letter."""
        while messages := self._received(self._url):
            for message in self._handled(messages):
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])

    def waiting(self) -> list[str]:
        """Return the bodies of what is to be handled, hidden messages too."""
        return _bodies(settings().ingest_queue)

    def dead_letters(self) -> list[str]:
        """Return the bodies of the dead letters, hidden ones too."""
        return _bodies(settings().ingest_dead_letters)

    def _handled(self, messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Call the handler; return the messages it did not give back."""
        told = self._world.deliver_bodies([message["Body"] for message in messages])
        failed = {each["itemIdentifier"] for each in told["batchItemFailures"]}
        return [each for n, each in enumerate(messages) if f"message-{n}" not in failed]

    def _received(self, url: str) -> list[dict[str, Any]]:
        found = self._sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        return list(found.get("Messages", []))

    def _url_of(self, name: str) -> str:
        return str(self._sqs.get_queue_url(QueueName=name)["QueueUrl"])


def _bodies(queue: str) -> list[str]:
    """Ask moto itself: receiving would change what comes next."""
    return [message.body for message in sqs().queues[queue]._messages]


def notification(key: str) -> str:
    """Return what S3 writes of an object that arrived."""
    return json.dumps({"Records": [{"s3": {"object": {"key": key}}}]})
