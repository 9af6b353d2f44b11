"""Reading a stream to the end of what was asked for: one from a network gives less at a time."""

from __future__ import annotations

from collections.abc import Callable


def exactly(read: Callable[[int], bytes], size: int) -> bytes:
    """Return *size* bytes, or what is left of the stream."""
    pieces = []
    while size and (piece := read(size)):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)
