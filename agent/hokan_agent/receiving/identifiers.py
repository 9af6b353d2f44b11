"""
The identifiers a received image is kept by, from as little of it as tells them.

They come from another machine and become names of files: digits and dots, nothing else.
"""

from __future__ import annotations

import re
import zlib
from io import BytesIO
from typing import Any

MAX_CHARACTERS = 64  # DICOM PS3.5, 9
INFLATED_BYTES = 2**24  # of a deflated dataset: it may be a bomb
SOP_INSTANCE, STUDY = 0x00080018, 0x0020000D
WITHOUT_STUDY = "without-study"  # hanging protocols, colour palettes: images have one
_UID = re.compile(r"[0-9]+(\.[0-9]+)*")


def checked(uid: str) -> str:
    """
    Return an identifier that may be a name; raises ValueError.

    >>> checked("1.2.840")
    '1.2.840'
    >>> checked("../1.2")
    Traceback (most recent call last):
    ValueError: an identifier is no UID
    """
    if len(uid) > MAX_CHARACTERS or not _UID.fullmatch(uid):
        raise ValueError("an identifier is no UID")
    return uid


def study_of(dataset: bytes, syntax: Any, instance: str) -> str:
    """
    Return the checked study of an encoded dataset, or WITHOUT_STUDY.

    Args:
        syntax: The transfer syntax, pydicom's UID.
        instance: The SOP instance that the sender called it.

    Raises:
        ValueError: It is another instance, an identifier is no UID, or nobody can read it.
    """
    told = _identifiers(dataset, syntax)
    if told.get(SOP_INSTANCE) != instance:
        raise ValueError("the dataset is another instance than its sender says")
    return checked(told[STUDY]) if told.get(STUDY) else WITHOUT_STUDY


def _identifiers(dataset: bytes, syntax: Any) -> dict[int, str]:
    from pydicom.filereader import read_dataset

    try:
        if syntax.is_deflated:
            dataset = zlib.decompressobj(-zlib.MAX_WBITS).decompress(dataset, INFLATED_BYTES)
        read = read_dataset(
            BytesIO(dataset),
            is_implicit_VR=syntax.is_implicit_VR,
            is_little_endian=syntax.is_little_endian,
            stop_when=lambda tag, _vr, _length: tag > STUDY,
            specific_tags=[SOP_INSTANCE, STUDY],
        )
        return {tag: _text(read.get_item(tag)) for tag in (SOP_INSTANCE, STUDY) if tag in read}
    except Exception:  # noqa: BLE001 - pydicom meets hostile bytes here
        raise ValueError("the dataset cannot be read") from None


def _text(element: Any) -> str:
    return bytes(element.value or b"").rstrip(b"\0 ").decode("ascii", "replace")
