"""Patients, examinations, stored objects: the words of the catalogue."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from chalicelib.archive.facts import Facts
from chalicelib.kernel import ids

LOOSE = "loose"  # the examination of files that belong to none


class Person(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A patient as a sidecar or a DICOM header names them."""

    id: str
    name: str = ""
    birth_date: str = ""
    sex: str = ""


class ExaminationFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An examination as a sidecar or a DICOM header describes it (DICOM: a study)."""

    id: str
    patient: Person | None = None
    examined_at: str = ""
    kind: str = ""
    description: str = ""


class ObjectState(StrEnum):
    CLAIMED = "claimed"  # capacity is held, bytes are awaited
    STORED = "stored"  # bytes are there, verified
    ERASING = "erasing"  # of an area, on purpose: bytes are going, capacity follows them


class ObjectRow(msgspec.Struct, frozen=True, kw_only=True):
    """
    One content of one target, by its SHA-256.

    Attributes:
        batch_id: The batch that claimed it (first, or last to take the claim over).
        claim_ends_at: Until when bytes are awaited; only while claimed.
        upload_id: S3's multipart upload, once one was started; only while claimed.
        correlation_id: Of the request that claimed it; only while claimed.
    """

    target_id: str
    sha256: str
    size_bytes: int
    state: ObjectState
    batch_id: str
    claim_ends_at: str | None = None
    upload_id: str | None = None
    correlation_id: str | None = None
    stored_at: str | None = None
    facts: Facts | None = None


class Quarantined(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes in the bucket that nobody claimed, or that are not what was claimed."""

    key: str
    version_id: str | None
    size: int
    reason: str
    found_at: str


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """
    One file of a batch: a path and the content it had.

    Attributes:
        notes: What the service saw about it, e.g. ``patient-differs``; empty in a request.
    """

    path: str
    size: int
    sha256: str
    modified_at: str = ""
    notes: tuple[str, ...] = ()


class Examination(msgspec.Struct, frozen=True, kw_only=True):
    """
    An examination of the catalogue.

    Attributes:
        examination_id: Opaque, derived from target and source id.
        source_id: The facility's own id, or the StudyInstanceUID.
        objects, size_bytes: Over every backup ever made of it.
        cover: SHA-256 of the object whose picture stands for it; None while there is none.
    """

    examination_id: str
    target_id: str
    source_id: str
    patient_key: str | None
    examined_at: str
    kind: str
    description: str
    objects: int
    size_bytes: int
    last_backed_up_at: str
    cover: str | None = None


class Patient(msgspec.Struct, frozen=True, kw_only=True):
    patient_key: str
    patient_id: str
    name: str
    birth_date: str
    sex: str
    examination_ids: list[str]


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What one batch added to one examination, or at most PART_ENTRIES of it."""

    examination_id: str
    batch_id: str
    completed_at: str
    number: int
    entries: list[Entry]


class RestoredFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a restore, as it was in its newest backup before the moment asked for."""

    path: str
    sha256: str
    size: int
    examination_id: str
    backed_up_at: str
    modified_at: str
    notes: tuple[str, ...] = ()


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """
    A file of a rented area that a restore does not bring back, because people wanted it so.

    Attributes:
        reason: ``erased``, or ``binned``: it lay in the bin at the moment asked for.
        at, by: When, and who: a person's or an agent's id, or ``hokan`` for what fell due.
    """

    path: str
    sha256: str
    size: int
    reason: str
    at: str
    by: str


class Found(msgspec.Struct, frozen=True):
    """What a selection reaches: the files there are, and those that are named only."""

    files: list[RestoredFile]
    left_out: list[LeftOut]


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """
    What a restore brings back.

    Attributes:
        scope: target, patient, examination or batch; of a rented area also folder.
        subject: Whose: a patient's key, an examination's, a batch's or a folder's id; None for a
            target.
        as_of: The moment it is brought back to (RFC 3339 text).
    """

    target_id: str
    scope: str
    subject: str | None
    as_of: str


PART_ENTRIES = 200  # about 20 KB a row; a listing reads whole rows


def examination_id(target_id: str, source_id: str) -> str:
    return ids.derived_id("exam", target_id, source_id)


def patient_key(facility_id: str, patient_id: str) -> str:
    return ids.derived_id("patient", facility_id, patient_id)
