"""JPEG, JPEG 2000 and PNG: Pillow decodes them, within bounds set from their own headers."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import msgspec
from PIL import Image, ImageOps

from chalicelib.archive import jpeg_header
from chalicelib.pictures import grey
from chalicelib.pictures.model import NotShown, Reason

MOST_SAMPLES = 80_000_000  # of a picture: 26 million pixels in colour
MOST_WAVELET_SAMPLES = 32_000_000  # as decoded: OpenJPEG takes 4 bytes for each
CODESTREAM = b"\xff\x4f\xff\x51"  # SOC, SIZ (ITU-T T.800, A.5.1)
ORIENTATION, LYING = 0x0112, {5, 6, 7, 8}  # EXIF: on its side
CODING_STYLE, START_OF_TILE = 0xFF52, 0xFF90


class Wavelets(msgspec.Struct, frozen=True):
    """
    What a JPEG 2000 codestream says of itself.

    Attributes:
        levels: How many times it can be had at half its size.
    """

    depth: int
    is_signed: bool
    levels: int


@contextmanager
def decoding() -> Iterator[None]:
    """
    Turn whatever Pillow raises into a reason.

    Raises:
        NotShown: Too large, truncated, or not to be decoded.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except NotShown:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError):
        raise NotShown(Reason.TOO_LARGE) from None
    except Exception as error:  # noqa: BLE001 - of any kind: its parsers raise what they meet
        is_cut = any(each in str(error).lower() for each in ("truncated", "not enough"))
        raise NotShown(Reason.TRUNCATED if is_cut else Reason.UNDECODABLE) from None


def size_of(data: bytes, kind: str) -> tuple[int, int]:
    """Return width and height of a picture file, the right way up; raises NotShown."""
    with decoding():
        image = _opened(data, kind)
        width, height = image.size
        return (height, width) if image.getexif().get(ORIENTATION) in LYING else (width, height)


def still(data: bytes, kind: str, longest: int) -> Image.Image:
    """Return a file's picture, the right way up; raises NotShown."""
    if kind == "JPEG":
        image = jpeg(data, longest)
    else:
        with decoding():
            image = _opened(data, kind)
            image.load()
    with decoding():
        return in_colour(ImageOps.exif_transpose(image))


def jpeg(data: bytes, longest: int, *, is_rgb: bool = False) -> Image.Image:
    """
    Return a JPEG picture, not smaller than *longest* unless it is; raises NotShown.

    Args:
        is_rgb: Colours are red, green and blue where the JPEG does not say what they are: DICOM
            says it then.
    """
    if (jpeg_header.precision(data) or 8) != 8:  # of 12 or 16 bits: no decoder of ours does it
        raise NotShown(Reason.UNSUPPORTED_PIXELS)
    with decoding():
        image: Any = _opened(data, "JPEG")
        is_silent = not {"jfif", "adobe_transform"} & set(image.info)
        image.draft(image.mode, (longest, longest))
        if is_rgb and is_silent and image.mode == "RGB":
            image.tile = [each._replace(args=("RGB", "RGB")) for each in image.tile]
        image.load()
    return cast("Image.Image", image)


def in_colour(image: Image.Image) -> Image.Image:
    """Return *image* in grey or in red, green and blue; what is transparent is white."""
    if image.mode in {"L", "RGB"}:
        return image
    if image.mode.startswith("I"):  # of 16 bits: Pillow would cut off what is over 255
        values = grey.Values(image.convert("F"), ceiling=65_535.0)
        return grey.shown(values, grey.AS_THEY_ARE, max(image.size))
    if image.has_transparency_data:
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
    return image.convert("RGB")


def jpeg2000(data: bytes, longest: int) -> tuple[Image.Image, Wavelets]:
    """Return a JPEG 2000 picture, not smaller than *longest* unless it is, and what it says."""
    found, data = wavelets(data), data[data.find(CODESTREAM) :]  # without a file format around it
    with decoding():
        image: Any = _opened(data, "JPEG2000")
        halvings = 0
        while halvings < found.levels and max(image.size) >> halvings + 1 >= longest:
            halvings += 1
        samples = image.size[0] * image.size[1] * len(image.getbands())
        if samples >> 2 * halvings > MOST_WAVELET_SAMPLES:
            raise NotShown(Reason.TOO_LARGE)
        image.reduce = halvings
        image.load()
        return image, found


def wavelets(data: bytes) -> Wavelets:
    """Read a codestream's main header (ITU-T T.800, A.5 and A.6); raises NotShown."""
    start = data.find(CODESTREAM)
    if start < 0 or len(data) < start + 43:
        raise NotShown(Reason.UNDECODABLE)
    precision = data[start + 42]
    place, levels = start + 2, 0
    while place + 10 <= len(data):
        marker = int.from_bytes(data[place : place + 2])
        if marker == CODING_STYLE:
            levels = data[place + 9]
        if marker in {CODING_STYLE, START_OF_TILE}:
            break
        place += 2 + max(2, int.from_bytes(data[place + 2 : place + 4]))
    return Wavelets((precision & 0x7F) + 1, bool(precision & 0x80), min(levels, 32))


def _opened(data: bytes, kind: str) -> Image.Image:
    image = Image.open(io.BytesIO(data), formats=[kind])
    if image.size[0] * image.size[1] * len(image.getbands()) > MOST_SAMPLES:
        raise NotShown(Reason.TOO_LARGE)
    return image
