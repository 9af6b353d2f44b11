"""The size of a JPEG picture from its frame header (ITU-T T.81, B.2.2).  No decoding."""

from __future__ import annotations

from chalicelib.archive.facts import Facts, Flag, Kind

_STANDALONE = {0x01, *range(0xD0, 0xD9)}  # TEM, RST0-7, SOI: no length follows
_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # SOF0-15 without DHT, JPG, DAC
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9


def is_jpeg(start: bytes) -> bool:
    return start[:3] == b"\xff\xd8\xff"


def facts(start: bytes, size_bytes: int) -> tuple[Facts, bool]:
    """Return the facts in *start*, and whether more bytes could not add any."""
    found = _frame_size(start)
    if found is not None:
        width, height = found
        return Facts(kind=Kind.JPEG, width=width, height=height), True
    if _could_go_on(start) and len(start) < size_bytes:
        return Facts(kind=Kind.JPEG, flags=(Flag.UNREADABLE_HEADER.value,)), False
    flag = Flag.TRUNCATED if _could_go_on(start) else Flag.UNREADABLE_HEADER
    return Facts(kind=Kind.JPEG, flags=(flag.value,)), True


def _frame_size(start: bytes) -> tuple[int, int] | None:
    """Return (width, height) from the first frame header, or None."""
    for marker, place, length in _segments(start):
        if marker in _FRAMES and length >= 7 and place + 7 <= len(start):
            height = int.from_bytes(start[place + 3 : place + 5])
            width = int.from_bytes(start[place + 5 : place + 7])
            return width, height
    return None


def _segments(start: bytes) -> list[tuple[int, int, int]]:
    """Return (marker, place of its length field, length); each step goes forward, so it ends."""
    found, place = [], 2
    while place + 4 <= len(start) and start[place] == 0xFF:
        marker = start[place + 1]
        if marker == 0xFF:  # fill byte
            place += 1
            continue
        if marker in _STANDALONE:
            place += 2
            continue
        if marker in {_START_OF_SCAN, _END_OF_IMAGE}:
            break
        length = int.from_bytes(start[place + 2 : place + 4])
        if length < 2:
            break
        found.append((marker, place + 2, length))
        place += 2 + length
    return found


def _could_go_on(start: bytes) -> bool:
    """Whether *start* ends inside or right after a sound segment."""
    segments = _segments(start)
    if not segments:
        return len(start) < 6
    _, place, length = segments[-1]
    return place + length + 4 > len(start)
