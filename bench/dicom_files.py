"""DICOM files that servers of all kinds take."""

from __future__ import annotations

from collections.abc import Iterable

from pydicom.dataset import FileMetaDataset
from pydicom.uid import UID
from pynetdicom.dsutils import encode_file_meta

from tests.support.dicom import PREAMBLE, element

ENDOSCOPIC, EXPLICIT = "1.2.840.10008.5.1.4.1.1.77.1.1", "1.2.840.10008.1.2.1"


def endoscopic(number: int, study: int, more: Iterable[tuple[int, bytes, bytes]]) -> bytes:
    """Return endoscopic image *number* of a study; *more* elements are (tag, VR, value)."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID(ENDOSCOPIC)
    meta.MediaStorageSOPInstanceUID = UID(f"1.2.3.{number}")
    meta.TransferSyntaxUID = UID(EXPLICIT)
    meta.ImplementationClassUID = UID("1.2.3")
    elements = [
        (0x00080016, b"UI", ENDOSCOPIC.encode()),
        (0x00080018, b"UI", f"1.2.3.{number}".encode()),
        (0x00100020, b"LO", f"P-{study}".encode()),
        (0x0020000D, b"UI", f"1.2.4.{study}".encode()),
        (0x0020000E, b"UI", f"1.2.5.{study}".encode()),
        *more,
    ]
    written = b"".join(element(*each) for each in sorted(elements))
    return PREAMBLE + encode_file_meta(meta) + written
