"""Reading the catalogue and restoring from it.  Every read of patient data is audited first."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from chalicelib import buckets
from chalicelib.access import store as access_store
from chalicelib.access.model import Caller
from chalicelib.access.policy import Operation, require
from chalicelib.access.service import audit
from chalicelib.archive import selecting, trees
from chalicelib.archive.model import Examination, ObjectState, Patient, RestoredFile
from chalicelib.archive.selecting import newest_files
from chalicelib.archive.store import batches, examinations, objects, restores, usage
from chalicelib.archive.store.batches import Batch
from chalicelib.archive.store.restores import Restore
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import Conflict, Invalid, NotFound
from chalicelib.telemetry import count

GRANT_LIFE = timedelta(hours=24)
MAX_URLS = 100


class SignedObject(msgspec.Struct, frozen=True):
    """Where an object of a restore can be had, until when."""

    sha256: str
    url: str
    expires_at: str


class ErasedObject(msgspec.Struct, frozen=True):
    """A content of an area that was erased on purpose, and when."""

    sha256: str
    at: str


# --- the catalogue -----------------------------------------------------------------------------


def patients(
    caller: Caller, target_id: str, cursor: str | None
) -> tuple[list[Patient], str | None]:
    """List the patients of a target."""
    trees.require(caller, target_id)
    audit(caller, "list-patients", target_id)
    return examinations.patients(target_id, cursor)


def examinations_of_patient(caller: Caller, target_id: str, patient_key: str) -> list[Examination]:
    """List one patient's examinations, newest first."""
    trees.require(caller, target_id)
    patient = examinations.patient(target_id, patient_key)
    audit(caller, "list-examinations", patient_key)
    found = examinations.examinations_by_id(target_id, patient.examination_ids)
    # A correction may have moved an examination to another patient.
    return [each for each in found if each.patient_key == patient_key]


def all_examinations(
    caller: Caller, target_id: str, cursor: str | None
) -> tuple[list[Examination], str | None]:
    """List a target's examinations, newest first."""
    trees.require(caller, target_id)
    audit(caller, "list-examinations", target_id)
    return examinations.examinations(target_id, cursor)


def examination(
    caller: Caller, target_id: str, identifier: str
) -> tuple[Examination, list[RestoredFile]]:
    """Show one examination with its files as they are now."""
    trees.require(caller, target_id)
    found = examinations.examination(target_id, identifier)
    audit(caller, "read-examination", identifier)
    return found, newest_files(examinations.parts(target_id, identifier), as_of=None)


def batches_of(
    caller: Caller, target_id: str, cursor: str | None
) -> tuple[list[Batch], str | None]:
    """List a target's batches, newest first; nothing personal in them, so no audit row."""
    usage.require(caller.facility_id, target_id)
    return batches.of_target(target_id, cursor)


# --- restores ----------------------------------------------------------------------------------


def grant_restore(
    caller: Caller,
    target_id: str,
    *,
    scope: str,
    subject: str | None,
    as_of: datetime | None,
    agent_id: str,
) -> Restore:
    """
    Let one agent of the facility read a target, patient, examination or batch for 24 hours.

    Args:
        subject: Which patient, examination or batch; None for a target.

    Raises:
        Invalid: The scope needs an id that is missing, or *as_of* lies ahead.
        NotFound: No such patient, examination, batch or agent at this facility.
        Conflict: The agent was revoked, or the batch is not finished.
    """
    now = clock.now()
    if as_of is not None and as_of > now:
        raise Invalid("as_of lies in the future; leave it out for the newest state")
    trees.require(caller, target_id)
    selecting.check(target_id, scope, subject)
    _check_agent(caller, agent_id)
    restore = Restore(
        restore_id=ids.new_id("restore", now),
        facility_id=caller.facility_id,
        target_id=target_id,
        scope=scope,
        patient_key=subject if scope == "patient" else None,
        examination_id=subject if scope == "examination" else None,
        batch_id=subject if scope == "batch" else None,
        as_of=clock.text(as_of or now),
        agent_id=agent_id,
        state="granted",
        granted_at=clock.text(now),
        granted_by=caller.id,
        expires_at=clock.text(now + GRANT_LIFE),
    )
    audit(caller, f"grant-restore-{scope}", restore.selection.subject or target_id)
    restores.put(restore)
    count("RestoresGranted")
    return restore


def _check_agent(caller: Caller, agent_id: str) -> None:
    agent = access_store.agent(agent_id)
    if agent.facility_id != caller.facility_id:
        raise NotFound("there is no such agent")
    if agent.state != "enrolled":
        raise Conflict("this agent was revoked; choose another one", code="agent-revoked")


def open_restores(caller: Caller) -> list[Restore]:
    """Return the grants this agent can still use, newest first."""
    return [
        each
        for each in restores.granted_since(caller.facility_id, clock.now() - GRANT_LIFE)
        if each.agent_id == caller.id and _is_open(each)
    ]


def restore_files(caller: Caller, restore_id: str, cursor: str | None) -> trees.Page:
    """Return a page of the files a grant covers, and of what it names only."""
    restore = _usable(caller, restore_id)
    if cursor is None:
        audit(caller, "restore-list", restore_id)
    return selecting.page_of_files(restore.selection, cursor)


def restore_urls(
    caller: Caller, restore_id: str, digests: list[str]
) -> tuple[list[SignedObject], list[ErasedObject]]:
    """
    Return a download URL for each of *digests* the grant covers; audited before release.

    What was erased from an area since it was listed has none: it is told beside them.

    Raises:
        Invalid: More than 100, or none.
        NotFound: One of them is not stored in the grant's target or not covered by its scope.
    """
    if not 1 <= len(digests) <= MAX_URLS:
        raise Invalid(f"ask for 1 to {MAX_URLS} objects at a time")
    restore = _usable(caller, restore_id)
    rows = objects.rows(restore.target_id, digests)
    stored = {each for each, row in rows.items() if row.state is ObjectState.STORED}
    missing = set(digests) - stored
    erased = trees.erased_at(restore.target_id, missing) if missing else {}
    there = [each for each in digests if each not in erased]
    if not set(there) <= stored & selecting.covered(restore.selection, stored):
        raise NotFound("one of these objects is not part of this restore")
    audit(caller, "restore-read", restore_id, amount=len(there))
    count("ObjectsRestored", len(there))
    signed = [
        (each, buckets.signed_get(buckets.object_key(restore.target_id, each))) for each in there
    ]
    told = [SignedObject(each, to.url, to.expires_at) for each, to in signed]
    return told, [ErasedObject(each, at) for each, at in sorted(erased.items())]


def finish_restore(caller: Caller, restore_id: str, restored: int, failed: int) -> Restore:
    """Close a grant; what remains of it cannot be used any more."""
    restore = _usable(caller, restore_id)
    done = msgspec.structs.replace(restore, state="done", restored=restored, failed=failed)
    audit(caller, "restore-finish", restore_id, amount=restored)
    restores.put(done)
    count("RestoresFinished")
    return done


def _usable(caller: Caller, restore_id: str) -> Restore:
    restore = restores.restore(caller.facility_id, restore_id)
    require(caller, Operation.RUN_RESTORE, restore)
    if not _is_open(restore):
        raise Conflict("this restore is done or older than 24 hours", code="restore-over")
    return restore


def _is_open(restore: Restore) -> bool:
    return restore.state == "granted" and restore.expires_at > clock.text(clock.now())
