"""Where captures can be kept: targets that take files now, and patients the catalogue knows."""

from __future__ import annotations

from chalicelib.access.model import Caller
from chalicelib.access.service import audit
from chalicelib.archive import service as archive
from chalicelib.archive import trees
from chalicelib.archive.model import Examination, Patient, patient_key
from chalicelib.archive.name_keys import key, keys_of
from chalicelib.archive.store import examinations, names
from chalicelib.contracts import service as contracts
from chalicelib.contracts import store
from chalicelib.contracts.model import TargetKind
from chalicelib.contracts.store import Target
from chalicelib.kernel.errors import Conflict

MOST_FOUND = 10  # patients of one page; a longer name finds fewer

Found = list[tuple[Patient, list[Examination]]]


def targets(facility_id: str) -> list[Target]:
    """Return the facility's targets that captures can be kept in now, by name."""
    found = [each for each in store.targets_of(facility_id) if _takes(each)]
    return sorted(found, key=lambda each: each.name)


def check_takes(target: Target) -> None:
    """
    Let pass a target of examinations.

    An area is a tree of files, for who was given a right; a display tool stores nothing.

    Raises:
        Conflict: ``takes-no-captures``.
    """
    if target.kind is not TargetKind.MASS_STORAGE:
        raise Conflict("captures are kept where examinations are", code="takes-no-captures")


def patients(caller: Caller, target_id: str, typed: str) -> Found:
    """
    Return the patients of a number, or of a name, with their examinations; audited first.

    Raises:
        NotFound: The target is not the caller's.
    """
    trees.require(caller, target_id)
    audit(caller, "find-patients", target_id)
    wanted = key(typed)
    by_name = names.found(target_id, wanted, MOST_FOUND) if wanted else []
    by_number = patient_key(caller.facility_id, typed)
    found = examinations.patients_by_key(target_id, {by_number, *by_name})
    are_it = [each for each in found if each.patient_key == by_number or _has(each, wanted)]
    are_it.sort(key=lambda each: (each.name, each.patient_id))
    return [
        (each, archive.examinations_of_patient(caller, target_id, each.patient_key))
        for each in are_it[:MOST_FOUND]
    ]


def _takes(target: Target) -> bool:
    try:
        check_takes(target)
        contracts.plan_in_force(target.facility_id, target.target_id)
    except Conflict:
        return False
    return True


def _has(patient: Patient, wanted: str) -> bool:
    """Whether a patient still has a name that begins so: rows of corrected names stay."""
    return any(each.startswith(wanted) for each in keys_of(patient.name))
