"""
One file from storage: written beside its place, its SHA-256 checked, and only then named.

A large one that was cut off goes on where it stopped.  What is kept of it is believed only once the
checksum of the whole proves it right; else it comes anew.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from io import FileIO

from hokan_agent.download.places import File
from hokan_agent.errors import Interrupted, Paused, Refused, Unreachable
from hokan_agent.upload.sending import is_worth_another_try
from hokan_agent.wire.pacing import BLOCK_BYTES, Pacing
from hokan_agent.wire.web import TRIES, Web, go_on, pause

BLOCKS = 16  # of 16 KB, as libcurl gives them: hashed and written in one go
KEPT_BYTES = 8 * 2**20  # smaller files come anew: it costs less than leaving parts about
NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS})
FLAGS = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
WHOLE, PART, NO_SUCH_PART = 200, 206, 416


class Damaged(Exception):
    """What arrived is not what was stored."""


class Fetcher:
    """
    Brings files to their places.

    Args:
        overwrites: Whether a file replaces another one in its place.
    """

    def __init__(self, web: Web, *, overwrites: bool = False) -> None:
        self._web, self._overwrites = web, overwrites

    def fetch(self, place: bytes, file: File, urls: Iterator[str]) -> None:
        """
        Bring *file* to *place*; every try, also after a pause, takes another of *urls*.

        Raises:
            Damaged: What arrives is not what was stored.
            FileExistsError: Another file came to its place meanwhile.
            OSError, Refused, Unreachable: It cannot be written, or not be had.
        """
        part, attempt = part_of(place), 0
        while True:
            self._web.pacing.wait()
            go_on()
            before = _arrived(part, file)
            try:
                self._tried(part, place, file, next(urls))
            except Paused:
                continue
            except (Damaged, Unreachable, Refused) as failure:
                moved = _arrived(part, file) - before >= KEPT_BYTES
                attempt = 0 if moved else attempt + 1  # a line that breaks often still moves
                if attempt == TRIES or not _is_passing(failure, attempt - 1):
                    raise
                pause(attempt)
            else:
                return

    def _tried(self, part: bytes, place: bytes, file: File, url: str) -> None:
        try:
            self._download(part, file, url)
            self._name(part, place)
        except (Unreachable, Refused, Interrupted, Paused):
            if file["size"] < KEPT_BYTES:
                _removed(part)
            raise
        except BaseException:
            _removed(part)
            raise

    def _download(self, part: bytes, file: File, url: str) -> None:
        with _writable(part) as output:
            arriving = Arriving(file, output, self._web.pacing)
            if arriving.wanted:
                try:
                    self._web.fetch(url, arriving.headers, arriving)
                finally:
                    arriving.flush()
            if arriving.digest.hexdigest() != file["sha256"]:
                raise Damaged("what arrived does not match its checksum")
            os.fsync(output.fileno())

    def _name(self, part: bytes, place: bytes) -> None:
        """Give a verified file its name; without *overwrites*, only where nothing has it."""
        if self._overwrites:
            os.replace(part, place)  # noqa: PTH105 - bytes
            return
        try:
            os.link(part, place)  # unlike a rename, it never replaces what is there
        except OSError as error:
            if error.errno not in NO_LINKS:
                raise
            _renamed(part, place)
        else:
            _removed(part)


class Arriving:
    """
    A file as it arrives, after what an earlier try left of it; small ones begin anew.

    Attributes:
        digest: SHA-256 of what is there.
    """

    def __init__(self, file: File, output: FileIO, pacing: Pacing) -> None:
        self._file, self._output, self._pacing = file, output, pacing
        self.digest = hashlib.sha256()
        self._blocks: list[bytes] = []
        self._arrived = os.fstat(output.fileno()).st_size
        if self._arrived and (file["size"] < KEPT_BYTES or self._arrived > file["size"]):
            output.truncate(0)
            self._arrived = 0
        if self._arrived:
            while block := output.read(BLOCK_BYTES):
                go_on()
                self.digest.update(block)

    @property
    def wanted(self) -> int:
        """How many bytes have not arrived."""
        return int(self._file["size"]) - self._arrived

    @property
    def headers(self) -> dict[str, str]:
        return {"Range": f"bytes={self._arrived}-"} if self._arrived else {}

    def begin(self, status: int) -> None:
        """Take what comes as the rest, or as the whole; raises Refused."""
        if self._arrived and status in {WHOLE, NO_SUCH_PART}:
            self._output.seek(0)
            self._arrived, self.digest = 0, hashlib.sha256()
        if status != (PART if self._arrived else WHOLE):
            raise Refused(status, "storage-refused", "storage did not give the file")

    def write(self, block: bytes) -> None:
        """Take a block as fast as is allowed; raises Damaged, Interrupted, Paused."""
        go_on()
        self._pacing.pay(len(block))
        self._arrived += len(block)
        if self._arrived > self._file["size"]:
            raise Damaged("more arrived than was stored")
        self._blocks.append(block)
        if len(self._blocks) == BLOCKS:
            self.flush()

    def flush(self) -> None:
        """Write what has arrived."""
        blocks, self._blocks = b"".join(self._blocks), []
        self.digest.update(blocks)
        _write(self._output, blocks)


def part_of(place: bytes) -> bytes:
    """Return where a file is until it is whole."""
    folder = os.path.dirname(place)  # noqa: PTH120 - bytes
    return folder + f"/.hokan-{hashlib.blake2s(place, digest_size=8).hexdigest()}.part".encode()


def _writable(part: bytes) -> FileIO:
    """Open a part to go on with; a link or a pipe in its place is not written to."""
    try:
        descriptor = os.open(part, FLAGS, 0o666)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(part), exist_ok=True)  # noqa: PTH103, PTH120 - bytes
        descriptor = os.open(part, FLAGS, 0o666)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise FileExistsError(errno.EEXIST, "something has the name of its part")
    return FileIO(descriptor, "r+b")


def _write(output: FileIO, blocks: bytes) -> None:
    """Write all of *blocks*: a disk that fills takes some, and then says so."""
    left = memoryview(blocks)
    while left:
        left = left[output.write(left) :]


def _is_passing(failure: Damaged | Unreachable | Refused, attempt: int) -> bool:
    return isinstance(failure, Damaged) or is_worth_another_try(failure, attempt)


def _renamed(part: bytes, place: bytes) -> None:
    """Name a file where there are no hard links: a disk of another system, a network drive."""
    if os.path.lexists(place):
        raise FileExistsError(errno.EEXIST, "another file is there")
    os.rename(part, place)  # noqa: PTH104 - bytes


def _removed(part: bytes) -> None:
    with suppress(FileNotFoundError):
        os.unlink(part)  # noqa: PTH108 - bytes


def _arrived(part: bytes, file: File) -> int:
    """Return how much of a file is kept of earlier tries: of a small one nothing is."""
    if file["size"] < KEPT_BYTES:
        return 0
    try:
        return os.lstat(part).st_size
    except FileNotFoundError:
        return 0
