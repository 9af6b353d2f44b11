"""What a stored object is, as far as its header tells: kind, patient, study, picture size."""

from __future__ import annotations

from enum import StrEnum

import msgspec

TEXT = 64  # characters, as the value representation LO allows (DICOM PS3.5, 6.2)


class Kind(StrEnum):
    DICOM = "dicom"
    JPEG = "jpeg"
    OTHER = "other"


class Flag(StrEnum):
    """What somebody may want to look at; an object is stored whatever flags it has."""

    TRUNCATED = "truncated"  # ends before its own structure says it does
    UNREADABLE_HEADER = "unreadable-header"  # says what it is, but cannot be parsed
    HEADER_TOO_LONG = "header-too-long"  # more than 1 MiB before the pixels
    NO_PREAMBLE = "no-preamble"  # DICOM without the 128 bytes and "DICM" of PS3.10
    NO_STUDY = "no-study"  # DICOM without a StudyInstanceUID
    NO_PATIENT = "no-patient"  # DICOM without a PatientID
    NAME_UNDECODABLE = "name-undecodable"  # the name does not fit its character set
    BAD_UID = "bad-uid"  # an identifier that is no UID (PS3.5, 9.1), kept as it is
    BAD_DATE = "bad-date"  # a date that no calendar has


class PersonName(msgspec.Struct, frozen=True, omit_defaults=True):
    """
    A name in its three writings (DICOM PS3.5, 6.2.1: component groups of a PN).

    >>> str(PersonName.parse("YAMADA^TARO=山田^太郎=やまだ^たろう"))
    'YAMADA^TARO=山田^太郎=やまだ^たろう'
    """

    alphabetic: str = ""
    ideographic: str = ""
    phonetic: str = ""

    @classmethod
    def parse(cls, written: str) -> PersonName:
        """Read ``alphabetic=ideographic=phonetic``; what a group has over 64 characters goes."""
        groups = [group.strip()[:TEXT] for group in written.split("=")[:3]]
        return cls(*groups)

    def __str__(self) -> str:
        return f"{self.alphabetic}={self.ideographic}={self.phonetic}".rstrip("=")


class Facts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """
    Facts of one object.  Short on purpose: a row with them is to stay under 1 KB.

    Attributes:
        flags: Values of :class:`Flag`, each once.
        width, height: Pixels.
        frames: Pictures in the object, as NumberOfFrames says.
        studied_at: Local, without zone: ``YYYY-MM-DD`` or ``YYYY-MM-DDTHH:MM:SS``.
        birth_date: ``YYYY-MM-DD``.
        header_bytes: Where (7FE0,0010) Pixel Data begins, counted from the object's first byte;
            None when what was read does not reach it.
    """

    kind: Kind
    flags: tuple[str, ...] = ()
    width: int | None = None
    height: int | None = None
    frames: int | None = None
    sop_class_uid: str | None = None
    sop_instance_uid: str | None = None
    study_uid: str | None = None
    series_uid: str | None = None
    transfer_syntax_uid: str | None = None
    modality: str | None = None
    patient_id: str | None = None
    patient_name: PersonName | None = None
    birth_date: str | None = None
    sex: str | None = None
    studied_at: str | None = None
    study_description: str | None = None
    series_description: str | None = None
    series_number: int | None = None
    instance_number: int | None = None
    accession_number: str | None = None
    header_bytes: int | None = None

    def flagged(self, *more: Flag) -> Facts:
        """Return these facts with *more* flags."""
        flags = dict.fromkeys((*self.flags, *(flag.value for flag in more)))
        return msgspec.structs.replace(self, flags=tuple(flags))
