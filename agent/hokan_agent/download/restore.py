"""
Files back into a folder, on a grant of the facility's staff.

Each is written under another name, its SHA-256 checked, and only then given its own.  What is
there already is never overwritten.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO

from hokan_agent.errors import AgentError, Paused, Refused, Unreachable
from hokan_agent.progress import FETCH, LIST, Progress, Silent
from hokan_agent.report import Exception_, RestoreReport
from hokan_agent.sources.paths import from_wire
from hokan_agent.upload.sending import is_worth_another_try
from hokan_agent.wire.pacing import Pacing
from hokan_agent.wire.service import Service
from hokan_agent.wire.web import TRIES, Web, go_on, pause

URLS_A_REQUEST = 100
File = dict[str, Any]  # as POST /restores/{id}/files lists it


class Damaged(Exception):
    """What arrived is not what was stored."""


class Restore:
    """One restore."""

    def __init__(
        self,
        web: Web,
        service: Service,
        *,
        workers: int,
        bars: Progress | None = None,
    ) -> None:
        self._web, self._service = web, service
        self._workers = workers
        self._bars: Progress = bars or Silent()
        self._lock = Lock()
        self.report = RestoreReport()

    def run(self, restore_id: str, into: Path) -> None:
        """Bring every file of the grant into *into*; fills the report."""
        path = f"/restores/{restore_id}"
        self._bars.phase(LIST)
        files = _newest(self._listed(path))
        root = _made(into)
        self._bars.phase(FETCH)
        self._bars.expect(len(files), sum(each["size"] for each in files))
        with ThreadPoolExecutor(self._workers) as workers:
            for some in _by(URLS_A_REQUEST, files):
                bring = partial(self._bring, path, root, self._urls(path, some))
                list(workers.map(bring, some))
        left_out = len(self.report.exceptions)
        said = {"restored": self.report.files_restored, "failed": left_out}
        if not left_out:  # with something left out, the grant stays good for another try
            self._service.post(f"{path}/finish", said)

    def _listed(self, path: str) -> Iterator[File]:
        cursor = None
        while True:
            page = self._service.post(f"{path}/files", {"cursor": cursor})
            yield from page["items"]
            cursor = page["cursor"]
            if cursor is None:
                return

    def _urls(self, path: str, files: list[File]) -> dict[str, str]:
        wanted = sorted({each["sha256"] for each in files})
        told = self._service.post(f"{path}/urls", {"sha256": wanted})["urls"]
        return {each["sha256"]: each["url"] for each in told}

    def _bring(self, path: str, root: bytes, urls: dict[str, str], file: File) -> None:
        """Bring one file; whatever is wrong with it, the others go on."""
        self._web.pacing.wait()
        go_on()
        try:
            place = _place(root, file["path"])
            if not _is_there(place, file):
                self._fetch(path, place, file, urls[file["sha256"]])
        except ValueError as error:
            self._leave_out(file, "unsafe-path", str(error))
        except FileExistsError:
            self._leave_out(file, "exists", "another file has this name")
        except Damaged as error:
            self._leave_out(file, "damaged", str(error))
        except OSError as error:
            self._leave_out(file, "not-writable", str(error.strerror))
        except (Unreachable, Refused) as error:
            self._leave_out(file, error.code, str(error))
        else:
            with self._lock:
                self.report.files_restored += 1
                self.report.bytes_restored += file["size"]
        self._bars.advance(1, file["size"])

    def _leave_out(self, file: File, code: str, reason: str) -> None:
        with self._lock:
            self.report.exceptions.append(Exception_(file["path"], code, reason))

    def _fetch(self, path: str, place: bytes, file: File, url: str) -> None:
        """Download, verify, name; what a pause stopped begins anew after it."""
        while True:
            try:
                self._tried(path, place, file, url)
            except Paused:
                self._web.pacing.wait()
                url = self._urls(path, [file])[file["sha256"]]
            else:
                return

    def _tried(self, path: str, place: bytes, file: File, url: str) -> None:
        """Download; every try gets a URL of its own."""
        for attempt in range(TRIES):
            if attempt:
                pause(attempt - 1)
                url = self._urls(path, [file])[file["sha256"]]
            try:
                self._download(place, file, url)
            except Damaged as error:
                failure: Exception = error
            except (Unreachable, Refused) as error:
                if not is_worth_another_try(error, attempt):
                    raise
                failure = error
            else:
                return
        raise failure

    def _download(self, place: bytes, file: File, url: str) -> None:
        folder = os.path.dirname(place)  # noqa: PTH120 - bytes
        os.makedirs(folder, exist_ok=True)  # noqa: PTH103 - bytes
        name = hashlib.blake2s(place, digest_size=8).hexdigest()
        part = folder + f"/.hokan-{name}.part".encode()
        try:
            with open(part, "wb") as output:  # noqa: PTH123 - bytes
                self._copy(url, file, output)
            os.link(part, place)  # unlike a rename, it never replaces what is there
        finally:
            os.unlink(part)  # noqa: PTH108 - bytes

    def _copy(self, url: str, file: File, output: BinaryIO) -> None:
        response = self._web.request("GET", url, stream=True)
        try:
            if response.status != 200:
                raise Refused(response.status, "storage-refused", "storage did not give the file")
            digest = hashlib.sha256()
            for block in _blocks(response, self._web.pacing):
                digest.update(block)
                output.write(block)
        finally:
            response.close()  # what was not read to its end is no connection to use again
            response.release_conn()
        if digest.hexdigest() != file["sha256"]:
            raise Damaged("what arrived does not match its checksum")
        output.flush()
        os.fsync(output.fileno())


def _blocks(response: Any, pacing: Pacing) -> Iterator[bytes]:
    """Yield a body as fast as is allowed; raises Paused, Unreachable."""
    import urllib3

    try:
        # As stored: a Content-Encoding that somebody's upload brought along is not ours to undo.
        while block := response.read(pacing.block(), decode_content=False):
            go_on()
            pacing.pay(len(block))
            yield block
    except urllib3.exceptions.HTTPError:
        raise Unreachable("the line broke in the middle of a file") from None


def _newest(files: Iterator[File]) -> list[File]:
    """Return each path once: a page may bring a newer backup of one that came before."""
    newest: dict[str, File] = {}
    for each in files:
        known = newest.get(each["path"])
        if known is None or known["backed_up_at"] <= each["backed_up_at"]:
            newest[each["path"]] = each
    return list(newest.values())


def _made(into: Path) -> bytes:
    """Return the folder restored into, made if need be."""
    try:
        into.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AgentError(f"{into} cannot be made: {error.strerror}") from None
    return os.path.realpath(os.fsencode(into))


def _place(root: bytes, path: str) -> bytes:
    """Return where a file goes; raises ValueError when that is outside *root*."""
    place = root + b"/" + from_wire(path)
    folder = os.path.realpath(os.path.dirname(place))  # noqa: PTH120 - bytes
    if folder != root and not folder.startswith(root + b"/"):
        raise ValueError("a link in the folder leads out of it")
    return place


def _is_there(place: bytes, file: File) -> bool:
    """Whether the very file is there already; raises FileExistsError when another one is."""
    try:
        descriptor = os.open(place, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return False
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise FileExistsError(errno.EEXIST, "a link is there") from None
        raise
    with os.fdopen(descriptor, "rb") as there:
        same_size = os.fstat(there.fileno()).st_size == file["size"]
        if same_size and hashlib.file_digest(there, "sha256").hexdigest() == file["sha256"]:
            return True
    raise FileExistsError(errno.EEXIST, "another file is there")


def _by(count: int, files: list[File]) -> Iterator[list[File]]:
    for start in range(0, len(files), count):
        yield files[start : start + count]
