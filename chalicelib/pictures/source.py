"""An object's bytes: the beginning at hand, the rest by ranges, and never too much of it."""

from __future__ import annotations

from chalicelib.archive.inspection import Read
from chalicelib.pictures.model import NotShown, Reason

FIRST_BYTES = 4 << 20  # most objects whole, in one request
HEADER_BYTES = 16 << 20  # where each of a thousand frames is described, the description is long
MOST_BYTES = 64 << 20  # at hand at once: a frame of 33 million pixels of 16 bits


class Source:
    """
    Reads one object.

    Attributes:
        start: The bytes at hand, from the first one on.
    """

    def __init__(self, read: Read, size_bytes: int) -> None:
        self._read = read
        self.size_bytes = size_bytes
        self.start = b""

    def grow(self, length: int) -> bool:
        """Have *length* bytes at hand, or all there are; tell whether that was more than before."""
        length = min(length, self.size_bytes)
        if length <= len(self.start):
            return False
        self.start = self._read(0, length)
        return True

    def at(self, offset: int, length: int) -> bytes:
        """
        Return exactly *length* bytes from *offset* on.

        Raises:
            NotShown: They are more than we take, or not there.
        """
        if length > MOST_BYTES:
            raise NotShown(Reason.TOO_LARGE)
        end = offset + length
        if offset < 0 or length < 0 or end > self.size_bytes:
            raise NotShown(Reason.TRUNCATED)
        if end <= len(self.start):
            return self.start[offset:end]
        found = self._read(offset, length)
        if len(found) < length:
            raise NotShown(Reason.TRUNCATED)
        return found

    def whole(self) -> bytes:
        """Return all of it; raises NotShown."""
        if self.size_bytes > MOST_BYTES:
            raise NotShown(Reason.TOO_LARGE)
        self.grow(self.size_bytes)
        if len(self.start) < self.size_bytes:
            raise NotShown(Reason.TRUNCATED)
        return self.start
