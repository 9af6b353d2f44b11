"""What waits in the service's queues, and what could not be handled; sending that back."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from chalicelib import queues
from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.kernel.errors import NotFound
from chalicelib.queues import Depth
from chalicelib.settings import settings
from chalicelib.telemetry import logger

ROUNDS = 20  # of ten messages a click: some 420 calls to SQS, a few of API Gateway's 29 seconds


class Work(StrEnum):
    """What a queue is for."""

    INGEST = "ingest"
    EXPORT = "export"
    DISCS = "discs"
    DERIVE = "derive"
    SCHEDULE = "schedule"


class Backlog(msgspec.Struct, frozen=True):
    """
    How one kind of work stands.

    Attributes:
        todo: What waits and what is at work; None where events come without a queue.
        dead: What failed again and again and waits for somebody.
    """

    work: Work
    todo: Depth | None
    dead: int

    @property
    def may_send_back(self) -> bool:
        """What came from no queue has none to go back to: the schedule comes again by itself."""
        return self.todo is not None and self.dead > 0


def backlogs() -> list[Backlog]:
    """Return how every kind of work stands: one request to SQS for each queue."""
    return [backlog(work) for work in Work]


def backlog(work: Work) -> Backlog:
    """Return how *work* stands."""
    queue, dead_letters = _queues()[work]
    held = queues.depth(dead_letters)
    return Backlog(
        work=work,
        todo=queues.depth(queue) if queue else None,
        dead=held.waiting + held.in_work,
    )


def dead_letters() -> int:
    """Return how many messages could not be handled, of every kind of work."""
    depths = [queues.depth(dead) for _, dead in _queues().values()]
    return sum(each.waiting + each.in_work for each in depths)


def with_queue(name: str) -> Work:
    """Return the work called *name*; raises NotFound where none has a queue to go back to."""
    found = next((work for work, (queue, _) in _queues().items() if queue and work == name), None)
    if found is None:
        raise NotFound("there is no such queue")
    return found


def send_back(caller: Caller, work: Work) -> int:
    """
    Move dead letters of *work* back to their queue, at most 200 a call; return how many.

    Doing it twice is the same as once: handling an event is a function of what S3 and DynamoDB
    hold.
    """
    queue, dead = _queues()[work]
    audit(caller, "send-back-dead-letters", work)
    moved = 0
    for _ in range(ROUNDS):
        some = queues.move(dead, queue)
        moved += some
        if not some:
            break
    logger.info("dead letters sent back", extra={"work": work.value, "moved": moved})
    return moved


def _queues() -> Mapping[Work, tuple[str, str]]:
    """Return each work's queue, or nothing where it has none, and its dead letters."""
    names = settings()
    return {
        Work.INGEST: (names.ingest_queue, names.ingest_dead_letters),
        Work.EXPORT: (names.export_queue, names.export_dead_letters),
        Work.DISCS: (names.disc_queue, names.disc_dead_letters),
        Work.DERIVE: (names.derive_queue, names.derive_dead_letters),
        Work.SCHEDULE: ("", names.schedule_dead_letters),
    }
