"""Where both tools back up to: the same S3, and a service for ours."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.agent.ours import standin
from bench.agent.servers import Storage, rclone
from infra.local.engine import Engine, free_port, new_credentials
from infra.local.stack import LocalStack
from tests.journeys.conftest import founded

CAPACITY_BYTES = 10**11


@dataclass(frozen=True, slots=True)
class Place:
    """
    Attributes:
        storage: Where restic keeps its repository.
        service: What our agent asks.
        code: What it enrols with.
        grant: Grants it a restore of everything.
    """

    storage: Storage
    service: str
    code: str
    grant: Callable[[], None]


@contextmanager
def on_rclone() -> Iterator[Place]:
    """An S3 in memory for each of the two, and the stand-in of the service."""
    with rclone() as theirs, rclone() as its_own, standin(its_own) as service:
        yield Place(theirs, service, "code", lambda: None)


@contextmanager
def on_ministack() -> Iterator[Place]:
    """MiniStack's S3, on disk, for both, and the stand-in of the service."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        engine = Engine(Path(home), free_port(), new_credentials())
        engine.start()
        storage = Storage(engine.endpoint, engine.root.access_key, engine.root.secret_key)
        try:
            with standin(storage) as service:
                yield Place(storage, service, "code", lambda: None)
        finally:
            engine.stop()


@contextmanager
def on_service() -> Iterator[Place]:
    """The packaged stack, as it is: its own S3 for both, the whole service behind our agent."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        stack = LocalStack(port=0, home=Path(home, "stack"))
        stack.start()
        try:
            yield _founded(stack, Path(home, "agents"))
        finally:
            stack.stop()


def _founded(stack: LocalStack, agents: Path) -> Place:
    facility = founded(stack, agents, CAPACITY_BYTES)
    root = stack.engine.root

    def grant() -> None:
        newest = facility.admin.get("/agents")["items"][-1]["agent_id"]
        body = {"target_id": facility.target_id, "scope": "target", "agent_id": newest}
        facility.admin.post("/restores", body)

    storage = Storage(stack.engine.endpoint, root.access_key, root.secret_key)
    return Place(storage, stack.api_url, facility.admin.post("/agent-codes")["code"], grant)


PLACES = {"rclone": on_rclone, "ministack": on_ministack, "service": on_service}
