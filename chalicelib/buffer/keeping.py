"""
Captures that somebody wants go into a target as an agent's files do: in a batch, claimed first.

That they are on their way is written before anything moves, so whoever finds it (the same person,
the next look, the schedule) goes on with the same batch: nothing is kept twice, and nothing is
neither kept nor in the buffer.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

import msgspec

from chalicelib import buckets
from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.archive.manifest import ExceptionEntry
from chalicelib.archive.model import ObjectState
from chalicelib.archive.store import objects
from chalicelib.buckets import captures as bytes_of
from chalicelib.buffer import store
from chalicelib.buffer.model import (
    MOST_KEPT,
    MOST_KEPT_BYTES,
    Buffer,
    Capture,
    Examination,
    Keeping,
    Kept,
    Patient,
    State,
    buffer_of,
    kept_as,
)
from chalicelib.contracts import service as contracts
from chalicelib.contracts.model import BatchScope
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict, HokanError, Invalid, NotFound
from chalicelib.telemetry import count
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

PATIENCE = timedelta(minutes=2)  # no request lasts as long


def keep(
    caller: Caller,
    capture_ids: list[str],
    target_id: str,
    examination: Examination,
    patient: Patient | None,
) -> Kept:
    """See :func:`service.keep`."""
    wanted = list(dict.fromkeys(capture_ids))
    if not 1 <= len(wanted) <= MOST_KEPT:
        raise Invalid(f"keep 1 to {MOST_KEPT} captures at a time", code="bad-number")
    if not examination.id.strip():
        raise Invalid("an examination needs an id", code="no-examination")
    buffer, now = buffer_of(caller), clock.now()
    go_on(buffer, now, of=set(wanted))
    as_asked = kept_as(target_id, examination, patient)
    known = {each: _kept_before(buffer, each, as_asked) for each in wanted}
    fresh = [_there(buffer, each, now) for each, is_kept in known.items() if not is_kept]
    before = [each for each, is_kept in known.items() if is_kept]
    if sum(each.size_bytes for each in fresh) > MOST_KEPT_BYTES:
        raise Invalid(f"keep {MOST_KEPT_BYTES} bytes at most at a time", code="bad-number")
    if not fresh:
        return Kept(kept=before)
    found = _begun(caller, fresh, target_id, examination, patient)
    return Kept(kept=before + found.kept, refused=found.refused)


def go_on(buffer: Buffer, now: datetime, of: set[str] | None = None) -> None:
    """
    End what broke off on its way into a target.

    Args:
        of: Only what these captures are part of, however young; all that is old enough otherwise.
    """
    for each in store.keepings(buffer):
        is_old = clock.parse(each.begun_at) <= now - PATIENCE
        if is_old if of is None else of & set(each.capture_ids):
            end(each)


def end(keeping: Keeping) -> Kept:
    """Take a keeping to its end, from wherever it is; return what became of its captures."""
    marked = _marked(keeping)
    refused = _sent(keeping, marked)
    stored = _stored(keeping)
    kept = [each for each in marked if each.sha256 in stored and each.capture_id not in refused]
    back = [each for each in marked if each not in kept]
    now = clock.text(clock.now())
    changes = {"state": State.KEPT, "kept_in": keeping.target_id, "ended_at": now}
    changes |= {"kept_as": keeping.kept_as, "keeping": ""}
    after = [msgspec.structs.replace(each, **changes) for each in kept]
    try:
        store.end_keeping(keeping, kept, after, back)
    except Conflict:  # somebody else ended it at the same time
        return _as_ended(keeping)
    count("CapturesKept", len(kept))
    bytes_of.forget(each.key for each in kept)
    return Kept(
        kept=[each.capture_id for each in kept],
        refused={each.capture_id: refused.get(each.capture_id, "not-stored") for each in back},
    )


def _as_ended(keeping: Keeping) -> Kept:
    kept = [
        each for each in keeping.capture_ids if _kept_before(keeping.buffer, each, keeping.kept_as)
    ]
    return Kept(
        kept=kept,
        refused={each: "not-stored" for each in keeping.capture_ids if each not in kept},
    )


def _begun(
    caller: Caller,
    fresh: list[Capture],
    target_id: str,
    examination: Examination,
    patient: Patient | None,
) -> Kept:
    """Open a batch, note what goes by it, and go on to its end."""
    scope = contracts.plan_in_force(caller.facility_id, target_id).batch_scope
    only = patient.id if scope is BatchScope.PATIENT and patient else None
    of = examination.id if scope is BatchScope.EXAMINATION else only
    batch_id = uploads.open_batch(caller, target_id, of=of).batch_id
    audit(caller, "keep-captures", batch_id, amount=len(fresh))
    now = clock.now()
    keeping = Keeping(
        batch_id=batch_id,
        caller=caller,
        target_id=target_id,
        examination=examination,
        patient=patient,
        capture_ids=[each.capture_id for each in fresh],
        begun_at=clock.text(now),
    )
    store.begin_keeping(keeping, fresh, now + PATIENCE)
    return end(keeping)


def _kept_before(buffer: Buffer, capture_id: str, as_asked: str) -> bool:
    """Tell whether a capture was kept as is asked; raises Conflict: it was kept as another."""
    done = store.done(buffer, capture_id)
    if done is None or done.state is not State.KEPT:
        return False
    if done.kept_as != as_asked:
        raise Conflict("this capture was kept elsewhere before", code="kept-elsewhere")
    return True


def _there(buffer: Buffer, capture_id: str, now: datetime) -> Capture:
    found = store.capture(buffer, capture_id)
    if found.state is not State.THERE or found.is_over(now):
        raise NotFound("there is no such capture")
    if found.keeping:
        raise Conflict("this capture is being kept; look again", code="capture-changed")
    return found


def _marked(keeping: Keeping) -> list[Capture]:
    """Return the captures that are still on their way by *keeping*."""
    found = []
    for each in keeping.capture_ids:
        with suppress(NotFound):
            capture = store.capture(keeping.buffer, each)
            if capture.keeping == keeping.batch_id:
                found.append(capture)
    return found


def _sent(keeping: Keeping, marked: list[Capture]) -> dict[str, str]:
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


def _stored(keeping: Keeping) -> set[str]:
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
