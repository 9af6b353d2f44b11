"""DICOM bytes made by hand, and the real files that pydicom ships (never copied into here)."""

from __future__ import annotations

import struct
import zlib
from importlib import import_module
from pathlib import Path

PREAMBLE = b"\0" * 128 + b"DICM"
EXPLICIT, DEFLATED = b"1.2.840.10008.1.2.1", b"1.2.840.10008.1.2.1.99"
CANARY_NAME = "CANARY^HANAKO=金糸雀^花子=かなりあ^はなこ"
CANARY_ID = "CANARY-0001"
ITEM = struct.pack("<HHL", 0xFFFE, 0xE000, 0xFFFFFFFF)
SEQUENCE_END = struct.pack("<HHL", 0xFFFE, 0xE0DD, 0)


def element(tag: int, vr: bytes, value: bytes) -> bytes:
    """Return an explicit little endian element, padded to an even length (PS3.5, 7.1.2)."""
    value += (b"\0" if vr == b"UI" else b" ") * (len(value) % 2)
    head = struct.pack("<HH2s", tag >> 16, tag & 0xFFFF, vr)
    if vr in {b"OB", b"OW", b"SQ", b"UN"}:
        return head + struct.pack("<HL", 0, len(value)) + value
    return head + struct.pack("<H", len(value)) + value


def endless(tag: int, vr: bytes) -> bytes:
    """Return the head of an element of undefined length."""
    return struct.pack("<HH2sHL", tag >> 16, tag & 0xFFFF, vr, 0, 0xFFFFFFFF)


def meta(syntax: bytes = EXPLICIT) -> bytes:
    return PREAMBLE + element(0x00020010, b"UI", syntax)


def canary(**changed: bytes) -> bytes:
    """Return a data set about the canary patient; *changed* values go by short name."""
    values = {
        "charset": b"ISO_IR 192",
        "study_date": b"20260401",
        "study_time": b"093000",
        "name": CANARY_NAME.encode(),
        "patient_id": CANARY_ID.encode(),
        "birth_date": b"19800229",
        "study": b"1.2.826.0.1.3680043.10.1",
        "frames": b"1",
    } | changed
    return b"".join(
        [
            element(0x00080005, b"CS", values["charset"]),
            element(0x00080016, b"UI", b"1.2.840.10008.5.1.4.1.1.77.1.1"),
            element(0x00080020, b"DA", values["study_date"]),
            element(0x00080030, b"TM", values["study_time"]),
            element(0x00100010, b"PN", values["name"]),
            element(0x00100020, b"LO", values["patient_id"]),
            element(0x00100030, b"DA", values["birth_date"]),
            element(0x0020000D, b"UI", values["study"]),
            element(0x00280008, b"IS", values["frames"]),
            element(0x00280010, b"US", struct.pack("<H", 1024)),
            element(0x00280011, b"US", struct.pack("<H", 1280)),
        ]
    )


def deflated(data_set: bytes) -> bytes:
    """Return *data_set* as a file of the deflated transfer syntax (PS3.5, A.5)."""
    deflater = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return meta(DEFLATED) + deflater.compress(data_set) + deflater.flush()


def shipped_files() -> list[Path]:
    """Return every data file in pydicom and pydicom-data, DICOM or not."""
    roots = [
        Path(str(import_module(name).__file__)).parent for name in ("pydicom.data", "data_store")
    ]
    every = (path for root in roots for path in sorted(root.rglob("*")))
    return [each for each in every if each.is_file() and each.suffix not in {".py", ".pyc"}]


def charset_file(name: str) -> bytes:
    return next(path for path in shipped_files() if path.name == name).read_bytes()
