"""A folder into a target: scan once, skip what is known, and send the rest in batches."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from hokan_agent.batch import Batch
from hokan_agent.entries import Said, fingerprint
from hokan_agent.errors import Refused
from hokan_agent.progress import progress
from hokan_agent.report import BackupReport
from hokan_agent.run import Run
from hokan_agent.scan import Scan, scan
from hokan_agent.service import Service
from hokan_agent.sidecars import Sidecars
from hokan_agent.state import State
from hokan_agent.web import Web

WORKERS = 4
BATCH_OVER = frozenset({"batch-closed", "chunk-differs", "not-found"})


class Backup:
    """
    One backup.

    Args:
        workers: How many files are hashed and sent at a time.
    """

    def __init__(
        self, web: Web, service: Service, state: State, *, workers: int = WORKERS, quiet: bool
    ) -> None:
        self._web, self._service, self._state = web, service, state
        self._workers, self._quiet = workers, quiet
        self.report = BackupReport()

    def run(self, folder: Path, target: dict[str, Any]) -> None:
        """Back *folder* up into *target*, as ``GET /agent`` lists it; fills the report."""
        seen = scan(folder)
        sidecars = Sidecars(seen)
        self.report.files_seen = len(seen.files)
        self.report.exceptions += seen.exceptions + sidecars.exceptions
        pending = self._pending(seen, sidecars, target["target_id"])
        self.report.files_unchanged = len(seen.files) - len(pending)
        size = sum(found.size for found, _ in pending)
        with (
            progress("backing up", len(pending), size, quiet=self._quiet) as bars,
            ThreadPoolExecutor(self._workers) as workers,
        ):
            run = Run(
                web=self._web,
                service=self._service,
                state=self._state,
                report=self.report,
                root=seen.root,
                target_id=target["target_id"],
                chooses_patients=target["plan"]["patients"]["mode"] != "all",
                bars=bars,
                workers=workers,
            )
            _send(run, pending)

    def _pending(self, seen: Scan, sidecars: Sidecars, target_id: str) -> list[Said]:
        """Return the files not known to be stored as they are, with what is said about them."""
        known = self._state.known(target_id)
        pending = []
        for found in seen.files:
            said = sidecars.examination_of(found.path)
            as_it_is = (found.size, found.mtime_ns, found.inode, fingerprint(said))
            if known.get(found.path) != as_it_is:
                pending.append((found, said))
        return pending


def _send(run: Run, pending: list[Said]) -> None:
    """Go on with the batch an earlier run left, then open new ones until all is sent."""
    batch = _resumed(run)
    if batch is not None:
        declared = batch.declared
        pending = [each for each in pending if each[0] not in declared]
    elif pending:
        batch = _opened(run)
    if batch is None:
        return
    for files in _by(batch.chunk_entries, pending):
        if batch.is_full:
            batch.finish()
            batch = _opened(run)
        batch.declare(files)
    batch.finish()


def _opened(run: Run) -> Batch:
    opened = run.service.post(f"/targets/{run.target_id}/batches")
    run.state.begin_batch(run.target_id, opened)
    return Batch(run, opened)


def _resumed(run: Run) -> Batch | None:
    """Return the batch an earlier run left open, its chunks declared again, if there is one."""
    opened = run.state.open_batch(run.target_id)
    if opened is None:
        return None
    batch = Batch(run, opened)
    try:
        batch.declare_again()
    except Refused as error:
        if error.code not in BATCH_OVER:
            raise
        run.state.end_batch(run.target_id, opened["batch_id"])
        return None
    return batch


def _by(count: int, files: list[Said]) -> Iterator[list[Said]]:
    for start in range(0, len(files), count):
        yield files[start : start + count]
