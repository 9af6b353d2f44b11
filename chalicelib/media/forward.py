"""
What pycdlib writes to, so that a disc's image comes out front to back.

pycdlib goes to and fro while it writes folders, and puts the end of UDF before the files.  All
that is kept until the first file comes; files come in the order in which they lie.
"""

from __future__ import annotations

import io
from typing import Protocol

PIECE_BYTES = 1 << 20


class Sink(Protocol):
    """Where an image goes: it takes bytes, and never goes back."""

    def write(self, data: bytes, /) -> object: ...


class Forward(io.RawIOBase):
    """
    A file that may be written anywhere before *files_at* and from *end_at* on, and else in order.

    Args:
        start: What comes before was written earlier, and is left out.
    """

    def __init__(self, into: Sink, files_at: int, end_at: int, size: int, start: int = 0) -> None:
        super().__init__()
        self._into, self._start, self._size = into, start, size
        self._front, self._end = bytearray(files_at), bytearray(size - end_at)
        self._files_at, self._end_at = files_at, end_at
        self._here = 0  # where pycdlib is
        self._done = 0  # how far the image has come

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._here

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._here = (
            offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._here, io.SEEK_END: self._size}[whence]
        )
        return self._here

    def write(self, data: bytes) -> int:  # type: ignore[override]  # bytes are all it is given
        end = self._here + len(data)
        if self._here >= self._end_at:
            self._end[self._here - self._end_at : end - self._end_at] = data
        elif self._here < self._files_at:
            self._keep(data, end)
        else:
            self._reach(self._here)
            self._send(data)
        self._here = end
        return len(data)

    def finish(self) -> None:
        """Write what is left to write."""
        self._reach(self._end_at)
        self._send(bytes(self._end))

    def _keep(self, data: bytes, end: int) -> None:
        if self._done or end > self._files_at:
            raise ValueError(f"written out of order, at {self._here} of {self._size}")
        self._front[self._here : end] = data

    def _reach(self, place: int) -> None:
        """Write what is kept, and zeros, up to *place*."""
        if not self._done:
            self._send(bytes(self._front))
            self._front = bytearray()
        if place < self._done:
            raise ValueError(f"written out of order, at {place} of {self._size}")
        while self._done < place:
            self._send(bytes(min(place - self._done, PIECE_BYTES)))

    def _send(self, data: bytes) -> None:
        skipped = min(max(self._start - self._done, 0), len(data))
        self._done += len(data)
        if skipped < len(data):
            self._into.write(data[skipped:])
