"""An object as pictures: its frames one by one, whatever they are written in."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from PIL import Image

from chalicelib.archive.facts import Kind
from chalicelib.pictures import coded, grey, native, run_lengths
from chalicelib.pictures.dicom_pixels import Cells, Pixels, pixels_of
from chalicelib.pictures.frames import Frames, frames_of
from chalicelib.pictures.model import NotShown, Reason
from chalicelib.pictures.source import Source

PNG = b"\x89PNG\r\n\x1a\n"
NATIVE = {None, "1.2.840.10008.1.2"} | {
    f"1.2.840.10008.1.2.{each}" for each in ("1", "1.98", "1.99", "2")
}
JPEG = {f"1.2.840.10008.1.2.4.{each}" for each in (50, 51, 57, 70)}  # of 8 bits, lossless too
JPEG2000 = {f"1.2.840.10008.1.2.4.{each}" for each in (90, 91, 201, 202, 203)}  # and its fast kind
RUN_LENGTHS = "1.2.840.10008.1.2.5"


class Film(msgspec.Struct, frozen=True):
    """
    Attributes:
        width, height: Of the original.
        count: How many frames were found, whatever the object says.
        frame: Decodes one of them, not smaller than so many pixels unless it is; raises NotShown.
    """

    width: int
    height: int
    count: int
    frame: Callable[[int, int], Image.Image]


def film_of(source: Source, kind: Kind) -> Film:
    """Return the frames of an object; raises NotShown where there are none."""
    if kind is Kind.DICOM:
        return _of_dicom(pixels_of(source))
    if kind is Kind.JPEG:
        return _of_file(source, "JPEG")
    source.grow(len(PNG))  # of other files there is nothing to read
    if source.start.startswith(PNG):
        return _of_file(source, "PNG")
    raise NotShown(Reason.NO_PICTURE)


def _of_file(source: Source, kind: str) -> Film:
    """Return a picture file; its header is enough to know its size, and to refuse it for that."""
    data = source.whole()
    width, height = coded.size_of(data, kind)

    def frame(_: int, longest: int) -> Image.Image:
        return coded.still(data, kind, longest)

    return Film(width, height, 1, frame)


def _of_dicom(pixels: Pixels) -> Film:
    decode = _decoder(pixels)
    frames: Frames = frames_of(pixels)

    def frame(number: int, longest: int) -> Image.Image:
        return decode(pixels, frames[number], number, longest)

    return Film(pixels.columns, pixels.rows, frames.count, frame)


Decode = Callable[[Pixels, bytes, int, int], Image.Image]  # frame, its number, not smaller than


def _decoder(pixels: Pixels) -> Decode:
    """Return what decodes the object's frames; raises NotShown where nothing of ours does."""
    if not pixels.is_encapsulated:
        if pixels.syntax not in NATIVE:
            raise NotShown(Reason.UNSUPPORTED_SYNTAX)
        _check_size(pixels)
        return _native
    decode = DECODERS.get(pixels.syntax or "")
    if decode is None:
        raise NotShown(Reason.UNSUPPORTED_SYNTAX)
    return decode


def _check_size(pixels: Pixels) -> None:
    """Hold what the header says against the bounds, where nothing else says how large it is."""
    if pixels.rows * pixels.columns * pixels.samples > coded.MOST_SAMPLES:
        raise NotShown(Reason.TOO_LARGE)


def _native(pixels: Pixels, frame: bytes, number: int, longest: int) -> Image.Image:
    return native.picture(pixels, frame, longest, number * pixels.frame_bits % 8)


def _run_lengths(pixels: Pixels, frame: bytes, _: int, longest: int) -> Image.Image:
    _check_size(pixels)
    width_bytes = pixels.cells.allocated // 8
    if width_bytes < 1:
        raise NotShown(Reason.UNSUPPORTED_PIXELS)
    data = run_lengths.unpacked(frame, pixels.rows * pixels.columns, pixels.samples, width_bytes)
    return native.picture(msgspec.structs.replace(pixels, by_plane=True), data, longest)


def _jpeg(pixels: Pixels, frame: bytes, _: int, longest: int) -> Image.Image:
    image = coded.jpeg(frame, longest, is_rgb=pixels.photometric == "RGB")
    if image.mode != "L":
        return coded.in_colour(image)
    return grey.shown(grey.Values(image, ceiling=255.0), pixels.shades, longest)


def _jpeg2000(pixels: Pixels, frame: bytes, _: int, longest: int) -> Image.Image:
    """Pillow hands grey out in 8 or 16 bits, moved up to the highest, negative numbers as well."""
    image, says = coded.jpeg2000(frame, longest)
    if image.mode not in {"L", "I;16"}:
        return coded.in_colour(image)
    width = 8 if image.mode == "L" else 16
    stored, counts_from_half = min(says.depth, width), says.is_signed
    cells = Cells(width, stored, width - 1, pixels.cells.is_signed and not counts_from_half)
    values = grey.values_of(image.tobytes(), image.size, cells)
    if counts_from_half:
        values = msgspec.structs.replace(values, bias=-float(1 << stored - 1), ceiling=None)
    return grey.shown(values, pixels.shades, longest)


DECODERS: dict[str, Decode] = {
    **dict.fromkeys(JPEG, _jpeg),
    **dict.fromkeys(JPEG2000, _jpeg2000),
    RUN_LENGTHS: _run_lengths,
}
