"""
The DICOMDIR of a disc (PS3.3, F; PS3.10, 8).

pydicom's FileSet makes one, too, but copies each file, writes it anew (it is another file then)
and compares it with all before.  So only its rules for records are used.
"""

from __future__ import annotations

import logging
import struct
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, BinaryIO

from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.errors import InvalidDicomError
from pydicom.filebase import DicomBytesIO
from pydicom.fileset import DIRECTORY_RECORDERS, _four_level_record_type
from pydicom.filewriter import write_dataset, write_file_meta_info
from pydicom.uid import UID, ExplicitVRLittleEndian, MediaStorageDirectoryStorage, generate_uid

PREAMBLE = b"\0" * 128 + b"DICM"
IN_USE = 0xFFFF
VALUE_AT = 8  # in an element
HEAD = 8  # of a record
NEXT_AT, LOWER_AT = 8, 30  # where in a record its two offsets stand: they come first
ITEM, SEQUENCE = b"\xfe\xff\x00\xe0", b"\x04\x00\x20\x12SQ\0\0"


@dataclass(frozen=True, slots=True)
class Header:
    """
    What a file's records are made of.

    Attributes:
        study: The UID of its study.
        instance: Its own UID.
        levels: The key and the encoded record of its patient, study, series, and itself.
    """

    study: str
    instance: str
    levels: tuple[tuple[str, bytes], ...]


@dataclass(slots=True)
class Node:
    """A record within the tree."""

    record: bytes
    below: dict[str, Node] = field(default_factory=dict)


class NoRecord(Exception):
    """A DICOM file that cannot be in a DICOMDIR; the message says why."""


def read(stream: BinaryIO, place: str, number: int) -> Header | None:
    """
    Return what the DICOMDIR says of the file that *stream* begins; None if it is not DICOM.

    Args:
        place: Where on the disc it stands.
        number: Stands in for numbers that the file should have and has not.

    Raises:
        NoRecord: It is DICOM, and has not what a record needs.
    """
    with _quiet():
        return _read(stream, place, number)


def _read(stream: BinaryIO, place: str, number: int) -> Header | None:
    try:
        found = dcmread(stream, stop_before_pixels=True)
    except InvalidDicomError:
        return None
    except Exception as error:  # pydicom raises whatever comes up within a broken file
        raise NoRecord("its header cannot be read") from error
    if found.file_meta.get("MediaStorageSOPClassUID") == MediaStorageDirectoryStorage:
        return None
    try:
        return _header(found, place, number)
    except Exception as error:
        raise NoRecord("its header has not what a DICOMDIR needs") from error


def _header(found: Dataset, place: str, number: int) -> Header:
    uids = [str(found[each].value) for each in ("StudyInstanceUID", "SeriesInstanceUID")]
    instance = str(found.SOPInstanceUID)
    if not all(uids) or not instance:
        raise NoRecord("a UID is empty")
    _complete(found, number)
    kinds = ("PATIENT", "STUDY", "SERIES", _four_level_record_type(found))
    keys = (str(found.PatientID), *uids, instance)
    records = [_record(found, kind, place) for kind in kinds]
    return Header(uids[0], instance, tuple(zip(keys, records, strict=True)))


def _complete(found: Dataset, number: int) -> None:
    """Give what a record must have and the file may lack, as dcmtk's dcmmkdir does with +I."""
    for keyword, mark in {"StudyDate": ".", "StudyTime": ":"}.items():  # as before 1993
        if mark in (said := str(found.get(keyword) or "")):
            setattr(found, keyword, said.replace(mark, ""))
    missing = {
        "PatientID": f"NONE-{found.StudyInstanceUID}"[:64],
        "StudyDate": "19000101",
        "StudyTime": "000000",
        "StudyID": "1",
        "Modality": "OT",
        "SeriesNumber": "1",
        "InstanceNumber": str(number),
    }
    for keyword, stand_in in missing.items():
        if not found.get(keyword):
            setattr(found, keyword, stand_in)


def _record(found: Dataset, kind: str, place: str) -> bytes:
    record: Dataset = DIRECTORY_RECORDERS[kind](found)
    record.OffsetOfTheNextDirectoryRecord = 0
    record.RecordInUseFlag = IN_USE
    record.OffsetOfReferencedLowerLevelDirectoryEntity = 0
    record.DirectoryRecordType = kind
    if found.get("SpecificCharacterSet"):
        record.SpecificCharacterSet = found.SpecificCharacterSet
    if kind not in {"PATIENT", "STUDY", "SERIES"}:
        record.ReferencedFileID = place.split("/")
        record.ReferencedSOPClassUIDInFile = found.SOPClassUID
        record.ReferencedSOPInstanceUIDInFile = found.SOPInstanceUID
        record.ReferencedTransferSyntaxUIDInFile = found.file_meta.TransferSyntaxUID
    return _encoded(lambda into: write_dataset(into, record, _character_set(found)))


def _character_set(found: Dataset) -> Any:
    return found.get("SpecificCharacterSet") or "iso8859"


def _encoded(write: Callable[[DicomBytesIO], Any]) -> bytes:
    into = DicomBytesIO()
    into.is_little_endian, into.is_implicit_VR = True, False
    write(into)
    return bytes(into.getvalue())


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep pydicom's warnings and logs to ourselves: they quote patients' data."""
    logger = logging.getLogger("pydicom")
    before, logger.disabled = logger.disabled, True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.disabled = before


class Tree:
    """The records of a disc, as they are added."""

    def __init__(self) -> None:
        self._top: dict[str, Node] = {}
        self._instances: set[str] = set()

    def add(self, header: Header) -> None:
        """Add a file; raises NoRecord if one of the same UID is there already."""
        if header.instance in self._instances:
            raise NoRecord("another file on this disc has the same UID")
        self._instances.add(header.instance)
        below = self._top
        for key, record in header.levels:
            below = below.setdefault(key, Node(record)).below

    def written(self, file_set: str, seed: str) -> bytes:
        """
        Return the DICOMDIR.

        Args:
            file_set: Its name, of 16 letters, digits and _ at most.
            seed: What its UID is made from.
        """
        uid = generate_uid(entropy_srcs=[seed])
        body, offsets_at = _head(file_set, uid)
        length_at = len(body) + len(SEQUENCE)
        body += SEQUENCE + bytes(4)
        first, last = _write(list(self._top.values()), body)
        _patch(body, length_at, len(body) - length_at - 4)
        _patch(body, offsets_at + VALUE_AT, first)
        _patch(body, offsets_at + 12 + VALUE_AT, last)
        return bytes(body)


def _head(file_set: str, uid: UID) -> tuple[bytearray, int]:
    """Return what comes before the records, and where the offsets of the outermost ones stand."""
    meta, begin, offsets = FileMetaDataset(), Dataset(), Dataset()
    meta.MediaStorageSOPClassUID = MediaStorageDirectoryStorage
    meta.MediaStorageSOPInstanceUID = uid
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    begin.FileSetID = file_set
    offsets.OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity = 0
    offsets.OffsetOfTheLastDirectoryRecordOfTheRootDirectoryEntity = 0
    offsets.FileSetConsistencyFlag = 0
    before = bytearray(PREAMBLE)
    before += _encoded(lambda into: write_file_meta_info(into, meta))
    before += _encoded(lambda into: write_dataset(into, begin))
    return before + _encoded(lambda into: write_dataset(into, offsets)), len(before)


def _write(nodes: list[Node], body: bytearray) -> tuple[int, int]:
    """Write *nodes* and all below; return where the first and the last of them stand."""
    places = []
    for node in nodes:
        places.append(len(body))
        body += ITEM + struct.pack("<L", len(node.record)) + node.record
        if node.below:
            lower, _ = _write(list(node.below.values()), body)
            _patch(body, places[-1] + HEAD + LOWER_AT, lower)
    for here, following in pairwise(places):
        _patch(body, here + HEAD + NEXT_AT, following)
    return (places[0], places[-1]) if places else (0, 0)


def _patch(body: bytearray, at: int, value: int) -> None:
    struct.pack_into("<L", body, at, value)
