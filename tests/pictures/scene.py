"""Objects with pictures, made by hand or shipped with pydicom, and how they come out."""

from __future__ import annotations

import io
import struct
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops, ImageStat

from chalicelib.archive.facts import Kind
from chalicelib.archive.inspection import inspect
from chalicelib.pictures.model import Picture, Rendition
from chalicelib.pictures.rendering import Files, rendered
from tests.support.dicom import (
    EXPLICIT,
    SEQUENCE_END,
    canary,
    element,
    endless,
    meta,
    shipped_files,
)

FILES = shipped_files()
JPEG_BASELINE = b"1.2.840.10008.1.2.4.50"
JPEG_2000 = b"1.2.840.10008.1.2.4.90"
RUN_LENGTHS = b"1.2.840.10008.1.2.5"
PIXELS = 0x7FE00010
NUMBERS = {  # of 16 bits, by the name they have here
    "samples": 0x00280002,
    "planar": 0x00280006,
    "rows": 0x00280010,
    "columns": 0x00280011,
    "allocated": 0x00280100,
    "stored": 0x00280101,
    "high": 0x00280102,
    "signed": 0x00280103,
}
TEXTS = {
    "photometric": (0x00280004, b"CS"),
    "frames": (0x00280008, b"IS"),
    "centre": (0x00281050, b"DS"),
    "width": (0x00281051, b"DS"),
    "intercept": (0x00281052, b"DS"),
    "slope": (0x00281053, b"DS"),
}


def a_header(syntax: bytes = EXPLICIT, **said: Any) -> bytes:
    """Return a DICOM object of the canary patient up to its pixels; 2 x 2 grey bytes by default."""
    usual: dict[str, Any] = {"rows": 2, "columns": 2, "allocated": 8, "photometric": b"MONOCHROME2"}
    elements: dict[int, bytes] = {}
    for name, value in (usual | said).items():
        if isinstance(value, int):
            elements[NUMBERS[name]] = element(NUMBERS[name], b"US", struct.pack("<H", value))
        else:
            tag, vr = TEXTS[name]
            elements[tag] = element(tag, vr, value)
    about_the_patient = canary()[: canary().index(struct.pack("<HH2s", 0x0028, 0x0008, b"IS"))]
    return meta(syntax) + about_the_patient + b"".join(elements[tag] for tag in sorted(elements))


def a_dicom(pixels: bytes, syntax: bytes = EXPLICIT, **said: Any) -> bytes:
    """Return a DICOM object with uncompressed *pixels*."""
    return a_header(syntax, **said) + element(PIXELS, b"OW", pixels)


def encapsulated(
    *frames: bytes, syntax: bytes = JPEG_BASELINE, table: bytes = b"", **said: Any
) -> bytes:
    """Return a DICOM object with compressed *frames*, a fragment each."""
    items = b"".join(item(each) for each in (table, *frames))
    return a_header(syntax, **said) + endless(PIXELS, b"OB") + items + SEQUENCE_END


def item(value: bytes, length: int | None = None) -> bytes:
    value += b"\0" * (len(value) % 2)
    return struct.pack("<HHL", 0xFFFE, 0xE000, len(value) if length is None else length) + value


def a_file(image: Image.Image, kind: str, **options: object) -> bytes:
    written = io.BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()


def come_out(content: bytes, size_bytes: int = 0) -> tuple[Picture, Files]:
    """Return what comes of an object's bytes; of *size_bytes*, what is missing reads as noughts."""
    size_bytes = size_bytes or len(content)

    def read(offset: int, length: int) -> bytes:
        return content[offset : offset + length].ljust(min(length, size_bytes - offset), b"\0")

    kind = inspect(read, size_bytes).kind
    return rendered("0" * 64, read, size_bytes, kind)


@cache
def shipped(path: Path) -> tuple[Picture, Files]:
    return come_out(path.read_bytes())


def named(name: str) -> Path:
    return next(each for each in FILES if each.name == name)


def opened(files: Files, rendition: Rendition = Rendition.VIEW) -> Image.Image:
    return Image.open(io.BytesIO(files[rendition]), formats=["WEBP"]).convert("RGB")


def seen(content: bytes) -> Image.Image:
    """Return the view of an object's bytes."""
    picture, files = come_out(content)
    assert picture.reason is None, picture.reason
    return opened(files)


def difference(one: Image.Image, other: Image.Image) -> float:
    """Return by how much two pictures of one size differ, a band of a pixel, of 255."""
    return sum(ImageStat.Stat(ImageChops.difference(one, other)).mean) / 3


def is_dicom(path: Path) -> bool:
    content = path.read_bytes()
    found = inspect(lambda offset, length: content[offset : offset + length], len(content))
    return found.kind is Kind.DICOM
