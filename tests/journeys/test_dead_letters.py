"""A message nobody can handle, through the real queue: it waits alone, and comes back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.local.stack import LocalStack
from infra.operate import invoker, run
from tests.journeys.conftest import Facility

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("stack")]

POISON = '{"Records": [{"poison": true}]}'
TRIES = 300


class DeadLetters:
    """The deployed queue and its dead letters."""

    def __init__(self, stack: LocalStack) -> None:
        self._sqs = stack.session.client("sqs")
        self._url = stack.outputs["IngestQueueUrl"]
        self._dead_url = stack.outputs["IngestDeadLettersUrl"]

    def send(self, body: str) -> None:
        self._sqs.send_message(QueueUrl=self._url, MessageBody=body)

    def wait_seconds(self, seconds: int) -> None:
        """Let a failed message wait so long before it is tried again."""
        attributes = {"VisibilityTimeout": str(seconds)}
        self._sqs.set_queue_attributes(QueueUrl=self._url, Attributes=attributes)

    def number(self) -> int:
        name = "ApproximateNumberOfMessages"
        told: Any = self._sqs.get_queue_attributes(QueueUrl=self._dead_url, AttributeNames=[name])
        return int(told["Attributes"][name])

    def empty(self) -> None:
        for url in (self._url, self._dead_url):
            self._sqs.purge_queue(QueueUrl=url)


@pytest.fixture
def letters(stack: LocalStack) -> Iterator[DeadLetters]:
    found = DeadLetters(stack)
    found.wait_seconds(1)
    yield found
    found.wait_seconds(720)
    found.empty()


def comes_true(fact: Callable[[], bool]) -> bool:
    """Wait until *fact* holds; tell whether it ever did."""
    for _ in range(TRIES):
        if fact():
            return True
        time.sleep(0.1)
    return False


def test_poison_waits_as_a_dead_letter_and_holds_nothing_up(
    facility: Facility, letters: DeadLetters, tmp_path: Path
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for number in range(9):
        (folder / f"IMG{number}.JPG").write_bytes(f"image {number}".encode())
    letters.send(POISON)
    assert facility.agent.backup(folder).code == 0
    assert comes_true(lambda: letters.number() == 1)


def test_a_redrive_takes_dead_letters_back_to_the_queue(
    stack: LocalStack, letters: DeadLetters
) -> None:
    letters.send(POISON)
    assert comes_true(lambda: letters.number() == 1)
    invoke = invoker(stack.session, stack.outputs["OperateFunction"])
    assert run(invoke, "redrive", {})["moved"] == 1
    assert letters.number() == 0
