"""Reading the catalogue and restoring from it.  Every read of patient data is audited first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from chalicelib import buckets
from chalicelib.access import store as access_store
from chalicelib.access.model import Caller
from chalicelib.access.policy import Operation, require
from chalicelib.access.service import audit
from chalicelib.archive.model import Entry, Examination, ObjectState, Part, Patient
from chalicelib.archive.store import batches, examinations, objects, restores, usage
from chalicelib.archive.store.batches import Batch
from chalicelib.archive.store.restores import Restore
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import Conflict, Invalid, NotFound
from chalicelib.telemetry import count

GRANT_LIFE = timedelta(hours=24)
PARTS_A_PAGE = 5  # at most 1,000 files a page
MAX_URLS = 100


class RestoredFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a restore, as it was in its newest backup before the moment asked for."""

    path: str
    sha256: str
    size: int
    examination_id: str
    backed_up_at: str
    modified_at: str
    notes: tuple[str, ...] = ()


# --- the catalogue -----------------------------------------------------------------------------


def patients(
    caller: Caller, target_id: str, cursor: str | None
) -> tuple[list[Patient], str | None]:
    """List the patients of a target."""
    usage.require(caller.facility_id, target_id)
    audit(caller, "list-patients", target_id)
    return examinations.patients(target_id, cursor)


def examinations_of_patient(caller: Caller, target_id: str, patient_key: str) -> list[Examination]:
    """List one patient's examinations, newest first."""
    usage.require(caller.facility_id, target_id)
    patient = examinations.patient(target_id, patient_key)
    audit(caller, "list-examinations", patient_key)
    found = examinations.examinations_by_id(target_id, patient.examination_ids)
    # A correction may have moved an examination to another patient.
    return [each for each in found if each.patient_key == patient_key]


def all_examinations(
    caller: Caller, target_id: str, cursor: str | None
) -> tuple[list[Examination], str | None]:
    """List a target's examinations, newest first."""
    usage.require(caller.facility_id, target_id)
    audit(caller, "list-examinations", target_id)
    return examinations.examinations(target_id, cursor)


def examination(
    caller: Caller, target_id: str, identifier: str
) -> tuple[Examination, list[RestoredFile]]:
    """Show one examination with its files as they are now."""
    usage.require(caller.facility_id, target_id)
    found = examinations.examination(target_id, identifier)
    audit(caller, "read-examination", identifier)
    return found, newest_files(examinations.parts(target_id, identifier), as_of=None)


def batches_of(
    caller: Caller, target_id: str, cursor: str | None
) -> tuple[list[Batch], str | None]:
    """List a target's batches, newest first; nothing personal in them, so no audit row."""
    usage.require(caller.facility_id, target_id)
    return batches.of_target(target_id, cursor)


def newest_files(parts: Iterable[Part], *, as_of: str | None) -> list[RestoredFile]:
    """Return each path of *parts* once: its newest backup at *as_of* (RFC 3339 text)."""
    newest: dict[str, RestoredFile] = {}
    for part in sorted(parts, key=lambda each: (each.completed_at, each.batch_id, each.number)):
        if as_of is not None and part.completed_at > as_of:
            continue
        for entry in part.entries:
            newest[entry.path] = _restored(part, entry)
    return [newest[path] for path in sorted(newest)]


def _restored(part: Part, entry: Entry) -> RestoredFile:
    return RestoredFile(
        path=entry.path,
        sha256=entry.sha256,
        size=entry.size,
        examination_id=part.examination_id,
        backed_up_at=part.completed_at,
        modified_at=entry.modified_at,
        notes=entry.notes,
    )


# --- restores ----------------------------------------------------------------------------------


def grant_restore(
    caller: Caller,
    target_id: str,
    *,
    scope: str,
    patient_key: str | None,
    examination_id: str | None,
    as_of: datetime | None,
    agent_id: str,
) -> Restore:
    """
    Let one agent of the facility read one target, patient or examination for 24 hours.

    Raises:
        Invalid: The scope needs an id that is missing, or *as_of* lies ahead.
        NotFound: No such patient, examination or agent at this facility.
        Conflict: The agent was revoked.
    """
    now = clock.now()
    if as_of is not None and as_of > now:
        raise Invalid("as_of lies in the future; leave it out for the newest state")
    usage.require(caller.facility_id, target_id)
    _check_scope(target_id, scope, patient_key, examination_id)
    _check_agent(caller, agent_id)
    restore = Restore(
        restore_id=ids.new_id("restore", now),
        facility_id=caller.facility_id,
        target_id=target_id,
        scope=scope,
        patient_key=patient_key if scope == "patient" else None,
        examination_id=examination_id if scope == "examination" else None,
        as_of=clock.text(as_of or now),
        agent_id=agent_id,
        state="granted",
        granted_at=clock.text(now),
        granted_by=caller.id,
        expires_at=clock.text(now + GRANT_LIFE),
    )
    subject = restore.patient_key or restore.examination_id or target_id
    audit(caller, f"grant-restore-{scope}", subject)
    restores.put(restore)
    count("RestoresGranted")
    return restore


def _check_scope(
    target_id: str, scope: str, patient_key: str | None, examination_id: str | None
) -> None:
    match scope:
        case "target":
            return
        case "patient" if patient_key:
            examinations.patient(target_id, patient_key)
        case "examination" if examination_id:
            examinations.examination(target_id, examination_id)
        case "patient" | "examination":
            raise Invalid(f'scope "{scope}" needs the {scope}\'s key or id')
        case _:
            raise Invalid('scope must be "target", "patient" or "examination"')


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
        for each in restores.of_facility(caller.facility_id)
        if each.agent_id == caller.id and _is_open(each)
    ]


def restore_files(
    caller: Caller, restore_id: str, cursor: str | None
) -> tuple[list[RestoredFile], str | None]:
    """Return a page of the files a grant covers, and the cursor of the next."""
    restore = _usable(caller, restore_id)
    if cursor is None:
        audit(caller, "restore-list", restore_id)
    if restore.scope == "target":
        return _files_of_target(restore, cursor)
    return _files_of_examinations(restore, cursor)


def _files_of_target(restore: Restore, cursor: str | None) -> tuple[list[RestoredFile], str | None]:
    parts, following = examinations.page_of_parts(restore.target_id, cursor, PARTS_A_PAGE)
    # A path may come again on a later page with a newer backup: the agent keeps the newest.
    return newest_files(parts, as_of=restore.as_of), following


def _files_of_examinations(
    restore: Restore, cursor: str | None
) -> tuple[list[RestoredFile], str | None]:
    """One examination a page; the cursor is the next one's id."""
    wanted = _examinations_of(restore)
    place = wanted.index(cursor) if cursor in wanted else 0
    if not wanted:
        return [], None
    parts = examinations.parts(restore.target_id, wanted[place])
    following = wanted[place + 1] if place + 1 < len(wanted) else None
    return newest_files(parts, as_of=restore.as_of), following


def _examinations_of(restore: Restore) -> list[str]:
    if restore.examination_id is not None:
        return [restore.examination_id]
    patient = examinations.patient(restore.target_id, str(restore.patient_key))
    listed = examinations.examinations_by_id(restore.target_id, patient.examination_ids)
    own = [each for each in listed if each.patient_key == restore.patient_key]
    return sorted(each.examination_id for each in own)


def restore_urls(caller: Caller, restore_id: str, digests: list[str]) -> list[dict[str, Any]]:
    """
    Return a download URL for each of *digests* the grant covers; audited before release.

    Raises:
        Invalid: More than 100, or none.
        NotFound: One of them is not stored in the grant's target or not covered by its scope.
    """
    if not 1 <= len(digests) <= MAX_URLS:
        raise Invalid(f"ask for 1 to {MAX_URLS} objects at a time")
    restore = _usable(caller, restore_id)
    rows = objects.rows(restore.target_id, digests)
    stored = {each for each, row in rows.items() if row.state is ObjectState.STORED}
    if not set(digests) <= stored & _covered(restore, stored):
        raise NotFound("one of these objects is not part of this restore")
    audit(caller, "restore-read", restore_id, amount=len(digests))
    count("ObjectsRestored", len(digests))
    signed = [
        (each, buckets.signed_get(buckets.object_key(restore.target_id, each))) for each in digests
    ]
    return [{"sha256": each, "url": to.url, "expires_at": to.expires_at} for each, to in signed]


def _covered(restore: Restore, stored: set[str]) -> set[str]:
    """Return the digests the grant's scope reaches: everything of the target, or its files."""
    if restore.scope == "target":
        return stored
    return {
        entry.sha256
        for identifier in _examinations_of(restore)
        for part in examinations.parts(restore.target_id, identifier)
        if part.completed_at <= restore.as_of
        for entry in part.entries
    }


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
