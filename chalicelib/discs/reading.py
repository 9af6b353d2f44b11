"""Stored objects as files: their beginnings fetched ahead, their content in large pieces."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO, cast

from chalicelib import buckets
from chalicelib.media.model import File
from chalicelib.offline.model import some_at_a_time

HEAD_BYTES = 128 << 10
PIECE_BYTES = 8 << 20
AT_ONCE = 16

Reader = Callable[[int, int], bytes]


def opened(target_id: str, file: File, head: bytes = b"") -> BinaryIO:
    """Begin to read a stored file of which *head* is known; what is not there has no bytes."""
    key = buckets.object_key(target_id, file.sha256)

    def read(offset: int, length: int) -> bytes:
        return buckets.piece(key, offset, length)

    return cast(BinaryIO, io.BufferedReader(_Ranges(read, file.size, head), HEAD_BYTES))


def heads(target_id: str, files: Iterable[File]) -> Iterator[tuple[File, bytes]]:
    """Yield each file with its beginning, some of which are fetched at once."""

    def head(file: File) -> bytes:
        key = buckets.object_key(target_id, file.sha256)
        return buckets.piece(key, 0, min(file.size, HEAD_BYTES)) if file.size else b""

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for some in some_at_a_time(files, AT_ONCE):
            yield from zip(some, pool.map(head, some), strict=True)


class _Ranges(io.RawIOBase):
    """A file whose bytes come by ranges; the one fetched last is kept."""

    name = ""  # pydicom asks every buffered file for one

    def __init__(self, read: Reader, size: int, head: bytes) -> None:
        super().__init__()
        self._read, self._size = read, size
        self._begin, self._kept = 0, head
        self._here = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._here

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._here, io.SEEK_END: self._size}[whence]
        self._here = max(base + offset, 0)
        return self._here

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]  # what a reader gives
        if self._here >= self._size:
            return 0
        at = self._here - self._begin
        if not 0 <= at < len(self._kept):
            length = min(PIECE_BYTES, self._size - self._here)
            self._begin, self._kept, at = self._here, self._read(self._here, length), 0
        given = self._kept[at : at + len(buffer)]
        buffer[: len(given)] = given
        self._here += len(given)
        return len(given)
