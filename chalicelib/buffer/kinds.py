"""What a capture is, by its first bytes."""

from __future__ import annotations

from enum import StrEnum


class MediaType(StrEnum):
    """What a capture is, by its first bytes."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    HEIC = "image/heic"
    DICOM = "application/dicom"

    @property
    def is_shown(self) -> bool:
        """Every browser shows it."""
        return self in {MediaType.JPEG, MediaType.PNG}


HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
MAGIC = {  # what a capture begins with, and from which byte on
    MediaType.JPEG: ((0, b"\xff\xd8\xff"),),
    MediaType.PNG: ((0, b"\x89PNG\r\n\x1a\n"),),
    MediaType.HEIC: tuple((4, b"ftyp" + each) for each in HEIC_BRANDS),
    MediaType.DICOM: ((128, b"DICM"),),
}
MAGIC_BYTES = 132
EXTENSIONS = {
    MediaType.JPEG: "jpg",
    MediaType.PNG: "png",
    MediaType.HEIC: "heic",
    MediaType.DICOM: "dcm",
}


def kind_of(start: bytes) -> MediaType | None:
    r"""
    Return what a file is that begins with *start*; None where it is nothing that is taken.

    DICOM goes first: its preamble may hold the beginning of a picture format (PS3.10, 7.1).

    >>> kind_of(b"\xff\xd8\xff\xe0"), kind_of(b"<svg>")
    (<MediaType.JPEG: 'image/jpeg'>, None)
    """
    for kind in (MediaType.DICOM, MediaType.JPEG, MediaType.PNG, MediaType.HEIC):
        if any(start[at:].startswith(magic) for at, magic in MAGIC[kind]):
            return kind
    return None
