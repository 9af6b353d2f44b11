"""Captures on their way into a target, as an agent's files go: in a batch, claimed first."""

from __future__ import annotations

from chalicelib import buckets
from chalicelib.archive.manifest import ExceptionEntry
from chalicelib.archive.model import ObjectState
from chalicelib.archive.store import objects
from chalicelib.buckets import captures as bytes_of
from chalicelib.buffer.model import Capture, Keeping
from chalicelib.kernel.errors import Conflict, HokanError, NotFound
from chalicelib.uploads import service as uploads
from chalicelib.uploads import settlement
from chalicelib.uploads import store as uploads_store
from chalicelib.uploads.model import (
    ChunkIn,
    EntryAnswer,
    EntryIn,
    ExaminationIn,
    PatientIn,
    Refused,
    Upload,
)
from chalicelib.uploads.settlement import Outcome as Settled


def delivered(keeping: Keeping, marked: list[Capture]) -> dict[str, str]:
    """Take *marked* through the whole of the batch; return why some are refused, by id."""
    place = keeping.caller, keeping.target_id, keeping.batch_id
    if not marked:
        return {}
    try:
        answers = uploads.put_chunk(*place, 0, _declared(keeping, marked))
        fates = {
            each.capture_id: _stored_by(keeping.target_id, each, answer)
            for each, answer in zip(marked, answers, strict=True)
        }
        refused = {each: why for each, why in fates.items() if why}
        gone = [each for each in marked if refused.get(each.capture_id) == "not-stored"]
        exceptions = [ExceptionEntry(path=each.file_name, reason="not-stored") for each in gone]
        uploads.finish(*place, exceptions)
    except (Conflict, NotFound) as error:
        return _what_is_left(keeping, marked, error)
    return refused


def _what_is_left(keeping: Keeping, marked: list[Capture], error: HokanError) -> dict[str, str]:
    """
    Return what is refused where the batch or the contract ended on the way.

    What the batch declared and S3 holds is in its manifest, or will be by the sweep.
    """
    declared = uploads_store.chunk(keeping.batch_id, 0)
    admitted = {each.path for each in declared.admitted} if declared else set()
    return {each.capture_id: error.code for each in marked if each.file_name not in admitted}


def _stored_by(target_id: str, capture: Capture, answer: EntryAnswer) -> str:
    """Put the bytes of a capture that is awaited; return why they are not stored, if so."""
    match answer:
        case Refused(code=code):
            return code
        case Upload():
            body = bytes_of.read(capture.key, capture.size_bytes)
            key = buckets.object_key(target_id, capture.sha256)
            if len(body) == capture.size_bytes:
                buckets.put_once(key, body, buckets.CONTENT_TYPE)
            settled = settlement.settle(key)
            return "" if settled in {Settled.STORED, Settled.DUPLICATE} else "not-stored"
    return ""


def stored(keeping: Keeping) -> set[str]:
    """Return the digests that the batch declared and the target holds."""
    declared = uploads_store.chunk(keeping.batch_id, 0)
    digests = {each.sha256 for each in declared.admitted} if declared else set()
    rows = objects.rows(keeping.target_id, digests)
    return {each for each, row in rows.items() if row.state is ObjectState.STORED}


def _declared(keeping: Keeping, marked: list[Capture]) -> ChunkIn:
    wanted, patient = keeping.examination, keeping.patient
    examination = ExaminationIn(
        id=wanted.id,
        patient=PatientIn(
            id=patient.id,
            name=patient.name or None,
            birth_date=patient.birth_date or None,
            sex=patient.sex or None,
        )
        if patient
        else None,
        examined_at=wanted.examined_at or min(each.taken_at for each in marked),
        kind=wanted.kind or None,
        description=wanted.description or None,
    )
    entries = [
        EntryIn(
            path=each.file_name,
            size=each.size_bytes,
            sha256=each.sha256,
            examination=wanted.id,
            modified_at=each.taken_at,
        )
        for each in marked
    ]
    return ChunkIn(entries=entries, examinations=[examination])
