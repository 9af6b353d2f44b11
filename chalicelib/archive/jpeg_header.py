"""The size of a JPEG picture from its frame header (ITU-T T.81, B.2.2).  No decoding."""

from __future__ import annotations

from chalicelib.archive.facts import Facts, Flag, Kind

_STANDALONE = {0x01, *range(0xD0, 0xD9)}  # TEM, RST0-7, SOI: no length follows
_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # SOF0-15 without DHT, JPG, DAC
_START_OF_SCAN, _END_OF_IMAGE, _FILL = 0xDA, 0xD9, 0xFF


class _Cut(Exception):
    """The bytes at hand end before the frame header does."""


def is_jpeg(start: bytes) -> bool:
    return start[:3] == b"\xff\xd8\xff"


def facts(start: bytes, size_bytes: int) -> tuple[Facts, bool]:
    """Return the facts in *start*, and whether more bytes could not add any."""
    nothing = Facts(kind=Kind.JPEG)
    try:
        frame = _frame(start)
    except _Cut:
        is_over = len(start) >= size_bytes
        return (nothing.flagged(Flag.TRUNCATED) if is_over else nothing), is_over
    if frame is None:
        return nothing.flagged(Flag.UNREADABLE_HEADER), True
    _, width, height = frame
    return Facts(kind=Kind.JPEG, width=width, height=height or None), True


def precision(start: bytes) -> int | None:
    """Return how many bits a sample has, as far as *start* says it."""
    try:
        frame = _frame(start)
    except _Cut:
        return None
    return frame[0] if frame else None


def _frame(start: bytes) -> tuple[int, int, int] | None:
    """
    Return (precision, width, height) from the first frame header, or None if there is none.

    Each step goes forward, so it ends.  Raises _Cut.
    """
    place = 2
    while place + 4 <= len(start):
        marker = start[place + 1]
        length = int.from_bytes(start[place + 2 : place + 4])
        if start[place] != 0xFF or marker in {0x00, _START_OF_SCAN, _END_OF_IMAGE}:
            return None
        if marker == _FILL:
            place += 1
        elif marker in _STANDALONE:
            place += 2
        elif length < 2:
            return None
        elif marker in _FRAMES:
            return _read(start[place + 4 : place + 2 + length], length)
        else:
            place += 2 + length
    raise _Cut


def _read(frame: bytes, length: int) -> tuple[int, int, int] | None:
    """Read sample precision (1 byte), lines (2) and samples a line (2)."""
    if length < 7:
        return None
    if len(frame) < 5:
        raise _Cut
    return frame[0], int.from_bytes(frame[3:5]), int.from_bytes(frame[1:3])
