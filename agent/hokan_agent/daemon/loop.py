"""`hokan-agent run`: asks the service what is due, does it, and goes on through outages."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from hokan_agent import __version__
from hokan_agent.daemon.answering import Answering
from hokan_agent.daemon.closing import SETTLE_SECONDS
from hokan_agent.daemon.jobs import Job
from hokan_agent.daemon.live import Live
from hokan_agent.daemon.rest import rest, since_start
from hokan_agent.daemon.tools import Tools
from hokan_agent.download.restore import Restore
from hokan_agent.errors import AgentError, Interrupted, Unreachable
from hokan_agent.log import facts_of, reported, said
from hokan_agent.machine.known import Notes
from hokan_agent.report import COMPLETE, FAILED, WITH_EXCEPTIONS, Report
from hokan_agent.sources import folders
from hokan_agent.wire import clocks
from hokan_agent.wire.web import go_on, stopped

FIRST_OUTAGE_SECONDS, LONGEST_OUTAGE_SECONDS = 10.0, 300.0
SHORTEST_SECONDS = 1.0
RESTORE_AGAIN_SECONDS = 3600.0  # what is there already is read again by each try
REVOKED = "agent-revoked"

Told = dict[str, Any]  # the answer to a poll, as docs/api.md has it


class Wishes(NamedTuple):
    """
    What the command line asks for.

    Attributes:
        every: Seconds between two contacts at most; None: as the service says.
        restore_into: Where granted restores go, each into a folder of its own; None: nowhere.
    """

    every: float | None = None
    restore_into: Path | None = None


class Loop:
    """
    The service's main thread; jobs, restores and watching each have one of their own.

    Args:
        clock: Counts seconds; goes on while the machine sleeps.
    """

    def __init__(
        self,
        tools: Tools,
        live: Live,
        wishes: Wishes,
        clock: Callable[[], float] = since_start,
    ) -> None:
        self._tools, self._live, self._wishes = tools, live, wishes
        self._clock = clock
        self._answering = Answering(tools, clock)
        self._notes = Notes(tools.home, tools.log.trouble)
        self._jobs = ThreadPoolExecutor(1, "jobs")
        self._restores = ThreadPoolExecutor(1, "restores")
        self._under_way: dict[str, Future[None]] = {}  # jobs and restores, by id
        self._not_ours: set[str] = set()
        self._tried: dict[str, float] = {}  # restores that left something out, and when
        self._outages = 0
        self._is_revoked = self._was_paused = False
        self._is_clock_wrong = False
        self._code = COMPLETE  # of the worst job or restore

    def run(self) -> int:
        """Go on until somebody ends it; return the exit code."""
        self._tools.log.tell("running", "running")
        self._live.start()
        try:
            while not stopped.is_set():
                rest(self._contact(), self._waited, self._clock)
        finally:
            stopped.set()
            self._end()
        self._tools.log.tell("ended", "ended")
        return FAILED if self._is_revoked else COMPLETE

    def run_once(self) -> int:
        """Ask once, do all that is due, and end; return the exit code."""
        try:
            self._do(self._asked())
            self._answering.look()
            if self._live.look_once():  # something waits to be whole
                stopped.wait(SETTLE_SECONDS)
                self._live.look_once()
        finally:
            self._end()
        return FAILED if self._live.had_trouble else self._code

    def _end(self) -> None:
        self._live.end()
        for each in (self._jobs, self._restores):
            each.shutdown(wait=True, cancel_futures=stopped.is_set())

    def _waited(self, seconds: float) -> bool:
        """Wait a little; return whether to ask at once: a pause is over."""
        stopped.wait(seconds)
        return stopped.is_set() or self._is_resumed()

    def _is_resumed(self) -> bool:
        """Tell of a pause that begins or ends; return whether one ended."""
        before, self._was_paused = self._was_paused, self._tools.web.pacing.is_paused()
        if before == self._was_paused:
            return False
        if self._was_paused:
            self._tools.log.tell("paused: nothing is sent or restored", "paused")
            return False
        self._tools.log.tell("resumed", "resumed")
        self._live.look_again()
        return True

    # --- asking ---

    def _contact(self) -> float:
        """Ask the service once; return in how many seconds to ask again."""
        try:
            told = self._asked()
            self._do(told)
            self._answering.look()
        except Interrupted:
            return 0
        except AgentError as error:
            return self._out_of_reach(error)
        if self._outages:
            self._tools.log.tell("it works again", "in-reach")
        self._outages = 0
        pause = pause_of(told, self._wishes.every)
        self._notes.reached(told, pause)
        return pause

    def _asked(self) -> Told:
        told = self._tools.service.post("/agent/poll", {"version": __version__})
        self._look_at_clock()
        return told

    def _look_at_clock(self) -> None:
        """Tell of a wrong clock when it begins to be wrong, and when it is right again."""
        wrong = clocks.trouble(self._tools.service.clock_difference)
        if bool(wrong) != self._is_clock_wrong:
            self._is_clock_wrong = bool(wrong)
            self._tools.log.trouble(wrong or "this machine's clock is right again")

    def _out_of_reach(self, error: AgentError) -> float:
        """Tell of trouble when it begins; return when to try again: later each time."""
        if error.code == REVOKED:
            self._tools.log.trouble(str(error), "revoked")
            self._is_revoked = True
            stopped.set()
            return 0
        if not self._outages:
            again = f"{error}; it is tried again until it works"
            self._tools.log.trouble(again, "out-of-reach", code=error.code)
        self._outages += 1
        pause = outage_pause(self._outages)
        self._notes.out_of_reach(str(error), pause)
        return pause

    # --- doing ---

    def _do(self, told: Told) -> None:
        """Begin what is due and not under way; a job left alone by a pause is missed in time."""
        self._under_way = {id_: each for id_, each in self._under_way.items() if not each.done()}
        self._live.know(told["targets"])
        self._is_resumed()
        if self._was_paused:
            return
        targets = {each["target_id"]: each for each in told["targets"]}
        for job in told["jobs"]:
            target = targets.get(job["target_id"])
            if target is not None:
                self._begin_job(job, target)
        for restore_id in told["restores"]:
            self._begin_restore(restore_id)

    def _begin_job(self, job: dict[str, Any], target: dict[str, Any]) -> None:
        target_id = target["target_id"]
        watched = [each for each in folders.listed(self._tools.home) if each.target_id == target_id]
        if watched:
            work = Job(self._tools, job, target, watched).run
            self._begin(job["job_id"], self._jobs, work)
        elif target_id not in self._not_ours:
            self._not_ours.add(target_id)
            self._tools.log.tell(
                f"a backup of target {target_id} is due, and no folder here goes into it: left to "
                "other agents (hokan-agent watch add FOLDER --target ID)",
                "not-ours",
                target_id=target_id,
            )

    def _begin_restore(self, restore_id: str) -> None:
        into = self._wishes.restore_into
        again_at = self._tried.get(restore_id, -RESTORE_AGAIN_SECONDS) + RESTORE_AGAIN_SECONDS
        if into is not None and time.monotonic() >= again_at:
            self._begin(
                restore_id, self._restores, lambda: self._restored(restore_id, into / restore_id)
            )

    def _restored(self, restore_id: str, into: Path) -> Report:
        restore = Restore(self._tools.web, self._tools.service, workers=self._tools.workers)
        log = self._tools.log
        log.tell(f"restore {restore_id}: begun", "restore-begun", restore_id=restore_id)
        restore.run(restore_id, into)
        if restore.report.exceptions:
            self._tried[restore_id] = time.monotonic()
        log.tell(
            f"restore {restore_id}: {reported(restore.report)}",
            "restore-ended",
            restore_id=restore_id,
            **facts_of(restore.report),
        )
        return restore.report

    def _begin(
        self, id_: str, worker: ThreadPoolExecutor, work: Callable[[], Report | None]
    ) -> None:
        if id_ not in self._under_way:
            self._under_way[id_] = worker.submit(self._done, id_, work)

    def _done(self, id_: str, work: Callable[[], Report | None]) -> None:
        """Do *work*; whatever becomes of it, the service goes on."""
        log = self._tools.log
        try:
            self._tools.web.pacing.wait()
            go_on()
            self._notes.begun(id_)
            report = work()
            if report is not None and report.outcome != "complete":
                self._code = FAILED if report.outcome == "failed" else WITH_EXCEPTIONS
        except Interrupted:
            log.tell(f"{id_}: ended on request; it goes on at the next run", "interrupted", id=id_)
        except Unreachable as error:
            self._code = FAILED
            again = f"{id_}: {error}; it goes on at the next contact"
            log.trouble(again, "out-of-reach", id=id_, code=error.code)
        except Exception as error:  # noqa: BLE001 - told; the next contact is another try
            self._code = FAILED
            log.trouble(f"{id_}: {said(error)}", "failed", id=id_)
        finally:
            self._notes.ended(id_)


def pause_of(told: Told, every: float | None) -> float:
    """Return how long the service wants to be left alone, by its own clock, in seconds."""
    at, now = (datetime.fromisoformat(told[name]) for name in ("next_poll_at", "service_time"))
    seconds = max(SHORTEST_SECONDS, (at - now).total_seconds())
    return seconds if every is None else min(seconds, every)


def outage_pause(outages: int) -> float:
    """Return how long to wait after so many outages in a row: longer each time, with jitter."""
    longest = min(LONGEST_OUTAGE_SECONDS, FIRST_OUTAGE_SECONDS * 2 ** (outages - 1))
    return random.uniform(longest / 2, longest)  # noqa: S311 - jitter
