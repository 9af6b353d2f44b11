"""
One batch: chunks are kept, declared, sent; then it is finished and its files are remembered.

Every chunk is kept before it is declared and says the same when it is declared again, so a run
that was cut off goes on with the same batch.
"""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

from hokan_agent.errors import Refused, Unreachable
from hokan_agent.progress import CONFIRM, SEND
from hokan_agent.report import Exception_
from hokan_agent.sources.hashing import Changed, hashed
from hokan_agent.sources.reading import left_out
from hokan_agent.sources.scan import Found
from hokan_agent.sources.sidecars import Examination
from hokan_agent.upload.entries import Entry, Said, chunk_of, fingerprint
from hokan_agent.upload.exceptions import as_told, bounded
from hokan_agent.upload.run import Run
from hokan_agent.upload.sending import Content, Sender
from hokan_agent.wire.web import stopped

URLS_A_REQUEST = 100
STUCK_SECONDS = 5.0  # without news of what was sent: the service is asked what has come
CONFIRM_PAUSES = (0.2, 0.5, 1.0, 2.0, *[5.0] * 23)  # two minutes for S3's events to be handled

Known = tuple[Entry, Examination | None]


class Batch:
    """
    A batch under way.

    Attributes:
        of: The patient or examination it holds, in a plan with such batches.
        declared: Every file declared in it, as it was then.
    """

    def __init__(self, run: Run, opened: dict[str, Any]) -> None:
        self._run = run
        self.of: str | None = opened.get("of")
        self._id: str = opened["batch_id"]
        self._path = f"/targets/{run.target_id}/batches/{self._id}"
        self._room: int = opened["batch_entries"]
        self.chunk_entries: int = opened["chunk_entries"]
        self._chunks = 0
        self._ahead: list[Future[Known | None]] = []  # of the chunk to come
        self._entries: list[Entry] = []
        self._left_out: dict[str, Exception_] = {}  # by path
        self._failed: dict[str, Exception_] = {}  # by content
        self._refused: list[Entry] = []
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

    @property
    def _is_last(self) -> bool:
        """Whether the chunk under way is the last one there is room for."""
        return (self._chunks + 2) * self.chunk_entries > self._room

    # --- declaring ---

    def declare(self, files: list[Said], following: list[Said]) -> None:
        """
        Hash *files*, declare them as the next chunk, and start sending what is wanted.

        Args:
            following: Hashed meanwhile if there is room: workers would wait for the service's
                answer, and what is hashed later waits for what is sent first.
        """
        self._run.bars.phase(SEND)
        hashing = self._ahead or self._hashing(files)
        known = [each for each in (hashed.result() for hashed in hashing) if each is not None]
        self._ahead = [] if self._is_last else self._hashing(following)
        if not known:
            return
        entries = [entry for entry, _ in known]
        body = chunk_of(known)
        kept = [entry.kept() for entry in entries]
        self._run.state.keep_chunk(self._id, self._chunks, body, kept)
        self._put(self._chunks, body, entries)

    def declare_again(self) -> None:
        """Declare the chunks an earlier run kept; raises Refused when the batch is over."""
        for number, body, kept in self._run.state.chunks(self._id):
            self._put(number, body, [Entry.kept_before(each) for each in kept])

    def _hashing(self, files: list[Said]) -> list[Future[Known | None]]:
        return [self._run.workers.submit(self._hashed, each) for each in files]

    def _hashed(self, file: Said) -> Known | None:
        """Return a file's entry and examination; one that cannot be read is left out."""
        found, said = file
        self._run.go_on()
        try:
            now, sha256 = self._digest(found)
            examination = self._run.examination_of(found, said)
        except Changed as error:
            self._skip(Exception_(found.path, "changed-while-read", str(error)))
        except OSError as error:
            self._skip(left_out(found.path, error))
        else:
            return Entry(now, sha256, fingerprint(said)), examination
        return None

    def _digest(self, found: Found) -> tuple[Found, str]:
        """Return the file as it is now and its SHA-256; one refused before is not read again."""
        before, sha256 = self._run.refused.get(found.path, (None, ""))
        if before == found:
            return found, sha256
        return hashed(self._run.seen, found)

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
                self._refused.append(entry)
                self._skip(Exception_(entry.found.path, answer["code"], answer["reason"]))
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
        if self._guarded(entry, lambda: self._sender.send(self._content(entry), answer)):
            self._count(entry.found)

    def _send_large(self, entry: Entry) -> None:
        """Send in parts; the parts share the workers, so nothing else is started meanwhile."""
        content = self._content(entry)
        if self._guarded(entry, lambda: self._sender.send_in_parts(content, self._run.workers)):
            self._count(entry.found)

    def _content(self, entry: Entry) -> Content:
        place = self._run.seen.place_of(entry.found)
        return Content(place, entry.found.size, entry.sha256)

    def _guarded(self, entry: Entry, send: Any) -> bool:
        """Run *send*; a file that cannot be sent is left out, the others go on."""
        self._run.go_on()
        path = entry.found.path
        try:
            send()
        except Changed as error:
            failure = Exception_(path, "changed-while-read", str(error))
        except OSError as error:
            failure = left_out(path, error)
        except (Unreachable, Refused) as error:
            failure = Exception_(path, error.code, str(error))
            self._run.note_failure(error)
        else:
            self._run.note_success()
            return True
        self._failed[entry.sha256] = failure
        self._skip(failure)
        return False

    def _count(self, found: Found) -> None:
        with self._run.lock:
            self._run.report.files_sent += 1
            self._run.report.bytes_sent += found.size
        self._run.bars.advance(1, 0)

    def _skip(self, exception: Exception_) -> None:
        with self._run.lock:
            self._left_out[exception.path] = exception
            self._run.report.exceptions.append(exception)
        self._run.bars.advance(1, 0)

    # --- finishing ---

    def finish(self) -> None:
        """Wait for what is on its way, finish the batch, and remember what is stored."""
        for each in self._moving.values():
            each.result()
        self._leave_out_twins()
        self._run.state.keep_refused(
            self._run.target_id, ((each.found, each.sha256) for each in self._refused)
        )
        self._run.bars.phase(CONFIRM)
        state = self._confirmed()
        self._run.told.update(each.path for each in self._untold())
        stored = [each for each in self._entries if each.found.path not in self._left_out]
        if state == "settling":
            self._run.report.files_unconfirmed += len(stored)
            return
        self._run.state.remember(
            self._run.target_id, ((entry.found, entry.said) for entry in stored)
        )
        self._run.state.end_batch(self._run.target_id, self._run.root, self._id)
        files, size = self._run.stored
        more = sum(entry.found.size for entry in stored)
        self._run.stored = (files + len(stored), size + more)

    def _leave_out_twins(self) -> None:
        """A content that could not be sent is missing at each of its paths."""
        for entry in self._entries:
            failure = self._failed.get(entry.sha256)
            if failure is not None and entry.found.path not in self._left_out:
                self._skip(failure._replace(path=entry.found.path))

    def _untold(self) -> list[Exception_]:
        """Return what to tell of: first what was declared and is lacking, as it is waited for."""
        declared = {entry.found.path for entry in self._entries}
        own = sorted(self._left_out.values(), key=lambda each: each.path not in declared)
        others = (each for each in self._run.report.exceptions if each.path not in self._left_out)
        return bounded([*own, *(each for each in others if each.path not in self._run.told)])

    def _confirmed(self) -> str:
        """Ask until the service has seen all that was sent, for two minutes at most."""
        waited, before = 0.0, None
        for seconds in CONFIRM_PAUSES:
            body = {"exceptions": as_told(self._untold())}
            told = self._run.service.post(f"{self._path}/finish", body)
            if told["state"] != "settling":
                return str(told["state"])
            if waited >= STUCK_SECONDS and told["outstanding"] == before:
                self._send_missing()
            waited, before = seconds, told["outstanding"]
            if stopped.wait(seconds):
                break
        return "settling"

    def _send_missing(self) -> None:
        """Ask what of the contents sent has come, and send again what has not, or not whole."""
        entries = {each.sha256: each for each in self._entries}
        sent = [each for each in self._moving if each not in self._failed]
        for start in range(0, len(sent), URLS_A_REQUEST):
            answers = self._answers_again(sent[start : start + URLS_A_REQUEST])
            missing = [each for each in answers if each["state"] == "upload"]
            again = [entries[each["sha256"]] for each in missing]
            list(self._run.workers.map(self._send_again, again, missing))
        self._leave_out_twins()

    def _answers_again(self, digests: list[str]) -> list[dict[str, Any]]:
        """Ask what has come; where nothing more may be sent, what has come is all there is."""
        try:
            told = self._run.service.post(f"{self._path}/urls", {"sha256": digests})
        except Refused:
            return []
        return list(told["answers"])

    def _send_again(self, entry: Entry, answer: dict[str, Any]) -> None:
        self._guarded(entry, lambda: self._sender.send(self._content(entry), answer))
