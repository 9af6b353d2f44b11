"""Which files go with a message: extension and first bytes must both say so, and agree.  Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from chalicelib.kernel.errors import Invalid

START_BYTES = 4_096  # of a file, by which it is known
OCTETS = "application/octet-stream"

_OFFICE = "application/vnd.openxmlformats-officedocument."
_DICOM_AT, _DICOM = 128, b"DICM"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")  # the second one is empty
_MP4 = (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"dash")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_MARKUP = (b"<!doctype", b"<html", b"<head", b"<body", b"<script", b"<svg", b"<?xml", b"<?php")
_PROGRAMS = (b"#!", b"{\\rtf")


def media_type(name: str, start: bytes) -> str:
    """
    Return what a file is by its *name* and its first START_BYTES.

    Raises:
        Invalid: ``dicom-file``; ``bad-file``: nothing that is taken, or its bytes say otherwise.
    """
    wanted, fits = _KINDS[extension(name)]
    if start[_DICOM_AT:].startswith(_DICOM):
        _refuse_dicom()
    if not fits(start):
        raise Invalid(
            "a file's content is not what its name says; save it anew and send that",
            code="bad-file",
        )
    return wanted


def extension(name: str) -> str:
    """
    Return the extension of a name, in small letters, that is taken.

    Raises:
        Invalid: ``dicom-file``, ``bad-file``.

    >>> extension("Report of May.PDF")
    'pdf'
    """
    found = name.rpartition(".")[2].lower() if "." in name else ""
    if found in {"dcm", "dicom", "dic"}:
        _refuse_dicom()
    if found not in _KINDS:
        raise Invalid(
            f"files of this kind are not taken; send one of these: {', '.join(_KINDS)}",
            code="bad-file",
        )
    return found


def accepted() -> list[str]:
    """Return the extensions that are taken."""
    return list(_KINDS)


def _refuse_dicom() -> NoReturn:
    raise Invalid(
        "DICOM files are not taken here; refer to the examination instead", code="dicom-file"
    )


def _begins(*magic: bytes) -> Callable[[bytes], bool]:
    return lambda start: start.startswith(magic)


def _is_webp(start: bytes) -> bool:
    return start.startswith(b"RIFF") and start[8:12] == b"WEBP"


def _is_mp4(start: bytes) -> bool:
    return start[4:8] == b"ftyp" and start[8:12] in _MP4


def _is_text(start: bytes) -> bool:
    """Tell whether it is text, and none that a program or a browser would run."""
    if start.startswith(_UTF_16):
        return True
    bare = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return b"\0" not in start and not bare.startswith((*_MARKUP, *_PROGRAMS))


_KINDS: dict[str, tuple[str, Callable[[bytes], bool]]] = {
    "pdf": ("application/pdf", _begins(b"%PDF-")),
    "png": ("image/png", _begins(b"\x89PNG\r\n\x1a\n")),
    "jpg": ("image/jpeg", _begins(b"\xff\xd8\xff")),
    "jpeg": ("image/jpeg", _begins(b"\xff\xd8\xff")),
    "gif": ("image/gif", _begins(b"GIF87a", b"GIF89a")),
    "webp": ("image/webp", _is_webp),
    "txt": ("text/plain", _is_text),
    "csv": ("text/csv", _is_text),
    "zip": ("application/zip", _begins(*_ZIP)),
    "docx": (_OFFICE + "wordprocessingml.document", _begins(_ZIP[0])),
    "xlsx": (_OFFICE + "spreadsheetml.sheet", _begins(_ZIP[0])),
    "pptx": (_OFFICE + "presentationml.presentation", _begins(_ZIP[0])),
    "mp4": ("video/mp4", _is_mp4),
}
