"""Uncompressed frames as pictures (PS3.3, C.7.6.3.1.2: what samples stand for)."""

from __future__ import annotations

import msgspec
from PIL import Image

from chalicelib.pictures import grey
from chalicelib.pictures.coded import decoding
from chalicelib.pictures.dicom_pixels import Cells, Palette, Pixels
from chalicelib.pictures.grey import WHITE
from chalicelib.pictures.model import NotShown, Reason

GREYS = {"MONOCHROME1", "MONOCHROME2"}
COLOURS = {"RGB": "RGB", "YBR_FULL": "YCbCr", "YBR_FULL_422": "YCbCr"}  # Pillow's name for them
BYTE = Cells(8, 8, 7, is_signed=False)


def picture(pixels: Pixels, frame: bytes, longest: int, first_bit: int = 0) -> Image.Image:
    """
    Return one frame in grey or in red, green and blue, not smaller than *longest* unless it is.

    Args:
        frame: Little endian.
        first_bit: Of the frame in its first byte, where a sample is a bit.

    Raises:
        NotShown: Its samples are of a kind that we cannot show.
    """
    with decoding():
        if pixels.samples == 1 and pixels.photometric in GREYS:
            return _grey(pixels, frame, longest, first_bit)
        if pixels.samples == 1 and pixels.palette is not None:
            return _of_palette(pixels, pixels.palette, frame)
        if pixels.samples == 3 and pixels.photometric in COLOURS:
            return _coloured(pixels, frame)
    raise NotShown(Reason.UNSUPPORTED_PIXELS)


def _grey(pixels: Pixels, frame: bytes, longest: int, first_bit: int) -> Image.Image:
    size, cells = (pixels.columns, pixels.rows), pixels.cells
    if cells.allocated == 1:
        frame, cells = _bits(frame, first_bit, pixels.rows * pixels.columns), BYTE
    return grey.shown(grey.values_of(frame, size, cells), pixels.shades, longest)


def _bits(frame: bytes, first_bit: int, count: int) -> bytes:
    """Return a black or white byte for each bit; rows do not begin with a byte of their own."""
    row = Image.frombytes("1", (len(frame) * 8, 1), frame, "raw", "1;R").convert("L")
    return row.tobytes()[first_bit : first_bit + count]


def _of_palette(pixels: Pixels, palette: Palette, frame: bytes) -> Image.Image:
    """Look each index up; those before the first entry and after the last have its colour."""
    size, cells = (
        (pixels.columns, pixels.rows),
        msgspec.structs.replace(pixels.cells, is_signed=False),
    )
    if cells.allocated not in {8, 16} or cells.high + 1 != cells.stored:
        raise NotShown(Reason.UNSUPPORTED_PIXELS)
    plain = grey.plain(frame, cells)
    if cells.allocated == 8:
        index, entries = Image.frombuffer("L", size, plain, "raw", "L", 0, 1), 1 << 8
    else:
        words = Image.frombuffer("I;16", size, plain, "raw", "I;16", 0, 1)
        index, entries = words.convert("I"), 1 << 16
    colours = (palette.red, palette.green, palette.blue)
    bands = [index.point(_spread(each, palette.first, entries), "L") for each in colours]
    return Image.merge("RGB", bands)


def _spread(colours: bytes, first: int, entries: int) -> list[int]:
    before, after = colours[:1] * first, colours[-1:] * entries
    return list((before + colours + after)[:entries])


def _coloured(pixels: Pixels, frame: bytes) -> Image.Image:
    size, mode = (pixels.columns, pixels.rows), COLOURS[pixels.photometric]
    if pixels.cells == BYTE and not pixels.by_plane and pixels.photometric != "YBR_FULL_422":
        return Image.frombuffer(mode, size, frame, "raw", mode, 0, 1).convert("RGB")
    bands = [_band(each, size, pixels.cells) for each in _planes(pixels, frame)]
    return Image.merge(mode, bands).convert("RGB")


def _band(plane: bytes, size: tuple[int, int], cells: Cells) -> Image.Image:
    """Return one colour in 8 bits: all it can be, not all it happens to be, is what is shown."""
    if cells == BYTE:
        return Image.frombuffer("L", size, plane, "raw", "L", 0, 1)
    if cells.allocated < 8 or cells.is_signed or cells.is_float:
        raise NotShown(Reason.UNSUPPORTED_PIXELS)
    values = grey.values_of(plane, size, cells)
    factor = values.gain * WHITE / ((1 << cells.stored) - 1)
    image = values.image.convert("F")
    return image.point(lambda sample: sample * factor + 0.5).convert("L")


def _planes(pixels: Pixels, frame: bytes) -> list[bytes]:
    """Take the samples apart by colour."""
    count, width_bytes = pixels.rows * pixels.columns, pixels.cells.allocated // 8
    if pixels.photometric == "YBR_FULL_422" and not pixels.by_plane:
        return _planes_of_pairs(frame, count)
    if pixels.by_plane:
        length = count * width_bytes
        return [frame[place : place + length] for place in range(0, 3 * length, length)]
    planes = []
    for sample in range(3):
        plane = bytearray(count * width_bytes)
        for byte in range(width_bytes):
            plane[byte::width_bytes] = frame[sample * width_bytes + byte :: 3 * width_bytes]
        planes.append(bytes(plane))
    return planes


def _planes_of_pairs(frame: bytes, count: int) -> list[bytes]:
    """Take Y Y Cb Cr apart: two pixels have one Cb and one Cr (PS3.3, C.7.6.3.1.2)."""
    brightness, blue, red = bytearray(count), bytearray(count), bytearray(count)
    brightness[0::2], brightness[1::2] = frame[0::4], frame[1::4]
    for band, place in ((blue, 2), (red, 3)):
        band[0::2] = band[1::2] = frame[place::4]
    return [bytes(brightness), bytes(blue), bytes(red)]
