"""
Files back into a folder, on a grant of the facility's staff.

What is there already, and is what was stored, stays; another file in a place is never written
over unless that is asked for.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from hokan_agent.download.fetching import Damaged, Fetcher
from hokan_agent.download.places import File, Places, There, is_free, made, root_of, what_is_at
from hokan_agent.errors import Refused, Unreachable
from hokan_agent.progress import FETCH, LIST, Progress, Silent
from hokan_agent.report import Exception_, NotThere, RestoreReport
from hokan_agent.wire.service import Service
from hokan_agent.wire.web import Web, go_on

URLS_A_REQUEST = 100


class Way(NamedTuple):
    """
    How a restore is done.

    Attributes:
        overwrites: Whether other files in the places give way.
        is_dry: Whether it only says what it would do.
    """

    overwrites: bool = False
    is_dry: bool = False


class Wanted(NamedTuple):
    """A file to be brought to a place, and what it finds there."""

    place: bytes
    file: File
    there: There


class _Erased(Exception):
    """People erased it from its area since it was listed."""


class Restore:
    """One restore."""

    def __init__(
        self,
        web: Web,
        service: Service,
        *,
        workers: int,
        bars: Progress | None = None,
        way: Way | None = None,
    ) -> None:
        self._service, self._way = service, way or Way()
        self._fetcher = Fetcher(web, overwrites=self._way.overwrites)
        self._workers = workers
        self._bars: Progress = bars or Silent()
        self._lock = Lock()
        self._erased: dict[str, str] = {}  # when, by digest
        self.report = RestoreReport(is_dry=self._way.is_dry)

    def run(self, restore_id: str, into: Path) -> None:
        """Bring every file of the grant into *into*; fills the report."""
        path = f"/restores/{restore_id}"
        self._bars.phase(LIST)
        files = _newest(self._listed(path))
        places = Places(root_of(into) if self._way.is_dry else made(into))
        self._bars.phase(FETCH)
        self._bars.expect(len(files), sum(each["size"] for each in files))
        workers = ThreadPoolExecutor(self._workers)
        try:
            self._bring_all(workers, path, places, files)
        finally:
            workers.shutdown(cancel_futures=True)
        if not self._way.is_dry:
            self._finish(path)

    def _finish(self, path: str) -> None:
        """End the grant; with something left out, it stays good for another try."""
        if not self.report.exceptions:
            said = {"restored": self.report.files_restored, "failed": 0}
            self._service.post(f"{path}/finish", said)

    def _listed(self, path: str) -> Iterator[File]:
        cursor = None
        while True:
            page = self._service.post(f"{path}/files", {"cursor": cursor})
            yield from page["items"]
            self.report.not_there += map(_named, page.get("left_out", ()))
            cursor = page["cursor"]
            if cursor is None:
                return

    def _urls(self, path: str, files: list[File]) -> dict[str, str]:
        """Return addresses by digest; what was erased since it was listed has none."""
        wanted = sorted({each["sha256"] for each in files})
        told = self._service.post(f"{path}/urls", {"sha256": wanted})
        self._erased |= {each["sha256"]: each["at"] for each in told.get("erased", ())}
        return {each["sha256"]: each["url"] for each in told["urls"]}

    def _bring_all(self, workers: Executor, path: str, places: Places, files: list[File]) -> None:
        """Bring *files*; while some are on their way, the next are looked at and asked for."""
        under_way: list[Future[None]] = []
        for some in _by(URLS_A_REQUEST, files):
            wanted = self._missing(workers, places, some)
            urls = self._urls(path, [each.file for each in wanted]) if wanted else {}
            coming = [workers.submit(self._bring, path, urls, each) for each in wanted]
            _ended(under_way)
            under_way = coming
        _ended(under_way)

    def _missing(self, workers: Executor, places: Places, files: list[File]) -> list[Wanted]:
        """Return which files are to be brought; where something is, all workers read it."""
        missing, taken = [], []
        for file in files:
            with self._listing(file):
                place = places.of(file["path"])
                if is_free(place):
                    missing += self._judged(place, file, There.NOTHING)
                else:
                    taken.append((place, file))
        for wanted in workers.map(self._looked, taken):
            missing += wanted
        return missing

    def _looked(self, placed: tuple[bytes, File]) -> list[Wanted]:
        """Look at what has a file's place."""
        go_on()
        place, file = placed
        with self._listing(file):
            there = what_is_at(place, file)
            if there is There.ANOTHER and not self._way.overwrites:
                raise FileExistsError(errno.EEXIST, "another file has this name")
            return self._judged(place, file, there)
        self._bars.advance(1, file["size"])
        return []

    def _judged(self, place: bytes, file: File, there: There) -> list[Wanted]:
        """Return a file when it is to be brought, and else count it."""
        if there is not There.ITSELF and not self._way.is_dry:
            return [Wanted(place, file, there)]
        self._count(file, there)
        self._bars.advance(1, file["size"])
        return []

    def _bring(self, path: str, urls: dict[str, str], wanted: Wanted) -> None:
        file = wanted.file
        with self._listing(file):
            addresses = self._addresses(path, file, urls)
            try:
                self._fetcher.fetch(wanted.place, file, addresses)
            except _Erased:
                self._name(file)
            else:
                self._count(file, wanted.there)
        self._bars.advance(1, file["size"])

    def _addresses(self, path: str, file: File, first: dict[str, str]) -> Iterator[str]:
        """Yield a URL for each try: one lives for minutes only."""
        urls = first
        while True:
            if file["sha256"] in self._erased:
                raise _Erased
            yield urls[file["sha256"]]
            urls = self._urls(path, [file])

    def _name(self, file: File) -> None:
        """Name a file that was erased since it was listed; who did it, the service tells later."""
        named = NotThere(file["path"], "erased", self._erased[file["sha256"]], "")
        with self._lock:
            self.report.not_there.append(named)

    def _count(self, file: File, there: There) -> None:
        with self._lock:
            self.report.files_restored += 1
            self.report.bytes_restored += file["size"]
            self.report.files_there += there is There.ITSELF
            self.report.bytes_there += file["size"] if there is There.ITSELF else 0
            self.report.files_replaced += there is There.ANOTHER

    @contextmanager
    def _listing(self, file: File) -> Iterator[None]:
        """List a file that something is wrong with; the others go on."""
        try:
            yield
        except ValueError as error:
            self._leave_out(file, "unsafe-path", str(error))
        except FileExistsError as error:
            self._leave_out(file, "exists", str(error.strerror))
        except Damaged as error:
            self._leave_out(file, "damaged", str(error))
        except OSError as error:
            self._leave_out(file, "not-writable", str(error.strerror))
        except (Unreachable, Refused) as error:
            self._leave_out(file, error.code, str(error))

    def _leave_out(self, file: File, code: str, reason: str) -> None:
        with self._lock:
            self.report.exceptions.append(Exception_(file["path"], code, reason))


def _named(told: dict[str, str]) -> NotThere:
    return NotThere(told["path"], told["reason"], told["at"], told["by"])


def _newest(files: Iterator[File]) -> list[File]:
    """Return each path once: a page may bring a newer backup of one that came before."""
    newest: dict[str, File] = {}
    for each in files:
        known = newest.get(each["path"])
        if known is None or known["backed_up_at"] <= each["backed_up_at"]:
            newest[each["path"]] = each
    return list(newest.values())


def _ended(futures: list[Future[None]]) -> None:
    for each in futures:
        each.result()


def _by(count: int, files: list[File]) -> Iterator[list[File]]:
    for start in range(0, len(files), count):
        yield files[start : start + count]
