"""
Patient, study and picture from a DICOM header (PS3.5, PS3.10).

Hospital equipment writes all kinds of files; whatever comes, the object is stored and shown as
what it is, with flags.  Nothing here raises, warns or logs.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from chalicelib.archive.dicom_elements import (
    VALUE_BYTES,
    Elements,
    Encoding,
    End,
    is_explicit,
    walk,
)
from chalicelib.archive.dicom_text import CharacterSet, character_set, decoded
from chalicelib.archive.facts import TEXT, Facts, Flag, Kind, PersonName

BIG_ENDIAN = "1.2.840.10008.1.2.2"
DEFLATED = "1.2.840.10008.1.2.1.99"
DIRECTORY = "1.2.840.10008.1.3.10"  # a DICOMDIR describes no patient of its own
INFLATED_BYTES = 2**20  # a header longer than this is too long, deflated or not
PREAMBLE_BYTES, MAGIC = 128, b"DICM"

MEDIA_CLASS, TRANSFER_SYNTAX = 0x00020002, 0x00020010
CHARACTER_SET = 0x00080005
SOP_CLASS, SOP_INSTANCE = 0x00080016, 0x00080018
STUDY_DATE, STUDY_TIME, ACCESSION = 0x00080020, 0x00080030, 0x00080050
MODALITY, STUDY_DESCRIPTION, SERIES_DESCRIPTION = 0x00080060, 0x00081030, 0x0008103E
PATIENT_NAME, PATIENT_ID, BIRTH_DATE, SEX = 0x00100010, 0x00100020, 0x00100030, 0x00100040
STUDY, SERIES, SERIES_NUMBER, INSTANCE_NUMBER = 0x0020000D, 0x0020000E, 0x00200011, 0x00200013
FRAMES, ROWS, COLUMNS = 0x00280008, 0x00280010, 0x00280011
META = {MEDIA_CLASS, TRANSFER_SYNTAX}
WANTED = {CHARACTER_SET, SOP_CLASS, SOP_INSTANCE, STUDY_DATE, STUDY_TIME, ACCESSION, MODALITY} | {
    *(STUDY_DESCRIPTION, SERIES_DESCRIPTION, PATIENT_NAME, PATIENT_ID, BIRTH_DATE, SEX, STUDY),
    *(SERIES, SERIES_NUMBER, INSTANCE_NUMBER, FRAMES, ROWS, COLUMNS),
}
LAST_WANTED = max(WANTED)
WITNESSES = frozenset({SOP_CLASS, STUDY})  # a UID there tells DICOM from chance

_UID = re.compile(r"[0-9]+(\.[0-9]+)+")
_DATE = re.compile(r"([0-9]{4})([.-]?)([0-9]{2})\2([0-9]{2})")  # dots as in ACR-NEMA
_TIME = re.compile(r"([0-9]{2})(?::?([0-9]{2})(?::?([0-9]{2}))?)?(?:\.[0-9]*)?")
_WHOLE_NUMBER = re.compile(r"\+?([0-9]{1,10})(?:\.0*)?")
_CONTROLS = dict.fromkeys((*range(0x20), 0x7F), " ")


class Header(NamedTuple):
    """
    The beginning of a DICOM object, as far as it was asked for.

    Attributes:
        syntax: The transfer syntax UID, as far as one is named.
        media_class: MediaStorageSOPClassUID of the file meta information.
        inflated: What was walked over instead of the object's own bytes, if it was deflated.
    """

    elements: Elements
    encoding: Encoding = Encoding()
    syntax: str | None = None
    media_class: str | None = None
    inflated: Inflated | None = None


class Inflated(NamedTuple):
    data: bytes
    is_whole: bool  # whether the deflated stream ended by itself


class Limits(NamedTuple):
    """What is looked for, and how much is kept of it."""

    wanted: frozenset[int]
    value_bytes: int
    inflated_bytes: int


def facts(start: bytes, size_bytes: int) -> tuple[Facts, bool] | None:
    """
    Return the facts in *start*, the beginning of an object of *size_bytes*, if it is DICOM.

    Also returns whether more bytes could not add any.
    """
    header = header_of(start)
    if header is None:
        return None
    found = _facts(header) if _is_declared(start) else _facts(header).flagged(Flag.NO_PREAMBLE)
    return _judged(found, header, len(start), size_bytes)


def header_of(
    start: bytes,
    wanted: Collection[int] = WANTED,
    *,
    value_bytes: int = VALUE_BYTES,
    inflated_bytes: int = INFLATED_BYTES,
) -> Header | None:
    """
    Return what *start* says of the *wanted* elements, if it is the beginning of a DICOM object.

    Args:
        value_bytes: How much of a value is kept.
        inflated_bytes: How much of a deflated data set is inflated.
    """
    declared = _is_declared(start)
    if not declared and not _may_begin_a_data_set(start):
        return None
    limits = Limits(frozenset(wanted) | WITNESSES, value_bytes, inflated_bytes)
    header = _header(start, PREAMBLE_BYTES + 4 if declared else 0, limits)
    return header if declared or _is_plausible(header) else None


def _is_declared(start: bytes) -> bool:
    return start[PREAMBLE_BYTES : PREAMBLE_BYTES + 4] == MAGIC


def _may_begin_a_data_set(start: bytes) -> bool:
    """Whether the first element is of group 0002 or 0008, in either byte order."""
    return start[:2] in {b"\x02\0", b"\x08\0", b"\0\x08"}


def _header(start: bytes, place: int, limits: Limits) -> Header:
    wanted, value_bytes = limits.wanted, limits.value_bytes
    meta = walk(start, place, Encoding(), META, group=0x0002)
    syntax = _uid(meta.values.get(TRANSFER_SYNTAX))
    header = Header(meta, syntax=syntax, media_class=_uid(meta.values.get(MEDIA_CLASS)))
    if meta.end is not End.OUT_OF_GROUP and syntax != DEFLATED:
        return header
    if syntax == DEFLATED:
        inflated = _inflate(start[meta.place :], limits.inflated_bytes)
        elements = walk(inflated.data, 0, Encoding(), wanted, value_bytes=value_bytes)
        return header._replace(elements=elements, inflated=inflated)
    encoding = _encoding(start, meta.place, syntax)
    elements = walk(start, meta.place, encoding, wanted, value_bytes=value_bytes)
    return header._replace(elements=elements, encoding=encoding)


def _encoding(start: bytes, place: int, syntax: str | None) -> Encoding:
    """Return how the data set is written; what it looks like is surer than what is said."""
    is_big = syntax == BIG_ENDIAN
    if syntax is None and start[place : place + 1] == b"\0":
        is_big = True  # the group number of a first element is below 256
    return Encoding(is_explicit(start, place), is_big)


def _inflate(deflated: bytes, most_bytes: int) -> Inflated:
    """Inflate (RFC 1951) as far as it goes, *most_bytes* at most."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    data = bytearray()
    try:
        for place in range(0, len(deflated), 4096):
            left = most_bytes - len(data)
            if left <= 0:
                break
            data += inflater.decompress(deflated[place : place + 4096], left)
    except zlib.error:
        pass  # what came out before the damage may be the whole header
    return Inflated(bytes(data), inflater.eof)


def _is_plausible(header: Header) -> bool:
    """Whether bytes without "DICM" are DICOM after all: a UID where one belongs."""
    values = header.elements.values
    return any(_uid(values.get(tag)) is not None for tag in WITNESSES)


def _judged(
    found: Facts, header: Header, at_hand_bytes: int, size_bytes: int
) -> tuple[Facts, bool]:
    """Flag what is wrong with the structure; say whether more bytes could not help."""
    elements, inflated = header.elements, header.inflated
    is_over = at_hand_bytes >= size_bytes
    has_all = elements.last_tag > LAST_WANTED
    is_empty = elements.walked == 0 and elements.end in {End.MARK, End.LAST_BYTE}
    if is_empty or elements.end is End.MALFORMED:
        return found.flagged(Flag.UNREADABLE_HEADER), True
    if elements.end in {End.PIXELS, End.MARK}:
        return (found.flagged(Flag.TRUNCATED) if _is_short(header, size_bytes) else found), True
    if inflated is not None and len(inflated.data) >= INFLATED_BYTES:
        return (found if has_all else found.flagged(Flag.HEADER_TOO_LONG)), True
    is_whole = is_over if inflated is None else inflated.is_whole
    if elements.end is End.LAST_BYTE and is_whole:
        return found, True
    return (found.flagged(Flag.TRUNCATED), True) if is_over else (found, has_all)


def _is_short(header: Header, size_bytes: int) -> bool:
    """Whether the pixels are to end after the object does; encapsulated ones do not tell."""
    pixels_end = header.elements.value_end if header.inflated is None else None
    return pixels_end is not None and pixels_end > size_bytes


def _facts(header: Header) -> Facts:
    values = _Values(header)
    study = values.identifier(STUDY)
    patient_id = values.text(PATIENT_ID)
    name, name_fits = values.name()
    birth_date = values.text(BIRTH_DATE)
    study_date = values.text(STUDY_DATE)
    found = Facts(
        kind=Kind.DICOM,
        width=values.small_number(COLUMNS),
        height=values.small_number(ROWS),
        frames=values.number(FRAMES),
        sop_class_uid=values.uid(SOP_CLASS) or header.media_class,
        sop_instance_uid=values.identifier(SOP_INSTANCE),
        study_uid=study,
        series_uid=values.identifier(SERIES),
        transfer_syntax_uid=header.syntax,
        modality=values.text(MODALITY),
        patient_id=patient_id,
        patient_name=name,
        birth_date=_iso(birth_date),
        sex=values.text(SEX),
        studied_at=_studied_at(_iso(study_date), values.text(STUDY_TIME)),
        study_description=values.text(STUDY_DESCRIPTION),
        series_description=values.text(SERIES_DESCRIPTION),
        series_number=values.number(SERIES_NUMBER),
        instance_number=values.number(INSTANCE_NUMBER),
        accession_number=values.text(ACCESSION),
        header_bytes=_header_bytes(header),
    )
    troubles = {
        Flag.NO_STUDY: study is None and header.media_class != DIRECTORY,
        Flag.NO_PATIENT: patient_id is None and header.media_class != DIRECTORY,
        Flag.NAME_UNDECODABLE: not name_fits,
        Flag.BAD_UID: any(values.has_bad_uid(tag) for tag in (SOP_INSTANCE, STUDY, SERIES)),
        Flag.BAD_DATE: any(day and _iso(day) is None for day in (birth_date, study_date)),
    }
    return found.flagged(*(flag for flag, is_so in troubles.items() if is_so))


def _header_bytes(header: Header) -> int | None:
    at_pixels = header.elements.end is End.PIXELS and header.inflated is None
    return header.elements.place if at_pixels else None


class _Values:
    """The values of one header as Python has them; None where there is none or it is unfit."""

    def __init__(self, header: Header) -> None:
        self._values = header.elements.values
        self._order = header.encoding.order
        named = self._values.get(CHARACTER_SET)
        self._charset = character_set(named) if named is not None else CharacterSet()

    def uid(self, tag: int) -> str | None:
        return _uid(self._values.get(tag))

    def identifier(self, tag: int) -> str | None:
        """Return what stands for a UID: hashed ones, too, keep a study's files together."""
        text = self.text(tag)
        return text if text and text.isascii() and " " not in text else None

    def has_bad_uid(self, tag: int) -> bool:
        return self.text(tag) is not None and self.uid(tag) is None

    def text(self, tag: int) -> str | None:
        """Return the first of the values at *tag*, 64 characters at most."""
        text, _ = decoded(self._values.get(tag, b""), self._charset)
        return _tidy(text.partition("\\")[0]) or None

    def name(self) -> tuple[PersonName | None, bool]:
        """Return the patient's name and whether all of it could be decoded."""
        text, fits = decoded(self._values.get(PATIENT_NAME, b""), self._charset)
        groups = text.partition("\\")[0].split("=")[:3]
        name = PersonName(*(_tidy(group) for group in groups))
        return (name if str(name) else None), fits

    def number(self, tag: int) -> int | None:
        """Return a whole number written as text (VR IS)."""
        match = _WHOLE_NUMBER.fullmatch(self.text(tag) or "")
        number = int(match[1]) if match else None
        return number if number is not None and number < 2**31 else None

    def small_number(self, tag: int) -> int | None:
        """Return a number of 16 bits (VR US)."""
        value = self._values.get(tag, b"")
        return int.from_bytes(value[:2], self._order) if len(value) >= 2 else None


def _tidy(text: str) -> str:
    return text.translate(_CONTROLS).strip()[:TEXT]


def _uid(value: bytes | None) -> str | None:
    text = (value or b"").decode("latin_1").partition("\\")[0].strip(" \0")
    return text if len(text) <= 64 and _UID.fullmatch(text) else None


def _iso(day: str | None) -> str | None:
    """
    Return a date (VR DA) as ISO 8601 has it, or None.

    >>> _iso("20260401"), _iso("2026.04.01"), _iso("20260231")
    ('2026-04-01', '2026-04-01', None)
    """
    match = _DATE.fullmatch(day or "")
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[3]), int(match[4])).isoformat()
    except ValueError:
        return None


def _studied_at(day: str | None, time: str | None) -> str | None:
    """
    Join a date and a time (VR TM); a time that no clock shows is left out.

    >>> _studied_at("2026-04-01", "0930")
    '2026-04-01T09:30:00'
    """
    match = _TIME.fullmatch(time or "")
    if day is None or match is None:
        return day
    hours, minutes, seconds = (int(each or 0) for each in match.groups())
    if hours > 23 or minutes > 59 or seconds > 60:
        return day
    return f"{day}T{hours:02}:{minutes:02}:{min(seconds, 59):02}"
