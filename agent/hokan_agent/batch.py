"""
One batch: chunks are kept, declared, sent; then it is finished and its files are remembered.

Every chunk is kept before it is declared and says the same when it is declared again, so a run
that was cut off goes on with the same batch.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import astuple, dataclass, field
from datetime import UTC, datetime
from itertools import islice
from threading import Lock
from typing import Any

from hokan_agent import headers
from hokan_agent.errors import Interrupted, Refused, Unreachable
from hokan_agent.hashing import Changed, hashed, path_of
from hokan_agent.paths import from_wire
from hokan_agent.progress import Progress
from hokan_agent.report import BackupReport, Exception_
from hokan_agent.scan import Found
from hokan_agent.sending import Content, Sender
from hokan_agent.service import Service
from hokan_agent.sidecars import Examination
from hokan_agent.state import State
from hokan_agent.web import Web, stopped

FAILURES_IN_A_ROW = 8
TOLD_EXCEPTIONS = 1_000  # beyond those of its own files; all of them are in the run's report
CONFIRM_PAUSES = (0.2, 0.5, 1.0, 2.0, *[5.0] * 23)  # two minutes for S3's events to be handled

Said = tuple[Found, Examination | None]


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


@dataclass(frozen=True, slots=True)
class Entry:
    """A file as it was declared, and the statement that came with it."""

    found: Found
    sha256: str
    said: str


class Batch:
    """
    A batch under way.

    Attributes:
        declared: Every file declared in it, as it was then.
    """

    def __init__(self, run: Run, opened: dict[str, Any]) -> None:
        self._run = run
        self._id: str = opened["batch_id"]
        self._path = f"/targets/{run.target_id}/batches/{self._id}"
        self._room: int = opened["batch_entries"]
        self.chunk_entries: int = opened["chunk_entries"]
        self._chunks = 0
        self._entries: list[Entry] = []
        self._left_out: dict[str, Exception_] = {}  # by path
        self._failed: dict[str, Exception_] = {}  # by content
        self._moving: dict[str, Future[None]] = {}  # one for each content, however often it occurs
        self._sender = Sender(
            run.web, run.service, self._path, lambda size: run.bars.advance(0, size)
        )
        run.report.batches.append(self._id)

    @property
    def declared(self) -> set[Found]:
        return {entry.found for entry in self._entries}

    @property
    def is_full(self) -> bool:
        return (self._chunks + 1) * self.chunk_entries > self._room

    # --- declaring ---

    def declare(self, files: list[Said]) -> None:
        """Hash *files*, declare them as the next chunk, and start sending what is wanted."""
        results = list(self._run.workers.map(self._hashed, files))
        known = [result for result in results if result is not None]
        if not known:
            return
        entries = [entry for entry, _ in known]
        body = _chunk(known)
        kept = [[*_place(entry.found), entry.sha256, entry.said] for entry in entries]
        self._run.state.keep_chunk(self._id, self._chunks, body, kept)
        self._put(self._chunks, body, entries)

    def declare_again(self) -> None:
        """Declare the chunks an earlier run kept; raises Refused when the batch is over."""
        for number, body, kept in self._run.state.chunks(self._id):
            entries = [Entry(_found_again(where), sha256, said) for *where, sha256, said in kept]
            self._put(number, body, entries)

    def _hashed(self, file: Said) -> tuple[Entry, Examination | None] | None:
        """Return a file's entry and examination; one that cannot be read is left out."""
        found, said = file
        self._run.go_on()
        try:
            now, sha256 = hashed(self._run.root, found)
            examination = said
            if said is None and self._run.chooses_patients:
                examination = headers.examination(path_of(self._run.root, found.place))
        except Changed as error:
            self._skip(found.path, "changed-while-read", str(error))
        except OSError as error:
            self._skip(found.path, "unreadable", str(error.strerror))
        else:
            return Entry(now, sha256, fingerprint(said)), examination
        return None

    def _put(self, number: int, body: dict[str, Any], entries: list[Entry]) -> None:
        answers = self._run.service.put(f"{self._path}/chunks/{number}", body)["answers"]
        self._chunks = number + 1
        self._entries += entries
        for entry, answer in zip(entries, answers, strict=True):
            self._begin(entry, answer)

    # --- sending ---

    def _begin(self, entry: Entry, answer: dict[str, Any]) -> None:
        """Do what the service answered for an entry; sending goes on in the background."""
        match answer["state"]:
            case "refused":
                self._skip(entry.found.path, answer["code"], answer["reason"])
            case "stored":
                self._run.report.files_already_stored += 1
                self._run.bars.advance(1, entry.found.size)
            case "multipart":
                self._send_large(entry)
            case "upload" if entry.sha256 not in self._moving:
                sent = self._run.workers.submit(self._send, entry, answer)
                self._moving[entry.sha256] = sent
            case _:
                self._run.bars.advance(1, entry.found.size)  # the same content moves already

    def _send(self, entry: Entry, answer: dict[str, Any]) -> None:
        found = entry.found
        content = Content(self._run.root, found.place, found.size, entry.sha256)
        if self._guarded(entry, lambda: self._sender.send(content, answer)):
            self._count(found)

    def _send_large(self, entry: Entry) -> None:
        """Send in parts; the parts share the workers, so nothing else is started meanwhile."""
        found = entry.found
        content = Content(self._run.root, found.place, found.size, entry.sha256)
        if self._guarded(entry, lambda: self._sender.send_in_parts(content, self._run.workers)):
            self._count(found)

    def _guarded(self, entry: Entry, send: Any) -> bool:
        """Run *send*; a file that cannot be sent is left out, the others go on."""
        self._run.go_on()
        try:
            send()
        except Changed as error:
            code, reason = "changed-while-read", str(error)
        except OSError as error:
            code, reason = "unreadable", str(error.strerror)
        except (Unreachable, Refused) as error:
            code, reason = error.code, str(error)
            self._run.note_failure(error)
        else:
            self._run.note_success()
            return True
        self._failed[entry.sha256] = self._skip(entry.found.path, code, reason)
        return False

    def _count(self, found: Found) -> None:
        with self._run.lock:
            self._run.report.files_sent += 1
            self._run.report.bytes_sent += found.size
        self._run.bars.advance(1, 0)

    def _skip(self, path: str, code: str, reason: str) -> Exception_:
        left_out = Exception_(path, code, reason)
        with self._run.lock:
            self._left_out[path] = left_out
            self._run.report.exceptions.append(left_out)
        self._run.bars.advance(1, 0)
        return left_out

    # --- finishing ---

    def finish(self) -> None:
        """Wait for what is on its way, finish the batch, and remember what is stored."""
        for each in self._moving.values():
            each.result()
        self._leave_out_twins()
        state = self._confirmed({"exceptions": self._told()})
        stored = [each for each in self._entries if each.found.path not in self._left_out]
        if state == "settling":
            self._run.report.files_unconfirmed += len(stored)
            return
        self._run.state.remember(
            self._run.target_id, ((entry.found, entry.said) for entry in stored)
        )
        self._run.state.end_batch(self._run.target_id, self._id)

    def _leave_out_twins(self) -> None:
        """A content that could not be sent is missing at each of its paths."""
        for entry in self._entries:
            failure = self._failed.get(entry.sha256)
            if failure is not None and entry.found.path not in self._left_out:
                self._skip(entry.found.path, failure.code, failure.reason)

    def _told(self) -> list[dict[str, str]]:
        """Return this batch's exceptions and those of the scan, as the service keeps them."""
        others = (each for each in self._run.report.exceptions if each.path not in self._left_out)
        told = [*self._left_out.values(), *islice(others, TOLD_EXCEPTIONS)]
        return [{"path": each.path, "reason": each.code} for each in told]

    def _confirmed(self, body: dict[str, Any]) -> str:
        """Ask until the service has seen all that was sent, for two minutes at most."""
        for seconds in CONFIRM_PAUSES:
            state = str(self._run.service.post(f"{self._path}/finish", body)["state"])
            if state != "settling" or stopped.wait(seconds):
                return state
        return "settling"


def fingerprint(said: Examination | None) -> str:
    """Return a short digest of a statement: another one makes a file worth declaring again."""
    if said is None:
        return ""
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


def _chunk(known: Iterable[tuple[Entry, Examination | None]]) -> dict[str, Any]:
    """Return the chunk that docs/api.md describes; each examination once."""
    examinations: dict[str, Examination] = {}
    entries = []
    for entry, examination in known:
        if examination is not None:
            examinations.setdefault(examination["id"], examination)
        modified_at = datetime.fromtimestamp(entry.found.mtime_ns / 10**9, UTC)
        entries.append(
            {
                "path": entry.found.path,
                "size": entry.found.size,
                "sha256": entry.sha256,
                "examination": examination["id"] if examination else None,
                "modified_at": modified_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            }
        )
    return {"examinations": list(examinations.values()), "entries": entries}


def _place(found: Found) -> tuple[Any, ...]:
    """Return *found* as JSON has it; its place follows from its path."""
    return (found.path, *astuple(found)[2:])


def _found_again(where: list[Any]) -> Found:
    path, size, mtime_ns, inode = where
    return Found(path, from_wire(path), size, mtime_ns, inode)
