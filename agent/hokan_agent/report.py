"""What a run did, for people and, with --json, for programs."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from hokan_agent.cures import cure

COMPLETE, FAILED, USAGE, WITH_EXCEPTIONS = 0, 1, 2, 3  # exit codes


class Exception_(NamedTuple):  # noqa: N801 - the word of the field; Exception is Python's
    """A file that was left out, and why."""

    path: str
    code: str
    reason: str


@dataclass(slots=True)
class BackupReport:
    """
    Attributes:
        files_seen: Regular files found by the scan.
        files_sent, bytes_sent: Contents that moved; a content found twice moves once.
        files_already_stored: Files whose content the service had.
        files_unchanged: Files known to be stored, not even read again.
        files_unconfirmed: Sent, but the service has not yet said that they are stored.
        clock_difference_seconds: How far the service's clock was ahead of this machine's.
        files_fitting_none: Files that no pattern fits; they are sent without an examination.
    """

    files_seen: int = 0
    files_sent: int = 0
    bytes_sent: int = 0
    files_already_stored: int = 0
    files_unchanged: int = 0
    files_unconfirmed: int = 0
    files_fitting_none: int = 0
    exceptions: list[Exception_] = field(default_factory=list)
    batches: list[str] = field(default_factory=list)
    api_calls: int = 0
    clock_difference_seconds: int = 0
    error: dict[str, str] | None = None

    @property
    def outcome(self) -> str:
        if self.error is not None:
            return "failed"
        return "exceptions" if self.exceptions or self.files_unconfirmed else "complete"


class NotThere(NamedTuple):
    """A file of a rented area that people had erased, or put into its bin, by that moment."""

    path: str
    reason: str
    at: str
    by: str


@dataclass(slots=True)
class RestoreReport:
    """
    Attributes:
        is_dry: Nothing was written; the counts say what would be.
        files_restored, bytes_restored: Verified files, those that were there already included.
        files_there, bytes_there: Those that were.
        files_replaced: Those that took the place of another file.
        not_there: What the service names only; a restore is complete without it.
    """

    is_dry: bool = False
    files_restored: int = 0
    bytes_restored: int = 0
    files_there: int = 0
    bytes_there: int = 0
    files_replaced: int = 0
    not_there: list[NotThere] = field(default_factory=list)
    exceptions: list[Exception_] = field(default_factory=list)
    api_calls: int = 0
    clock_difference_seconds: int = 0
    error: dict[str, str] | None = None

    @property
    def outcome(self) -> str:
        if self.error is not None:
            return "failed"
        return "exceptions" if self.exceptions else "complete"


Report = BackupReport | RestoreReport


def as_json(report: Report) -> dict[str, Any]:
    """Return all a report says; each exception with what to do about it."""
    said = {"outcome": report.outcome, **asdict(report)}
    said["exceptions"] = [each._asdict() | {"cure": cure(each.code)} for each in report.exceptions]
    if isinstance(report, RestoreReport):
        said["not_there"] = [each._asdict() for each in report.not_there]
    return said


def exit_code(report: Report) -> int:
    return {"complete": COMPLETE, "exceptions": WITH_EXCEPTIONS, "failed": FAILED}[report.outcome]


def summary(report: Report) -> str:
    """Return what a run did, in a sentence."""
    left_out = f"{len(report.exceptions)} left out" if report.exceptions else "none left out"
    if isinstance(report, RestoreReport):
        return f"{_restored(report)}, {left_out}"
    unconfirmed = (
        f", {report.files_unconfirmed} not yet confirmed (the next run checks)"
        if report.files_unconfirmed
        else ""
    )
    fitting_none = (
        f", {report.files_fitting_none} fit no pattern (they have no examination)"
        if report.files_fitting_none
        else ""
    )
    return (
        f"{report.files_seen} files: {report.files_sent} sent "
        f"({report.bytes_sent / 10**6:.1f} MB), "
        f"{report.files_already_stored} stored already, {report.files_unchanged} unchanged, "
        f"{left_out}{unconfirmed}{fitting_none}"
    )


def _restored(report: RestoreReport) -> str:
    there = f", {report.files_there} of them there already" if report.files_there else ""
    if not report.is_dry:
        size = report.bytes_restored / 10**6
        return f"{report.files_restored} files ({size:.1f} MB) restored and verified{there}"
    size = (report.bytes_restored - report.bytes_there) / 10**6
    replaced = f", {report.files_replaced} in another's place" if report.files_replaced else ""
    count = report.files_restored - report.files_there
    return (
        f"nothing was written; {count} files ({size:.1f} MB) would come{replaced}, "
        f"{report.files_there} are there already"
    )
