"""Why a job is not complete, as the service keeps it."""

from __future__ import annotations

from hokan_agent.daemon.jobs import _reason, _told
from hokan_agent.errors import Refused
from hokan_agent.report import BackupReport
from tests.support.canary import CANARY


def test_a_complete_job_has_no_error() -> None:
    assert _told(BackupReport()) is None


def test_storages_own_codes_are_told_as_ours_are_written() -> None:
    error = {"code": "Slow Down", "detail": "x" * 300}
    assert _told(BackupReport(error=error)) == {"code": "slow-down", "detail": "x" * 200}


def test_files_not_yet_confirmed_are_told() -> None:
    told = _told(BackupReport(files_unconfirmed=2))
    assert told == {
        "code": "not-confirmed",
        "detail": "2 files are sent, but not yet confirmed as stored",
    }


def test_a_conflict_is_told_in_the_services_words() -> None:
    assert _reason(Refused(409, "contract-ended", "the contract has ended")) == (
        "the contract has ended"
    )


def test_what_may_quote_a_field_is_told_by_its_code() -> None:
    error = Refused(400, "invalid", f"path {CANARY['id']} is too long")
    assert _reason(error) == "the service refused: invalid"
