"""
Trouble at any AWS call of a handler: death, or an error that AWS answers with.

Before the call (nothing happened) or after it (it did, and the answer was lost).  The world is
kept as a snapshot of moto's own state, so that a scenario costs milliseconds.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError
from moto.backends import get_backend

ACCOUNT, REGION = "123456789012", "ap-northeast-1"
When = Literal["before", "after"]


class Killed(BaseException):
    """The process is gone.  No ``except Exception`` sees it, as none sees a SIGKILL."""


def killed(operation: str) -> Any:  # noqa: ARG001 - the shape of all troubles
    return Killed()


def throttled(operation: str) -> Any:
    code = "SlowDown" if "Object" in operation else "ProvisionedThroughputExceededException"
    return _refused(code, operation, 503)


def conflicting(operation: str) -> Any:
    """Another transaction was at the same rows; anything else is merely throttled."""
    if operation != "TransactWriteItems":
        return _refused("ThrottlingException", operation, 400)
    reasons = [{"Code": "TransactionConflict"}]
    error = _refused("TransactionCanceledException", operation, 400)
    error.response["CancellationReasons"] = reasons
    return error


def reset(operation: str) -> Any:  # noqa: ARG001 - as above
    return ConnectionClosedError(endpoint_url="https://aws.invalid")


def timed_out(operation: str) -> Any:  # noqa: ARG001 - as above
    return ReadTimeoutError(endpoint_url="https://aws.invalid")


def _refused(code: str, operation: str, status: int) -> Any:
    answer: Any = {
        "Error": {"Code": code, "Message": f"{code}: [TransactionConflict]"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(answer, operation)


Trouble = Callable[[str], Any]  # an exception for an operation's name


@dataclass(frozen=True, slots=True)
class Fault:
    """*trouble* at the *call*-th AWS call from now (0: the first)."""

    call: int
    when: When
    trouble: Trouble = killed


class Snapshot:
    """What DynamoDB, S3 and SQS held at one moment."""

    def __init__(self) -> None:
        waiting = {name: _messages(queue) for name, queue in sqs().queues.items()}
        self._kept = pickle.dumps((dynamodb().tables, s3().buckets, waiting))

    def restore(self) -> None:
        """Bring that moment back."""
        dynamodb().tables, s3().buckets, waiting = pickle.loads(self._kept)
        for name, messages in waiting.items():
            vars(sqs().queues[name]).update(messages)


def _messages(queue: Any) -> dict[str, Any]:
    """Return what a queue of moto holds; the queue itself has a lock and cannot be copied."""
    names = ("_messages", "_pending_messages", "deleted_messages")
    return {name: vars(queue)[name] for name in names}


def dynamodb() -> Any:
    return get_backend("dynamodb")[ACCOUNT][REGION]


def s3() -> Any:
    return get_backend("s3")[ACCOUNT]["aws"]


def sqs() -> Any:
    return get_backend("sqs")[ACCOUNT][REGION]


@contextmanager
def troubled(fault: Fault | None) -> Iterator[list[str]]:
    """Let *fault* happen; yields the calls that are made, in order."""
    calls: list[str] = []
    make = BaseClient._make_api_call

    def counted(self: Any, operation: str, parameters: dict[str, Any]) -> Any:
        number = len(calls)
        calls.append(operation)
        if fault is None or fault.call != number:
            return make(self, operation, parameters)
        try:
            if fault.when == "after":
                make(self, operation, parameters)
        finally:  # also when AWS refused
            raise fault.trouble(operation)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", counted)
        yield calls


def calls_of(act: Callable[[], object]) -> list[str]:
    """Return the AWS calls *act* makes when nothing goes wrong."""
    with troubled(None) as calls:
        act()
    return calls


def died(act: Callable[[], object], fault: Fault) -> bool:
    """Run *act* until *fault*; return whether it died of it."""
    try:
        with troubled(fault):
            act()
    except Killed:
        return True
    return False


def every_fault(calls: int, trouble: Trouble = killed) -> list[Fault]:
    """Return *trouble* before and after each of so many calls."""
    whens: tuple[When, When] = ("before", "after")
    return [Fault(call, when, trouble) for call in range(calls) for when in whens]
