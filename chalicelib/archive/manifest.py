"""
The manifest of a finished batch: all the catalogue needs to know, written once, kept for ever.

docs/manifest.md is its specification for other programs.  Everything in the catalogue follows
from manifests alone, so the tables can be lost and rebuilt from S3.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from chalicelib.archive.facts import Facts
from chalicelib.archive.model import (
    LOOSE,
    Entry,
    ExaminationFacts,
    ObjectRow,
    ObjectState,
    Person,
    examination_id,
)

FORMAT = "hokan-manifest/1"


class ManifestEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One stored file: where it was, what it is, to which examination it belongs."""

    path: str
    size: int
    sha256: str
    examination_id: str
    stored_at: str
    stored_in: str  # the batch that stored these bytes; another one when they were there already
    facts: Facts
    modified_at: str = ""
    notes: tuple[str, ...] = ()

    def as_entry(self) -> Entry:
        """The part of it that an examination's file list shows."""
        return Entry(
            path=self.path,
            size=self.size,
            sha256=self.sha256,
            modified_at=self.modified_at,
            notes=self.notes,
        )

    def as_object(self, target_id: str) -> ObjectRow:
        """The row of the catalogue that its bytes have."""
        return ObjectRow(
            target_id=target_id,
            sha256=self.sha256,
            size_bytes=self.size,
            state=ObjectState.STORED,
            batch_id=self.stored_in,
            stored_at=self.stored_at,
            facts=self.facts,
        )


class ManifestExamination(msgspec.Struct, frozen=True, kw_only=True):
    examination_id: str
    source: ExaminationFacts


class ExceptionEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was named but not stored, and why."""

    path: str
    reason: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    format: str
    facility_id: str
    target_id: str
    batch_id: str
    agent_id: str
    opened_at: str
    completed_at: str
    outcome: str  # "complete" | "partial"
    examinations: list[ManifestExamination]
    entries: list[ManifestEntry]
    exceptions: list[ExceptionEntry]
    job_id: str | None = None
    scope: str | None = None
    of: str | None = None

    @property
    def added_bytes(self) -> int:
        """How much it stored that its target did not hold before."""
        new = {each.sha256: each.size for each in self.entries if each.stored_in == self.batch_id}
        return sum(new.values())


class Declared(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of a chunk, with the examination the agent declared for it."""

    entry: Entry
    examination: ExaminationFacts | None


def key(target_id: str, completed_at: str, batch_id: str) -> str:
    """Return the manifest's key: in time order within its target, no personal data."""
    stamp = completed_at.replace("-", "").replace(":", "")
    return f"m/{target_id}/{stamp}-{batch_id}.json"


def prefix(target_id: str) -> str:
    return f"m/{target_id}/"


def batch_id_of(manifest_key: str) -> str:
    """
    Return the batch a manifest key belongs to.

    >>> batch_id_of("m/target-1/20260401T000000.000000Z-batch-01jq.json")
    'batch-01jq'
    """
    return manifest_key.rpartition("/")[2].partition("-")[2].removesuffix(".json")


def encoded(manifest: Manifest) -> bytes:
    return msgspec.json.encode(manifest)


def decoded(body: bytes) -> Manifest:
    return msgspec.json.decode(body, type=Manifest)


def contents(
    target_id: str, declared: Iterable[Declared], objects: Mapping[str, ObjectRow]
) -> tuple[list[ManifestExamination], list[ManifestEntry]]:
    """
    Return the examinations and stored entries of a batch.

    The facility's own statement decides to which examination a file belongs; a DICOM header
    speaks where the facility said nothing; what neither knows is loose.

    Args:
        objects: The stored objects by SHA-256; entries of others are left out.
    """
    examinations: dict[str, ManifestExamination] = {}
    entries = []
    for each in declared:
        stored = objects.get(each.entry.sha256)
        if stored is None or stored.facts is None or stored.stored_at is None:
            continue
        source = each.examination or from_header(stored.facts) or ExaminationFacts(id=LOOSE)
        identifier = examination_id(target_id, source.id)
        if identifier not in examinations:
            examinations[identifier] = ManifestExamination(examination_id=identifier, source=source)
        entries.append(
            ManifestEntry(
                path=each.entry.path,
                size=each.entry.size,
                sha256=each.entry.sha256,
                examination_id=identifier,
                stored_at=stored.stored_at,
                stored_in=stored.batch_id,
                facts=stored.facts,
                modified_at=each.entry.modified_at,
                notes=_notes(each.examination, stored.facts),
            )
        )
    return list(examinations.values()), entries


def from_header(facts: Facts) -> ExaminationFacts | None:
    """Return the examination a DICOM header tells of, or None."""
    if facts.study_uid is None:
        return None
    patient = None
    if facts.patient_id:
        patient = Person(
            id=facts.patient_id,
            name=str(facts.patient_name or ""),
            birth_date=facts.birth_date or "",
            sex=facts.sex or "",
        )
    return ExaminationFacts(
        id=facts.study_uid,
        patient=patient,
        examined_at=facts.studied_at or "",
        kind=facts.modality or "",
        description=facts.study_description or "",
    )


def _notes(declared: ExaminationFacts | None, facts: Facts) -> tuple[str, ...]:
    """Say when a header names another patient than the facility did: somebody must look."""
    if declared is None or declared.patient is None or not facts.patient_id:
        return ()
    return () if declared.patient.id == facts.patient_id else ("patient-differs",)
