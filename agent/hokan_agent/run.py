"""What the batches of one backup share, and what ends all of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock

from hokan_agent.errors import Interrupted, Refused, Unreachable
from hokan_agent.progress import Progress
from hokan_agent.report import BackupReport
from hokan_agent.service import Service
from hokan_agent.state import State
from hokan_agent.web import Web, stopped

FAILURES_IN_A_ROW = 8


@dataclass(slots=True)
class Run:
    """What the batches of one backup share."""

    web: Web
    service: Service
    state: State
    report: BackupReport
    root: bytes
    target_id: str
    chooses_patients: bool
    bars: Progress
    workers: ThreadPoolExecutor
    lock: Lock = field(default_factory=Lock)
    failures: int = 0  # of storage or service, one after the other
    given_up: Unreachable | Refused | None = None

    def note_success(self) -> None:
        self.failures = 0

    def note_failure(self, error: Unreachable | Refused) -> None:
        """Count a file that could not be sent; after several in a row, nothing will be."""
        with self.lock:
            self.failures += 1
            if self.failures >= FAILURES_IN_A_ROW:
                self.given_up = error

    def go_on(self) -> None:
        """Raise what ends the run, if something does."""
        if stopped.is_set():
            raise Interrupted("ended on request; run it again to go on")
        if self.given_up is not None:
            raise self.given_up
