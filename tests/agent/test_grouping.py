from __future__ import annotations

from typing import Any

from hokan_agent.sources.grouping import grouped
from hokan_agent.sources.scan import Found
from hokan_agent.upload.entries import Said


def a_file(path: str) -> Said:
    return Found(path, 1, 0, 0), None


def an_examination(identifier: str, patient: str | None) -> dict[str, Any]:
    return {"id": identifier} | ({"patient": {"id": patient}} if patient else {})


A, B, C, D = (a_file(each) for each in "abcd")
FILES = [
    (A, an_examination("E-1", "P-1")),
    (B, an_examination("E-2", "P-2")),
    (C, None),
    (D, an_examination("E-3", "P-1")),
]


def test_a_facilitys_files_share_one_batch() -> None:
    assert grouped("facility", FILES) == [(None, [A, B, C, D])]


def test_patients_have_batches_of_their_own() -> None:
    assert grouped("patient", FILES) == [("P-1", [A, D]), ("P-2", [B]), (None, [C])]


def test_examinations_have_batches_of_their_own() -> None:
    groups = grouped("examination", FILES)
    assert groups == [("E-1", [A]), ("E-2", [B]), (None, [C]), ("E-3", [D])]


def test_an_examination_without_a_patient_belongs_to_those_nobody_described() -> None:
    assert grouped("patient", [(A, an_examination("E-1", None))]) == [(None, [A])]


def test_nothing_makes_no_batch() -> None:
    assert grouped("patient", []) == []
