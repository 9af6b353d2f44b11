"""
Patient, study and picture from a DICOM header, read with pydicom (PS3.5, PS3.10) without numpy.

Hospital equipment writes all kinds of files; whatever comes, the object is stored and shown as
what it is, with flags.  Nothing here raises.
"""

from __future__ import annotations

import io
import logging
import re
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from chalicelib.archive.facts import TEXT, Facts, Flag, Kind, PersonName

DEFLATED = "1.2.840.10008.1.2.1.99"
INFLATED_BYTES = 8 * 2**20
_UID = re.compile(r"[0-9.]{1,64}")
_DATE = re.compile(r"(\d{4})\.?(\d{2})\.?(\d{2})")
_TIME = re.compile(r"(\d{2}):?(\d{2})?:?(\d{2})?")

WANTED = [
    "SpecificCharacterSet",
    "SOPClassUID",
    "SOPInstanceUID",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "Modality",
    "PatientID",
    "PatientName",
    "PatientBirthDate",
    "PatientSex",
    "StudyDate",
    "StudyTime",
    "StudyDescription",
    "SeriesNumber",
    "InstanceNumber",
    "AccessionNumber",
    "Rows",
    "Columns",
    "NumberOfFrames",
]


def facts(start: bytes, size_bytes: int) -> tuple[Facts, bool]:
    """
    Return the facts in *start*, the beginning of an object of *size_bytes*.

    Also returns whether more bytes could not add any.
    """
    declared = start[128:132] == b"DICM"
    with _quiet() as trouble:
        dataset, reached_end, is_cut = _parsed(start, declared=declared)
        if dataset is None or not (declared or _plausible(dataset)):
            return _unparsed(declared=declared), not declared or len(start) >= size_bytes
        found = _facts(dataset, declared=declared, trouble=trouble)
    is_whole = reached_end or len(start) >= size_bytes
    if is_cut and len(start) >= size_bytes:
        found = _with(found, Flag.TRUNCATED)
    return found, is_whole


def _unparsed(*, declared: bool) -> Facts:
    if declared:
        return Facts(kind=Kind.DICOM, flags=(Flag.UNREADABLE_HEADER.value,))
    return Facts(kind=Kind.OTHER)


def _with(found: Facts, flag: Flag) -> Facts:
    import msgspec

    return msgspec.structs.replace(found, flags=(*found.flags, flag.value))


@contextmanager
def _quiet() -> Iterator[list[Any]]:
    """
    Keep pydicom's warnings and logs to ourselves: they quote values, which are patients' data.

    Yields the list of warnings.  (Lambda runs one event at a time, so a process-wide filter
    is safe here.)
    """
    logger = logging.getLogger("pydicom")
    before = logger.disabled
    logger.disabled = True
    try:
        with warnings.catch_warnings(record=True) as trouble:
            warnings.simplefilter("always")
            yield trouble
    finally:
        logger.disabled = before


def _parsed(start: bytes, *, declared: bool) -> tuple[Any, bool, bool]:
    """Return (dataset or None, whether it goes past the wanted part, whether a value is cut)."""
    ended: list[bool] = []
    source = io.BytesIO(start)

    def past_wanted(tag: int, _vr: str | None, _length: int) -> bool:
        if tag > 0x00280011:  # Columns, the last element wanted; tags ascend (PS3.5, 7.1)
            ended.append(True)
        return bool(ended)

    try:
        dataset = _deflated(start, past_wanted) if declared else None
        if dataset is None:
            from pydicom.filereader import read_partial

            dataset = read_partial(source, past_wanted, force=not declared, specific_tags=_wanted())
    except Exception:  # noqa: BLE001 - pydicom meets hostile bytes here, and only here
        return None, False, False
    return dataset, bool(ended), source.tell() > len(start)


def _wanted() -> list[Any]:
    from pydicom.tag import Tag

    return [Tag(keyword) for keyword in WANTED]


def _deflated(start: bytes, past_wanted: Any) -> Any:
    """Return the dataset of a deflated file, inflating 8 MiB at most; None for other files."""
    if DEFLATED.encode() not in start[132:1024] or start[132:136] != b"\x02\x00\x00\x00":
        return None
    from pydicom.filereader import read_dataset

    meta_bytes = int.from_bytes(start[140:144], "little")  # FileMetaInformationGroupLength
    inflated = zlib.decompressobj(-zlib.MAX_WBITS).decompress(
        start[144 + meta_bytes :], INFLATED_BYTES
    )
    dataset = read_dataset(
        io.BytesIO(inflated),
        is_implicit_VR=False,
        is_little_endian=True,
        stop_when=past_wanted,
        specific_tags=_wanted(),
    )
    dataset.transfer_syntax = DEFLATED
    return dataset


def _plausible(dataset: Any) -> bool:
    """Whether bytes without "DICM" are DICOM after all: some UID where one belongs."""
    for keyword in ("SOPClassUID", "StudyInstanceUID"):
        value = _text(dataset, keyword)
        if value and _UID.fullmatch(value) and "." in value:
            return True
    return False


def _facts(dataset: Any, *, declared: bool, trouble: list[Any]) -> Facts:
    flags: list[Flag] = [] if declared else [Flag.NO_PREAMBLE]
    study = _uid(dataset, "StudyInstanceUID")
    patient_id = _text(dataset, "PatientID")
    if study is None:
        flags.append(Flag.NO_STUDY)
    if patient_id is None:
        flags.append(Flag.NO_PATIENT)
    name = _name(dataset)
    if _is_garbled(name, trouble):
        flags.append(Flag.NAME_UNDECODABLE)
    found = Facts(
        kind=Kind.DICOM,
        width=_number(dataset, "Columns"),
        height=_number(dataset, "Rows"),
        frames=_number(dataset, "NumberOfFrames"),
        sop_class_uid=_uid(dataset, "SOPClassUID"),
        sop_instance_uid=_uid(dataset, "SOPInstanceUID"),
        study_uid=study,
        series_uid=_uid(dataset, "SeriesInstanceUID"),
        transfer_syntax_uid=_transfer_syntax(dataset),
        modality=_text(dataset, "Modality"),
        patient_id=patient_id,
        patient_name=name,
        birth_date=_date(dataset, "PatientBirthDate", flags),
        sex=_text(dataset, "PatientSex"),
        studied_at=_studied_at(dataset, flags),
        study_description=_text(dataset, "StudyDescription"),
        series_number=_number(dataset, "SeriesNumber"),
        instance_number=_number(dataset, "InstanceNumber"),
        accession_number=_text(dataset, "AccessionNumber"),
    )
    import msgspec

    return msgspec.structs.replace(found, flags=tuple(flag.value for flag in dict.fromkeys(flags)))


def _value(dataset: Any, keyword: str) -> Any:
    """Return a value, the first of several, or None where it cannot be converted."""
    try:
        value = dataset.get(keyword)
        if isinstance(value, str | bytes) or value is None or not hasattr(value, "__getitem__"):
            return value
        return value[0] if len(value) else None
    except Exception:  # noqa: BLE001 - pydicom converts lazily, hostile values included
        return None


def _text(dataset: Any, keyword: str) -> str | None:
    value = _value(dataset, keyword)
    if value is None:
        return None
    return str(value).replace("\0", "").strip()[:TEXT] or None


def _uid(dataset: Any, keyword: str) -> str | None:
    value = _text(dataset, keyword)
    return value if value and _UID.fullmatch(value) else None


def _number(dataset: Any, keyword: str) -> int | None:
    try:
        number = int(_value(dataset, keyword))
    except (TypeError, ValueError, OverflowError):
        return None
    return number if 0 <= number < 2**31 else None


def _name(dataset: Any) -> PersonName | None:
    """Return the patient's name in its three writings, decoded by the file's character set."""
    try:
        value = dataset.get("PatientName")
        groups = (value.alphabetic, value.ideographic, value.phonetic)
        name = PersonName(*(str(each).replace("\0", "").strip()[:TEXT] for each in groups))
    except Exception:  # noqa: BLE001 - decoding is lazy, too
        return None
    return name if str(name) else None


def _is_garbled(name: PersonName | None, trouble: list[Any]) -> bool:
    said = any("character set" in str(each.message).lower() for each in trouble)
    return said or (name is not None and ("\ufffd" in str(name) or "\x1b" in str(name)))


def _date(dataset: Any, keyword: str, flags: list[Flag]) -> str | None:
    text = _text(dataset, keyword)
    if text is None:
        return None
    match = _DATE.match(text)
    try:
        if match is not None:
            return date(*(int(each) for each in match.groups())).isoformat()
    except ValueError:
        pass  # e.g. 20260231
    flags.append(Flag.BAD_DATE)
    return None


def _studied_at(dataset: Any, flags: list[Flag]) -> str | None:
    day = _date(dataset, "StudyDate", flags)
    if day is None:
        return None
    match = _TIME.match(_text(dataset, "StudyTime") or "")
    if match is None:
        return day
    hours, minutes, seconds = (int(each or 0) for each in match.groups())
    if hours > 23 or minutes > 59 or seconds > 60:
        return day
    return f"{day}T{hours:02}:{minutes:02}:{min(seconds, 59):02}"


def _transfer_syntax(dataset: Any) -> str | None:
    known = getattr(dataset, "transfer_syntax", None)
    if known is not None:
        return str(known)
    meta = getattr(dataset, "file_meta", None)
    return _uid(meta, "TransferSyntaxUID") if meta is not None else None
