"""
Samples of any width as shades of grey, without numpy.

What a cell holds is brought to plain unsigned numbers byte by byte (a table each), and to 8 bits
by Pillow once the picture is small: one multiplication and one addition a pixel.
"""

from __future__ import annotations

from typing import cast

import msgspec
from PIL import Image

from chalicelib.pictures.dicom_pixels import Cells, Shades
from chalicelib.pictures.shrinking import shrunk

MODES = {1: ("L", "L"), 2: ("I;16", "I;16"), 4: ("F", "F;32")}  # Pillow's, by bytes a number
FLOATING = {4: "F;32F", 8: "F;64F"}
WHITE = 255
AS_THEY_ARE = Shades(slope=1.0, intercept=0.0, window=None, is_inverted=False)


class Values(msgspec.Struct, frozen=True):
    """
    Numbers in the shape of a picture: each is *gain* times its pixel, and *bias*.

    Attributes:
        image: Of mode L, I;16 or F.
        ceiling: The numbers go from 0 to this by their nature; None where they may be anything.
    """

    image: Image.Image
    gain: float = 1.0
    bias: float = 0.0
    ceiling: float | None = None


def values_of(data: bytes, size: tuple[int, int], cells: Cells) -> Values:
    """Return the numbers that little endian *data* holds."""
    width_bytes = cells.allocated // 8
    if cells.is_float:
        image = Image.frombuffer("F", size, data, "raw", FLOATING[width_bytes], 0, 1)
        return Values(image)
    shift = cells.high + 1 - cells.stored
    mode, raw = MODES[width_bytes]
    image = Image.frombuffer(mode, size, plain(data, cells), "raw", raw, 0, 1)
    gain = 1.0 / (1 << shift)
    bias = -float(1 << cells.stored - 1) if cells.is_signed else 0.0
    is_byte = cells.stored <= 8 and not cells.is_signed
    return Values(image, gain, bias, float((1 << cells.stored) - 1) if is_byte else None)


def plain(data: bytes, cells: Cells) -> bytes:
    """Clear the bits of each cell that do not count, and count signed numbers from the lowest."""
    mask = (1 << cells.stored) - 1 << cells.high + 1 - cells.stored
    flipped = 1 << cells.high if cells.is_signed else 0
    if mask == (1 << cells.allocated) - 1 and not flipped:
        return data
    width_bytes, counted = cells.allocated // 8, bytearray(data)
    for number in range(width_bytes):
        kept, flip = mask >> 8 * number & 0xFF, flipped >> 8 * number & 0xFF
        table = bytes(each & kept ^ flip for each in range(256))
        counted[number::width_bytes] = data[number::width_bytes].translate(table)
    return bytes(counted)


def shown(values: Values, shades: Shades, longest: int) -> Image.Image:
    """
    Return *values* in 8 bits, no longer than *longest*.

    Through the object's window; where there is none, or nothing is to be seen through it, from
    the darkest to the brightest.  Bytes without a window are taken for what is to be seen.
    """
    image = shrunk(values.image, longest)
    image = image if image.mode == "F" else image.convert("F")
    gain, bias = values.gain * shades.slope, values.bias * shades.slope + shades.intercept
    darkest, brightest = cast("tuple[float, float]", image.getextrema())
    extremes = sorted((gain * darkest + bias, gain * brightest + bias))
    low, high = _range(values, shades, extremes, (gain, bias))
    if shades.is_inverted:
        low, high = high, low
    scale = WHITE / ((high - low) or 1.0)
    factor, summand = gain * scale, (bias - low) * scale + 0.5  # Pillow cuts what is after a point
    return image.point(lambda pixel: pixel * factor + summand).convert("L")


def _range(
    values: Values, shades: Shades, extremes: list[float], line: tuple[float, float]
) -> tuple[float, float]:
    """Return what is black and what is white."""
    darkest, brightest = extremes
    if shades.window is not None:
        centre, width = shades.window
        low, high = centre - width / 2, centre + width / 2 - 1  # PS3.3, C.11.2.1.2
        if low < brightest and high > darkest:
            return low, max(high, low + 1)
    elif values.ceiling is not None:
        gain, bias = line
        ends = sorted((bias, gain * values.ceiling / values.gain + bias))
        return ends[0], ends[1]
    return darkest, brightest
