"""
How a DICOM object's pixels are written, and how they are to be shown (PS3.3, C.7.6.3 and C.11).

Whatever an object says of itself, this is a description: nothing is believed before there are
bytes for it.
"""

from __future__ import annotations

import math
import re

import msgspec

from chalicelib.archive.dicom_elements import UNDEFINED, Encoding, End, Head
from chalicelib.archive.dicom_header import Header, header_of
from chalicelib.pictures.model import NotShown, Reason
from chalicelib.pictures.source import FIRST_BYTES, HEADER_BYTES, MOST_BYTES, Source

SAMPLES, PHOTOMETRIC, PLANAR = 0x00280002, 0x00280004, 0x00280006
FRAMES, ROWS, COLUMNS = 0x00280008, 0x00280010, 0x00280011
ALLOCATED, STORED, HIGH, SIGNED = 0x00280100, 0x00280101, 0x00280102, 0x00280103
CENTRE, WIDTH, INTERCEPT, SLOPE = 0x00281050, 0x00281051, 0x00281052, 0x00281053
DESCRIPTORS, TABLES = (0x00281101, 0x00281102, 0x00281103), (0x00281201, 0x00281202, 0x00281203)
SEGMENTED = (0x00281221, 0x00281222, 0x00281223)
OFFSETS = 0x7FE00001  # of frames, in 64 bits
FLOATS, DOUBLES = 0x7FE00008, 0x7FE00009
WANTED = {SAMPLES, PHOTOMETRIC, PLANAR, FRAMES, ROWS, COLUMNS, ALLOCATED, STORED, HIGH, SIGNED} | {
    *(CENTRE, WIDTH, INTERCEPT, SLOPE, *DESCRIPTORS, *TABLES, *SEGMENTED, OFFSETS),
}
VALUE_BYTES = 1 << 20  # a table of colours has 128 KiB, one of offsets 8 bytes a frame
CELLS = {1, 8, 16, 32}  # bits a sample may be allocated
DISCRETE, LINEAR = 0, 1  # kinds of segments
FLOAT_CELLS = {FLOATS: 32, DOUBLES: 64}
_DIGITS = re.compile(r"[0-9]{1,10}")


class Cells(msgspec.Struct, frozen=True):
    """
    How a sample stands in its cell.

    Attributes:
        allocated, stored, high: Bits of a cell, those that count, and the highest of them.
        is_float: Each is a number of IEEE 754.
    """

    allocated: int
    stored: int
    high: int
    is_signed: bool
    is_float: bool = False


class Shades(msgspec.Struct, frozen=True):
    """
    What greys stand for (PS3.3, C.11.1 and C.11.2).

    Attributes:
        window: Centre and width, if one is given.
        is_inverted: The smallest value is white.
    """

    slope: float
    intercept: float
    window: tuple[float, float] | None
    is_inverted: bool


class Palette(msgspec.Struct, frozen=True):
    """
    Colours by index.

    Attributes:
        first: The index that the first entry is for.
        red, green, blue: 8 bits an entry.
    """

    first: int
    red: bytes
    green: bytes
    blue: bytes


class Pixels(msgspec.Struct, frozen=True):
    """
    Attributes:
        source: What *head* and *offsets* count from; the inflated data set of a deflated object.
        by_plane: All red samples come before all green ones.
        frames: So many, says the object.
        offsets: Where each begins, as the extended table says; empty where there is none.
    """

    source: Source
    encoding: Encoding
    syntax: str | None
    head: Head
    rows: int
    columns: int
    samples: int
    photometric: str
    by_plane: bool
    frames: int
    cells: Cells
    shades: Shades
    palette: Palette | None
    offsets: bytes

    @property
    def is_encapsulated(self) -> bool:
        return self.head.length == UNDEFINED

    @property
    def frame_bits(self) -> int:
        """Of an uncompressed frame.  Of 4:2:2 colours two pixels share one Cb and one Cr."""
        samples = 2 if self.photometric == "YBR_FULL_422" else self.samples
        return self.rows * self.columns * samples * self.cells.allocated


def pixels_of(source: Source) -> Pixels:
    """Return how the pixels of a DICOM object are written; raises NotShown when it has none."""
    header = _header(source)
    head = header.elements.pixels
    if head is None:
        is_cut = header.elements.end is End.CUT
        raise NotShown(Reason.TRUNCATED if is_cut else Reason.NO_PICTURE)
    if header.inflated is not None:
        inflated, is_whole = header.inflated
        if len(inflated) >= MOST_BYTES and not is_whole:
            raise NotShown(Reason.TOO_LARGE)
        source = Source(lambda offset, length: inflated[offset : offset + length], len(inflated))
    return _described(source, header, head)


def _header(source: Source) -> Header:
    """Read as much as it takes to come to the pixels."""
    source.grow(FIRST_BYTES)
    header = _header_in(source)
    if header.inflated is not None:
        source.whole()
        return _header_in(source)
    if header.elements.end is End.CUT and source.grow(HEADER_BYTES):
        return _header_in(source)
    return header


def _header_in(source: Source) -> Header:
    found = header_of(source.start, WANTED, value_bytes=VALUE_BYTES, inflated_bytes=MOST_BYTES)
    if found is None:
        raise NotShown(Reason.NO_PICTURE)
    return found


def _described(source: Source, header: Header, head: Head) -> Pixels:
    values = _Values(header)
    if not (values.number(ROWS) and values.number(COLUMNS)):
        raise NotShown(Reason.NO_PICTURE)
    photometric = values.text(PHOTOMETRIC) or "MONOCHROME2"
    return Pixels(
        source=source,
        encoding=header.encoding,
        syntax=header.syntax,
        head=head,
        rows=values.number(ROWS),
        columns=values.number(COLUMNS),
        samples=values.number(SAMPLES) or 1,
        photometric=photometric,
        by_plane=values.number(PLANAR) == 1,
        frames=max(1, values.count(FRAMES)),
        cells=_cells(values, head),
        shades=Shades(
            slope=values.decimal(SLOPE) or 1.0,
            intercept=values.decimal(INTERCEPT) or 0.0,
            window=_window(values),
            is_inverted=photometric == "MONOCHROME1",
        ),
        palette=_palette(values) if photometric == "PALETTE COLOR" else None,
        offsets=values.raw(OFFSETS),
    )


def _cells(values: _Values, head: Head) -> Cells:
    """Return what a sample's cell holds; raises NotShown for what no object may say."""
    if head.tag in FLOAT_CELLS:
        bits = FLOAT_CELLS[head.tag]
        return Cells(bits, bits, bits - 1, is_signed=False, is_float=True)
    allocated = values.number(ALLOCATED) or 8
    stored = values.number(STORED) or allocated
    high = values.number(HIGH) or stored - 1
    if allocated not in CELLS or not 0 < stored <= high + 1 <= allocated:
        raise NotShown(Reason.UNSUPPORTED_PIXELS)
    return Cells(allocated, stored, high, is_signed=values.number(SIGNED) == 1)


def _window(values: _Values) -> tuple[float, float] | None:
    """Return the first window, if it is one."""
    centre, width = values.decimal(CENTRE), values.decimal(WIDTH)
    if centre is None or width is None or width < 1:
        return None
    return centre, width


def _palette(values: _Values) -> Palette:
    described = [values.numbers(tag) for tag in DESCRIPTORS]
    if any(len(each) < 3 for each in described):
        raise NotShown(Reason.UNSUPPORTED_PIXELS)
    entries = described[0][0] or 1 << 16  # of 16 bits: 65,536 does not fit
    red, green, blue = (_table(values, number, entries) for number in range(3))
    return Palette(described[0][1], red, green, blue)


def _table(values: _Values, colour: int, entries: int) -> bytes:
    """
    Return 8 bits an entry, from words or bytes.

    Words of 16 bits count by their upper byte, unless none of them has one.
    """
    raw = values.raw(TABLES[colour])
    if entries <= len(raw) < 2 * entries:
        return raw[:entries]
    words = values.numbers(TABLES[colour]) or _joined(values.numbers(SEGMENTED[colour]), entries)
    if len(words) < entries:
        raise NotShown(Reason.UNSUPPORTED_PIXELS)
    shift = 8 if max(words) > 0xFF else 0
    return bytes(each >> shift for each in words[:entries])


def _joined(segments: list[int], entries: int) -> list[int]:
    """Return the words of a table in segments (PS3.3, C.7.9.2); fewer if it is not understood."""
    words: list[int] = []
    place = 0
    while place + 2 < len(segments) and len(words) < entries:
        kind, length = segments[place : place + 2]
        if kind == DISCRETE:
            words += segments[place + 2 : place + 2 + length]
            place += 2 + length
        elif kind == LINEAR and words:
            begin, end = words[-1], segments[place + 2]
            words += [begin + (end - begin) * step // length for step in range(1, length + 1)]
            place += 3
        else:
            break
    return words


class _Values:
    """The values of one header as Python has them."""

    def __init__(self, header: Header) -> None:
        self._values = header.elements.values
        self._order = header.encoding.order

    def raw(self, tag: int) -> bytes:
        return self._values.get(tag, b"")

    def numbers(self, tag: int) -> list[int]:
        """Return numbers of 16 bits (VR US)."""
        value = self.raw(tag)
        places = range(0, len(value) - 1, 2)
        return [int.from_bytes(value[place : place + 2], self._order) for place in places]

    def number(self, tag: int) -> int:
        """Return the first of them; 0 where there is none."""
        return next(iter(self.numbers(tag)), 0)

    def text(self, tag: int) -> str:
        """Return the first of the values at *tag*."""
        return self.raw(tag).decode("latin_1").partition("\\")[0].strip(" \0")

    def count(self, tag: int) -> int:
        """Return a whole number written as text (VR IS); 0 where there is none."""
        text = self.text(tag)
        return int(text) if _DIGITS.fullmatch(text) else 0

    def decimal(self, tag: int) -> float | None:
        """Return the first number written as text (VR DS), if it is one."""
        try:
            number = float(self.text(tag))
        except ValueError:
            return None
        return number if math.isfinite(number) else None
