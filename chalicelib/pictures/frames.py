"""
Where the frames of a DICOM object are (PS3.5, A.4): computed, or found among fragments.

Offsets and lengths are what somebody wrote: each is held against the object before it is used.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise

import msgspec

from chalicelib.archive.dicom_elements import ITEM, SEQUENCE_END
from chalicelib.pictures.dicom_pixels import Pixels
from chalicelib.pictures.model import NotShown, Reason
from chalicelib.pictures.source import MOST_BYTES, Source

MOST_FRAGMENTS = 100_000  # an hour of film
WORDS = {2: "H", 4: "I", 8: "Q"}  # array's names for numbers of so many bytes
ITEM_HEAD = struct.Struct("<HHL")
STARTS = (b"\xff\xd8\xff", b"\xff\x4f\xff\x51", b"\0\0\0\x0cjP  ")  # JPEG, JPEG 2000, and its file


class Native(msgspec.Struct, frozen=True):
    """
    Frames without compression: one after the other.

    Attributes:
        count: So many are there, whatever the object says.
    """

    pixels: Pixels
    count: int

    def __getitem__(self, number: int) -> bytes:
        """Return the bytes that frame *number* has a part in, little endian; raises NotShown."""
        bits, value = self.pixels.frame_bits, self.pixels.head.value
        begin, end = number * bits // 8, -(-(number + 1) * bits // 8)
        unit = _swapped_bytes(self.pixels)
        if unit == 1:
            return self.pixels.source.at(value + begin, end - begin)
        first, last = begin // unit * unit, -(-end // unit) * unit
        words = array(WORDS[unit], self.pixels.source.at(value + first, last - first))
        words.byteswap()
        return words.tobytes()[begin - first : end - first]


def _swapped_bytes(pixels: Pixels) -> int:
    """Return how many bytes are written the other way round; of OW two, whatever a sample has."""
    if not pixels.encoding.is_big_endian:
        return 1
    return max(2 if pixels.head.vr == b"OW" else 1, pixels.cells.allocated // 8)


class Encapsulated(msgspec.Struct, frozen=True):
    """
    Compressed frames, each of one fragment or several.

    Attributes:
        starts: The place of each frame's first fragment.
        end: The place after the last frame, or after more than it has.
    """

    source: Source
    starts: Sequence[int]
    end: int

    @property
    def count(self) -> int:
        return len(self.starts)

    def __getitem__(self, number: int) -> bytes:
        """Return frame *number*, its fragments joined; raises NotShown."""
        begin = self.starts[number]
        end = self.end if number + 1 == self.count else self.starts[number + 1]
        if end - begin > MOST_BYTES:
            return self._fragment(begin)
        data = self.source.at(begin, end - begin)
        return b"".join(data[place : place + length] for place, length in fragments(data))

    def _fragment(self, place: int) -> bytes:
        """Return one fragment: of a frame whose end nobody tells, it is all, or nearly so."""
        length = _item_length(self.source, place)
        return self.source.at(place + ITEM_HEAD.size, length)


Frames = Native | Encapsulated


def frames_of(pixels: Pixels) -> Frames:
    """Return the frames of an object; raises NotShown when not even one is there."""
    if pixels.is_encapsulated:
        return _encapsulated(pixels)
    value_bits = 8 * min(pixels.head.length, pixels.source.size_bytes - pixels.head.value)
    there = value_bits // pixels.frame_bits
    if there < 1:
        raise NotShown(Reason.TRUNCATED)
    return Native(pixels, min(pixels.frames, there))


def fragments(data: bytes | memoryview) -> Iterator[tuple[int, int]]:
    """
    Yield place and length of each fragment's value, to the mark after the last one.

    Raises:
        NotShown: A fragment goes on past the end, or something else stands there.
    """
    place = 0
    while place < len(data):
        if place + ITEM_HEAD.size > len(data):
            raise NotShown(Reason.TRUNCATED)
        group, element, length = ITEM_HEAD.unpack_from(data, place)
        tag = group << 16 | element
        if tag == SEQUENCE_END:
            return
        if tag != ITEM:
            raise NotShown(Reason.UNDECODABLE)
        place += ITEM_HEAD.size
        if place + length > len(data):
            raise NotShown(Reason.TRUNCATED)
        yield place, length
        place += length


def _encapsulated(pixels: Pixels) -> Encapsulated:
    source = pixels.source
    table, first = _offset_table(source, pixels.head.value)
    extended = _in_whole(pixels.offsets, 8)
    offsets = array("Q", extended) if extended else array("I", table)
    if source.size_bytes > MOST_BYTES:
        starts = _told(offsets, pixels, first) or [first]
        return Encapsulated(source, starts, source.size_bytes)
    found = _found(source.whole(), first)
    starts = _grouped(found, source.start, offsets, pixels.frames)
    return Encapsulated(source, starts, sum(found[-1]))


def _offset_table(source: Source, place: int) -> tuple[bytes, int]:
    """Return the basic offset table and the place of the first fragment; raises NotShown."""
    length = _item_length(source, place)
    if length > 4 * MOST_FRAGMENTS:
        raise NotShown(Reason.TRUNCATED if length > source.size_bytes else Reason.TOO_LARGE)
    place += ITEM_HEAD.size
    return _in_whole(source.at(place, length), 4), place + length


def _item_length(source: Source, place: int) -> int:
    """Return how long the item at *place* says it is; raises NotShown when none is there."""
    group, element, length = ITEM_HEAD.unpack(source.at(place, ITEM_HEAD.size))
    if group << 16 | element != ITEM:
        raise NotShown(Reason.UNDECODABLE)
    return int(length)


def _in_whole(table: bytes, entry_bytes: int) -> bytes:
    return table[: len(table) // entry_bytes * entry_bytes]


def _told(offsets: Sequence[int], pixels: Pixels, first: int) -> list[int]:
    """Return where frames begin as a table has it, if it can be so."""
    starts = [first + each for each in offsets]
    is_rising = all(low < high for low, high in pairwise(starts))
    if not starts or starts[0] != first or not is_rising:
        return []
    return starts if starts[-1] < pixels.source.size_bytes else []


def _found(data: bytes, first: int) -> list[tuple[int, int]]:
    """Return the fragments that are there whole; raises NotShown when there is none."""
    found: list[tuple[int, int]] = []
    try:
        for place, length in islice(fragments(memoryview(data)[first:]), MOST_FRAGMENTS):
            found.append((first + place, length))
    except NotShown:
        if not found:
            raise
    if not found:
        raise NotShown(Reason.NO_PICTURE)
    return found


def _grouped(
    found: list[tuple[int, int]], data: bytes, offsets: Sequence[int], frames: int
) -> list[int]:
    """Return where frames begin among fragments: one each, as a table says, or as they look."""
    heads = [place - ITEM_HEAD.size for place, _ in found]
    if frames == 1:
        return heads[:1]
    if len(heads) <= frames:
        return heads
    told = [heads[0] + each for each in offsets]
    if len(told) == frames and told[0] == heads[0] and set(told) <= set(heads):
        return sorted(told)
    by_look = [place - ITEM_HEAD.size for place, _ in found if data.startswith(STARTS, place)]
    return by_look[:frames] or heads[:1]
