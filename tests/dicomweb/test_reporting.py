"""What a client hears of each file it sent."""

from __future__ import annotations

import pydicom
import pytest

from chalicelib.dicomweb.received import Reason, received
from chalicelib.dicomweb.reporting import Outcome, report
from tests.dicomweb.sending import an_instance

BASE = "https://hokan.example/api/dicom-web/targets/t/studies"


def outcome(reason: Reason | None, number: int = 1, study: int = 1) -> Outcome:
    return Outcome(received(an_instance(number, study=study)).facts, reason)


GOOD, BAD = outcome(None), outcome(Reason.NOT_UNDERSTOOD)


@pytest.mark.parametrize(
    ("outcomes", "status"), [([GOOD], 200), ([GOOD, BAD], 202), ([BAD], 409), ([BAD, BAD], 409)]
)
def test_the_status_says_whether_all_some_or_none_are_stored(
    outcomes: list[Outcome], status: int
) -> None:
    assert report(outcomes, BASE)[1] == status


def test_pydicom_reads_the_answer_as_a_data_set() -> None:
    found = pydicom.Dataset.from_json(report([GOOD, BAD], BASE)[0])
    assert found.RetrieveURL == f"{BASE}/1.2.4.1"
    assert found.ReferencedSOPSequence[0].ReferencedSOPInstanceUID == "1.2.3.1"
    assert found.FailedSOPSequence[0].FailureReason == 0xC000


def test_no_study_is_named_where_files_are_of_several() -> None:
    found = pydicom.Dataset.from_json(report([GOOD, outcome(None, 2, study=2)], BASE)[0])
    assert not found.RetrieveURL


def test_a_file_without_uids_is_among_the_other_failures() -> None:
    nameless = Outcome(received(b"no DICOM").facts, Reason.NOT_UNDERSTOOD)
    found = pydicom.Dataset.from_json(report([nameless], BASE)[0])
    assert "FailedSOPSequence" not in found
    assert found.OtherFailuresSequence[0].FailureReason == 0xC000
