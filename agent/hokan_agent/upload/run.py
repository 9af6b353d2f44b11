"""What the batches of one backup share, and what ends all of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event, Lock

from hokan_agent.errors import Barred, JobOver, Refused, Unreachable
from hokan_agent.machine.state import State
from hokan_agent.progress import Progress
from hokan_agent.report import BackupReport
from hokan_agent.sources import headers
from hokan_agent.sources.scan import Found, Scan
from hokan_agent.sources.sidecars import Examination
from hokan_agent.wire.service import Service
from hokan_agent.wire.web import Web, go_on

FAILURES_IN_A_ROW = 8


@dataclass(slots=True)
class Run:
    """
    What the batches of one backup share.

    Attributes:
        job_id: The job it is part of, if it is part of one.
        reads_headers: Whether the plan needs to know each file's patient before it moves.
        over: Set when the job is wanted no more.
        refused: The digests of files the service refused before, by path.
        told: Paths of exceptions that the service has been told of.
    """

    web: Web
    service: Service
    state: State
    report: BackupReport
    seen: Scan
    target_id: str
    job_id: str | None
    over: Event
    reads_headers: bool
    refused: dict[str, tuple[Found, str]]
    told: set[str]
    bars: Progress
    workers: ThreadPoolExecutor
    lock: Lock = field(default_factory=Lock)
    failures: int = 0  # of storage or service, one after the other
    given_up: Unreachable | Refused | None = None
    stored: tuple[int, int] = (0, 0)  # files and bytes, by finished batches

    @property
    def root(self) -> bytes:
        return self.seen.root

    def examination_of(self, found: Found, said: Examination | None) -> Examination | None:
        """Return a file's examination: as its sidecar says, else its header where that counts."""
        if said is not None or not self.reads_headers:
            return said
        return headers.examination(self.seen.place_of(found))

    def note_success(self) -> None:
        self.failures = 0

    def note_failure(self, error: Unreachable | Refused) -> None:
        """Count a file that could not be sent; after several in a row, or barred, nothing is."""
        with self.lock:
            self.failures += 1
            if self.failures >= FAILURES_IN_A_ROW or isinstance(error, Barred):
                self.given_up = error

    def go_on(self) -> None:
        """Wait while there is a pause; raise what ends the run, if something does."""
        self.web.pacing.wait()
        go_on()
        if self.over.is_set():
            raise JobOver("the job is over: a newer one, or the end of the contract, has ended it")
        if self.given_up is not None:
            raise self.given_up
