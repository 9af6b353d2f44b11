"""A folder into a target: scan once, skip what is known, and send the rest in batches."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from hokan_agent.errors import Refused
from hokan_agent.machine.state import State
from hokan_agent.progress import SCAN, SEND, Progress, Silent
from hokan_agent.report import BackupReport, Exception_
from hokan_agent.sources.folders import Watched
from hokan_agent.sources.grouping import GROUPED, Group, grouped
from hokan_agent.sources.layout import Layout
from hokan_agent.sources.scan import Found, Scan, scan
from hokan_agent.sources.sidecars import Examination, Sidecars
from hokan_agent.upload.batch import Batch
from hokan_agent.upload.entries import Said, fingerprint
from hokan_agent.upload.exceptions import as_told, bounded
from hokan_agent.upload.run import Run
from hokan_agent.upload.tally import Count, Tally
from hokan_agent.wire.service import Service
from hokan_agent.wire.web import Web

BATCH_OVER = frozenset(
    {"batch-closed", "chunk-differs", "not-found", "patient-excluded", "patient-unknown"}
)


class Look(NamedTuple):
    """
    What one look at a folder found, and which of it is not known to be stored as it is.

    Attributes:
        fitting_none: Those of *pending* that no sidecar tells of and no pattern fits.
    """

    seen: Scan
    sidecars: Sidecars
    pending: list[Said]
    fitting_none: frozenset[Found] = frozenset()


def look(watched: Watched, state: State) -> Look:
    """Return what is to be sent from a folder; raises FolderUnreadable."""
    seen = scan(watched.folder, watched.prefix)
    sidecars = Sidecars(seen)
    layout = Layout(sidecars, watched.patterns, watched.prefix)
    if not seen.files and _has_had_some(watched, state):
        seen.exceptions.append(_empty(watched))
    fresh = {found.path: found for found in seen.files}
    for known in state.known(watched.target_id):
        found = fresh.get(known[0])
        if found is not None and (*found, fingerprint(layout.examination_of(found))) == known:
            del fresh[found.path]
    pending = [(found, layout.examination_of(found)) for found in fresh.values()]
    state.note_look(watched.target_id, seen.root, *_count(each for each, _ in pending))
    fitting_none = frozenset(each[0] for each in pending if layout.is_unknown(*each))
    return Look(seen, sidecars, pending, fitting_none)


def _has_had_some(watched: Watched, state: State) -> bool:
    return any(path.startswith(watched.prefix) for path, *_ in state.known(watched.target_id))


def _empty(watched: Watched) -> Exception_:
    """Return what is said of a folder without files that had some: is its drive connected?"""
    return Exception_(watched.name or ".", "empty-folder", "no file is in it, and some were")


class Backup:
    """
    One backup, of one folder or of several into the same target.

    Args:
        workers: How many files are hashed and sent at a time.
        bars: Shows the progress here.
        tally: Counts for the service, instead.
        job_id: The job it is done for, if it is done for one.

    Attributes:
        over: To be set when the job is wanted no more; then what goes on raises JobOver.
    """

    def __init__(
        self,
        web: Web,
        service: Service,
        state: State,
        *,
        workers: int,
        bars: Progress | None = None,
        tally: Tally | None = None,
        job_id: str | None = None,
    ) -> None:
        self._web, self._service, self._state = web, service, state
        self._workers, self._job_id = workers, job_id
        self._tally = tally
        self._bars: Progress = tally or bars or Silent()
        self.report = BackupReport()
        self.over = threading.Event()
        self._told: set[str] = set()

    def run(self, watched: Watched, target: dict[str, Any]) -> None:
        """Back a folder up into *target*, as ``GET /agent`` lists it; fills the report."""
        self._bars.phase(SCAN)
        found = look(watched, self._state)
        self.report.files_unchanged += len(found.seen.files) - len(found.pending)
        self.send(found, found.pending, target)

    def send(self, found: Look, files: list[Said], target: dict[str, Any]) -> None:
        """Send *files*, all or some of those a look found pending; fills the report."""
        self.report.files_seen += len(found.seen.files)
        self.report.files_fitting_none += sum(each in found.fitting_none for each, _ in files)
        self.report.exceptions += found.seen.exceptions + found.sidecars.exceptions
        self._expect(found, files)
        with ThreadPoolExecutor(self._workers) as workers:
            run = Run(
                web=self._web,
                service=self._service,
                state=self._state,
                report=self.report,
                seen=found.seen,
                target_id=target["target_id"],
                job_id=self._job_id,
                over=self.over,
                reads_headers=_reads_headers(target["plan"]),
                told=self._told,
                refused=self._state.refused(target["target_id"]),
                bars=self._bars,
                workers=workers,
            )
            _send(run, _groups(run, target["plan"]["batch_scope"], files))
        self._note_rest(found, target["target_id"], run.stored)
        if self._tally is not None:
            self._tally.end(self._done(found))

    def tell_rest(self, target: dict[str, Any]) -> None:
        """Tell the service of exceptions that no batch told of: a night may have nothing else."""
        untold = [each for each in self.report.exceptions if each.path not in self._told]
        if not untold:
            return
        path = f"/targets/{target['target_id']}/batches"
        opened = self._service.post(path, {"job_id": self._job_id} if self._job_id else {})
        batch = f"{path}/{opened['batch_id']}"
        self._service.post(f"{batch}/finish", {"exceptions": as_told(bounded(untold))})

    def _expect(self, found: Look, files: list[Said]) -> None:
        count, size = _count(each for each, _ in files)
        self._bars.phase(SEND)
        self._bars.expect(count, size)
        if self._tally is not None:
            total = (len(found.seen.files), found.seen.size)
            self._tally.begin(total=total, unchanged=(total[0] - count, total[1] - size))

    def _note_rest(self, found: Look, target_id: str, stored: Count) -> None:
        """Note what still waits in the folder; the next look knows it for certain."""
        files, size = _count(each for each, _ in found.pending)
        left = max(0, files - stored[0]), max(0, size - stored[1])
        self._state.note_look(target_id, found.seen.root, *left)

    def _done(self, found: Look) -> Count:
        """Return what of a folder is stored now."""
        left_out = {each.path for each in self.report.exceptions}
        files, size = _count(each for each in found.seen.files if each.path not in left_out)
        return max(0, files - self.report.files_unconfirmed), size


def _count(files: Iterable[Found]) -> Count:
    sizes = [each.size for each in files]
    return len(sizes), sum(sizes)


def _reads_headers(plan: dict[str, Any]) -> bool:
    """Whether a file's patient must be known before it moves."""
    return plan["patients"]["mode"] != "all" or plan["batch_scope"] in GROUPED


def _groups(run: Run, scope: str, files: list[Said]) -> list[Group]:
    if scope not in GROUPED:
        return [(None, files)] if files else []
    examinations = run.workers.map(lambda said: _examination_of(run, said), files)
    return grouped(scope, zip(files, examinations, strict=True))


def _examination_of(run: Run, said: Said) -> Examination | None:
    """Return a file's examination; one that cannot be read is told of when it is hashed."""
    try:
        return run.examination_of(*said)
    except OSError:
        return None


def _send(run: Run, groups: list[Group]) -> None:
    """Go on with the batch an earlier run left, then open one for each group."""
    batch = _resumed(run)
    if batch is not None:
        declared = batch.declared
        groups = [(of, [each for each in files if each[0] not in declared]) for of, files in groups]
        rest = next((files for of, files in groups if of == batch.of), [])
        _fill(run, batch, rest)
        groups = [(of, files) for of, files in groups if of != batch.of]
    for of, files in groups:
        if files:
            _fill(run, _opened(run, of), files)


def _fill(run: Run, batch: Batch, files: list[Said]) -> None:
    """Send *files* in *batch*, and in more like it when it is full."""
    chunks = list(_by(batch.chunk_entries, files))
    for some, following in zip(chunks, [*chunks[1:], []], strict=False):  # there may be no chunk
        if batch.is_full:
            batch.finish()
            batch = _opened(run, batch.of)
        batch.declare(some, following)
    batch.finish()


def _opened(run: Run, of: str | None) -> Batch:
    told = {"job_id": run.job_id, "of": of}
    body = {name: value for name, value in told.items() if value is not None}
    opened = run.service.post(f"/targets/{run.target_id}/batches", body) | {"of": of}
    run.state.begin_batch(run.target_id, run.root, opened)
    return Batch(run, opened)


def _resumed(run: Run) -> Batch | None:
    """Return the batch an earlier run left open, its chunks declared again, if there is one."""
    opened = run.state.open_batch(run.target_id, run.root)
    if opened is None:
        return None
    batch = Batch(run, opened)
    try:
        batch.declare_again()
    except Refused as error:
        if error.code not in BATCH_OVER:
            raise
        run.state.end_batch(run.target_id, run.root, opened["batch_id"])
        return None
    return batch


def _by(count: int, files: list[Said]) -> Iterator[list[Said]]:
    for start in range(0, len(files), count):
        yield files[start : start + count]
