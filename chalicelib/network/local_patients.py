"""A facility's own patients, as its archive knows them: never another facility's."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.archive.model import Examination, Patient, patient_key
from chalicelib.archive.store import examinations
from chalicelib.contracts import store as contracts
from chalicelib.kernel.errors import NotFound


def find(facility_id: str, patient_id: str) -> Patient:
    """Return the patient of the number *patient_id*, exactly as typed; raises NotFound."""
    return patient(facility_id, patient_key(facility_id, patient_id))


def patient(facility_id: str, key: str) -> Patient:
    """
    Return a patient of the facility, whichever of its targets knows them.

    The first target that knows a birth date has the word.

    Raises:
        NotFound: None of its targets knows such a patient.
    """
    found = [each for _, each in _in_targets(facility_id, key)]
    if not found:
        raise NotFound("your archive knows no such patient")
    return next((each for each in found if each.birth_date), found[0])


def examinations_of(facility_id: str, key: str) -> list[Examination]:
    """Return a patient's examinations over all targets of the facility, newest first."""
    found = [
        each
        for target_id, patient in _in_targets(facility_id, key)
        for each in examinations.examinations_by_id(target_id, patient.examination_ids)
        if each.patient_key == key  # a correction may have moved one to another patient
    ]
    return sorted(found, key=lambda each: (each.examined_at, each.examination_id), reverse=True)


def _in_targets(facility_id: str, key: str) -> Iterator[tuple[str, Patient]]:
    for target in contracts.targets_of(facility_id):
        for found in examinations.patients_by_key(target.target_id, [key]):
            yield target.target_id, found
