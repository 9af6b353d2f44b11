"""
What a page of an album needs beside its examinations, in one request (catalogue).

TARGET#<t>    PATIENT#<patient key>     who they are of
FACILITY#<f>  CASE#<t>#<examination>    which of them are open in the display tool
FACILITY#<f>  CASES                     how many are, and may be

The rows are those of examinations.py and cases.py, read together.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from pynamodb.attributes import NumberAttribute

from chalicelib.archive.model import Examination, Patient
from chalicelib.archive.store.cases import CASE, COUNT, CaseCount
from chalicelib.archive.store.examinations import PatientRow, to_patient
from chalicelib.tables import CatalogueTable

PATIENT = "PATIENT#"


class _Row(PatientRow):
    """A row of any of them."""

    class Meta(CatalogueTable):
        pass

    limit_cases = NumberAttribute(null=True)
    open_cases = NumberAttribute(null=True)


class Beside(msgspec.Struct, frozen=True):
    """
    Attributes:
        patients: By key.
        open_ids: Of the examinations that are open.
    """

    patients: dict[str, Patient]
    open_ids: frozenset[str]
    count: CaseCount


def beside(facility_id: str, target_id: str, examinations: Iterable[Examination]) -> Beside:
    """Return what stands beside *examinations*, at most 49 of them, read consistently."""
    here, there = f"FACILITY#{facility_id}", f"TARGET#{target_id}"
    listed = list(examinations)
    keys = {(there, PATIENT + each.patient_key) for each in listed if each.patient_key}
    keys |= {(here, f"{CASE}{target_id}#{each.examination_id}") for each in listed}
    keys.add((here, COUNT))
    rows = {row.sk: row for row in _Row.batch_get(sorted(keys), consistent_read=True)}
    found = [to_patient(row) for sk, row in rows.items() if sk.startswith(PATIENT)]
    return Beside(
        patients={each.patient_key: each for each in found},
        open_ids=frozenset(sk.rpartition("#")[2] for sk in rows if sk.startswith(CASE)),
        count=_to_count(rows.get(COUNT)),
    )


def _to_count(row: _Row | None) -> CaseCount:
    return CaseCount(int(row.limit_cases or 0), int(row.open_cases or 0)) if row else CaseCount()
