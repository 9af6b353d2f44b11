"""A job from the service: taken, run over all folders of its target, told of, and finished."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from hokan_agent.daemon.tools import Tools
from hokan_agent.errors import AgentError, Interrupted, JobOver, Refused, Unreachable
from hokan_agent.log import facts_of, reported
from hokan_agent.machine.state import State
from hokan_agent.moments import moment
from hokan_agent.report import BackupReport
from hokan_agent.sources.folders import Watched
from hokan_agent.upload.backup import Backup
from hokan_agent.upload.tally import Tally
from hokan_agent.wire.web import PASSING

PROGRESS_SECONDS = 10.0
CODE_CHARACTERS, DETAIL_CHARACTERS = 64, 200
_NO_CODE = re.compile(r"[^a-z0-9]+")
CONFLICT = 409
OUTCOMES = {"complete": "complete", "exceptions": "partial", "failed": "failed"}

Error = dict[str, str]  # code and detail, as a finished job keeps them


class Job:
    """One job; *target* is as the poll that brought it had it."""

    def __init__(
        self, tools: Tools, job: dict[str, Any], target: dict[str, Any], folders: list[Watched]
    ) -> None:
        self._tools, self._target, self._folders = tools, target, folders
        self._id = str(job["job_id"])
        self._path = f"/agent/jobs/{self._id}"
        self._tally = Tally()

    def run(self) -> BackupReport | None:
        """
        Do the job; return what was done, or None when it is not this agent's to do.

        Raises:
            JobOver: The service wants it no more.
            Interrupted, Unreachable, Refused: It stays taken and goes on at the next contact.
        """
        try:
            self._tools.service.post(f"{self._path}/take")
        except Refused as error:
            self._tell(f"not taken: {error}", "job-not-taken", code=error.code)
            return None
        self._tell("begun", "job-begun", target_id=self._target["target_id"])
        with self._tools.state_for(self._target["target_id"]) as state:
            report = self._backed_up(state)
            state.note_backup(self._target["target_id"], moment(), report.outcome)
        self._finish(report)
        return report

    def _backed_up(self, state: State) -> BackupReport:
        backup = Backup(
            self._tools.web,
            self._tools.service,
            state,
            workers=self._tools.workers,
            tally=self._tally,
            job_id=self._id,
        )
        with _Telling(self._tools, self._path, lambda: self._counts(backup.report), backup.over):
            for watched in self._folders:
                error = self._one(backup, watched)
                backup.report.error = backup.report.error or error
            self._tell_rest(backup)
        return backup.report

    def _one(self, backup: Backup, watched: Watched) -> Error | None:
        """Back one folder up; return why it failed, the others go on."""
        try:
            backup.run(watched, self._target)
        except (Interrupted, JobOver, Unreachable):
            raise
        except Refused as error:
            if error.status in PASSING:
                raise
            return {"code": error.code, "detail": _reason(error)}
        except AgentError as error:
            return {"code": error.code, "detail": "a watched folder cannot be read"}
        except OSError as error:  # without the file's name: it may name a patient
            return {"code": "disk", "detail": str(error.strerror)}
        return None

    def _tell_rest(self, backup: Backup) -> None:
        try:
            backup.tell_rest(self._target)
        except Refused as error:  # its count is told all the same
            if error.status in PASSING:
                raise
            self._tools.log.trouble(f"job {self._id}: what it left out was not taken: {error}")

    def _counts(self, report: BackupReport) -> dict[str, int]:
        return self._tally.counts() | {"left_out": len(report.exceptions)}

    def _finish(self, report: BackupReport) -> None:
        outcome = OUTCOMES[report.outcome]
        said = self._counts(report) | {"outcome": outcome, "error": _told(report)}
        try:
            self._tools.service.post(f"{self._path}/finish", said)
        except Refused as error:  # over already, for example by a newer job: what is sent is sent
            self._trouble(f"its end was not taken: {error}", "job-end-not-taken", code=error.code)
        facts = facts_of(report) | {"outcome": outcome}
        self._tell(f"{outcome}: {reported(report)}", "job-ended", **facts)
        if report.error is not None:
            self._trouble(report.error["detail"], "job-failed", code=report.error["code"])

    def _tell(self, text: str, event: str, **facts: Any) -> None:
        self._tools.log.tell(f"job {self._id}: {text}", event, job_id=self._id, **facts)

    def _trouble(self, text: str, event: str, **facts: Any) -> None:
        self._tools.log.trouble(f"job {self._id}: {text}", event, job_id=self._id, **facts)


class _Telling:
    """
    Tells the service how far a job is, now and then, and hears whether it is still wanted.

    It is silent while there is a pause: the service misses the job in time, and tells its people.
    """

    def __init__(
        self,
        tools: Tools,
        path: str,
        counts: Callable[[], dict[str, int]],
        unwanted: threading.Event,
    ) -> None:
        self._tools, self._path, self._counts = tools, path, counts
        self._unwanted = unwanted
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._tell, name="progress")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _tell(self) -> None:
        while not self._over.wait(PROGRESS_SECONDS):
            if self._tools.web.pacing.is_paused():
                continue
            try:
                told = self._tools.service.post(f"{self._path}/progress", self._counts())
                if told["state"] != "running":
                    self._unwanted.set()
            except AgentError as error:  # what matters is the backup; its end is told again
                self._tools.log.tell(
                    f"progress could not be told: {error}", "progress-not-told", code=error.code
                )


def _reason(error: Refused) -> str:
    """Return why the service refused; what it says of a wrong field may quote a path."""
    return str(error) if error.status == CONFLICT else f"the service refused: {error.code}"


def _told(report: BackupReport) -> Error | None:
    """Return why a job is not complete, where its exceptions do not say so."""
    error = report.error
    if error is None and report.files_unconfirmed:
        detail = f"{report.files_unconfirmed} files are sent, but not yet confirmed as stored"
        error = {"code": "not-confirmed", "detail": detail}
    return error and {
        "code": _NO_CODE.sub("-", error["code"].lower())[:CODE_CHARACTERS],
        "detail": error["detail"][:DETAIL_CHARACTERS],
    }
