"""
Trouble at any AWS call of a handler: death, or an error that AWS answers with.

Before the call (nothing happened) or after it (it did, and the answer was lost).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

When = Literal["before", "after"]
READING = ("BatchGet", "Describe", "Get", "Head", "List", "Query", "Scan", "TransactGet")


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


def every_fault(calls: Sequence[str], trouble: Trouble = killed) -> list[Fault]:
    """Return *trouble* before and after each of *calls*, in order."""
    whens: tuple[When, When] = ("before", "after")
    return [Fault(number, when, trouble) for number, _ in enumerate(calls) for when in whens]


def every_death(calls: Sequence[str]) -> list[Fault]:
    """
    Return a death for each state that dying at any of *calls* can leave.

    A process that is gone remembers nothing: what counts is which writes were done.  Dying after a
    call and dying before the next one leave the same, and so does dying after a read.

    >>> [(each.call, each.when) for each in every_death(["GetItem", "PutItem", "Query"])]
    [(0, 'before'), (1, 'after')]
    """
    return [Fault(0, "before")] + [
        Fault(number, "after") for number, each in enumerate(calls) if not is_read(each)
    ]


def every_trouble(calls: Sequence[str], trouble: Trouble) -> list[Fault]:
    """
    Return *trouble* at each of *calls*; an answer lost after a read is one that never came.

    >>> [(each.call, each.when) for each in every_trouble(["GetItem", "PutItem"], reset)]
    [(0, 'before'), (1, 'before'), (1, 'after')]
    """
    return [
        each
        for each in every_fault(calls, trouble)
        if each.when == "before" or not is_read(calls[each.call])
    ]


def is_read(operation: str) -> bool:
    """Whether an AWS operation changes nothing; receiving a message hides it from others."""
    return operation.startswith(READING)
