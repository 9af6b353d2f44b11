"""`hokan-agent run` against a service on loopback: pauses, sleep, and what `status` shows."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from hokan_agent.daemon import jobs
from hokan_agent.daemon.closing import FINE_SETTLE_SECONDS
from hokan_agent.daemon.jobs import _Telling
from hokan_agent.daemon.live import Live
from hokan_agent.daemon.loop import Loop, Wishes
from hokan_agent.daemon.tools import Tools
from hokan_agent.errors import Unreachable
from hokan_agent.log import Log
from hokan_agent.machine import settings
from hokan_agent.machine.home import Home
from hokan_agent.machine.known import known_of
from hokan_agent.machine.settings import Current, Pause
from hokan_agent.sources import folders
from hokan_agent.sources.folders import Watched
from hokan_agent.wire.pacing import Pacing
from hokan_agent.wire.service import Service
from hokan_agent.wire.web import Web, stopped
from tests.support.playing import PLAN, TARGET, Playing, playing
from tests.support.serving import enrolled

PATIENCE_SECONDS = 30
JOB = {"job_id": "job-1", "target_id": "t-1", "state": "waiting", "due_at": "2031-01-01T02:00:00Z"}
NIGHTLY = TARGET | {"plan": PLAN | {"timing": {"kind": "nightly", "at": "02:00"}}}


@dataclass
class Machine:
    """A clock that jumps when the machine slept."""

    slept: float = 0.0

    def clock(self) -> float:
        return time.monotonic() + self.slept

    def sleeps(self) -> bool:
        self.slept += 8 * 3600
        return True


@dataclass
class Clock:
    """Another one, which moves when it is told to."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class Facility:
    """A service on loopback, and an agent with one folder."""

    server: Playing
    home: Home
    folder: Path
    machine: Machine = field(default_factory=Machine)

    def tools(self) -> Tools:
        web = Web(Pacing(Current(self.home, print), stopped.wait))
        return Tools(self.home, web, Service.of(self.home, web), Log(quiet=True), workers=2)

    def loop(self) -> Loop:
        tools = self.tools()
        return Loop(tools, Live(tools, rescan=1), Wishes(), self.machine.clock)

    def saved(self, name: str) -> None:
        (self.folder / name).write_text(name)

    def asked(self, path: str) -> int:
        return self.server.asked.count(f"POST {path}")

    @contextmanager
    def running(self) -> Iterator[None]:
        """Let `run` run meanwhile."""
        loop = self.loop()
        thread = threading.Thread(target=loop.run)
        thread.start()
        until(lambda: self.server.polls)
        try:
            yield
        finally:
            stopped.set()
            thread.join()


@pytest.fixture
def facility(tmp_path: Path) -> Iterator[Facility]:
    with playing() as server:
        home = enrolled(tmp_path / "home", f"{server.url}/api")
        folder = tmp_path / "images"
        folder.mkdir()
        folders.add(home, Watched(folder, "t-1"))
        yield Facility(server, home, folder)
    stopped.clear()


def until(happened: Callable[[], Any]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


# --- sleep -------------------------------------------------------------------------------------


def test_a_machine_that_slept_through_the_night_backs_up_when_it_wakes_once(
    facility: Facility,
) -> None:
    facility.server.targets = [NIGHTLY]
    facility.saved("a.jpg")
    with facility.running():
        facility.server.jobs = [JOB]
        until(lambda: facility.machine.sleeps() and facility.asked("/agent/jobs/job-1/finish"))
        until(lambda: facility.machine.sleeps() and facility.server.polls >= 4)
    assert facility.asked("/agent/jobs/job-1/take") == 1
    assert len(facility.server.stored) == 1


def test_nobody_is_asked_before_it_is_time(facility: Facility) -> None:
    with facility.running():
        time.sleep(1.5)
    assert facility.server.polls == 1


# --- pauses ------------------------------------------------------------------------------------


def test_in_a_pause_no_job_is_taken_so_that_it_is_missed(facility: Facility) -> None:
    facility.server.targets, facility.server.jobs = [NIGHTLY], [JOB]
    settings.keep_pause(facility.home, Pause())
    loop = facility.loop()
    loop._contact()
    stopped.set()
    loop._end()
    assert (facility.server.polls, facility.asked("/agent/jobs/job-1/take")) == (1, 0)


def test_after_a_pause_the_job_is_done_at_once(facility: Facility) -> None:
    facility.server.targets, facility.server.jobs = [NIGHTLY], [JOB]
    settings.keep_pause(facility.home, Pause())
    with facility.running():
        until(lambda: known_of(facility.home).reached_at)
        settings.keep_pause(facility.home, None)
        until(lambda: facility.asked("/agent/jobs/job-1/finish"))
    assert facility.server.polls == 2


def test_a_file_saved_in_a_pause_is_sent_after_it(facility: Facility) -> None:
    settings.keep_pause(facility.home, Pause())
    with facility.running():
        facility.saved("a.jpg")
        time.sleep(2 * FINE_SETTLE_SECONDS)
        held = len(facility.server.stored)
        settings.keep_pause(facility.home, None)
        until(lambda: facility.server.stored)
    assert held == 0


@pytest.mark.parametrize("pause", [Pause(), None])
def test_a_job_under_way_is_silent_in_a_pause_so_that_it_is_missed(
    facility: Facility, monkeypatch: pytest.MonkeyPatch, pause: Pause | None
) -> None:
    monkeypatch.setattr(jobs, "PROGRESS_SECONDS", 0.02)
    settings.keep_pause(facility.home, pause)
    with _Telling(facility.tools(), "/agent/jobs/job-1", dict, threading.Event()):
        time.sleep(0.5)
    assert (facility.asked("/agent/jobs/job-1/progress") == 0) == (pause is not None)


# --- plans that send at once -------------------------------------------------------------------


def test_what_settled_while_others_were_sent_is_looked_at_at_once(facility: Facility) -> None:
    clock = Clock()
    live = Live(facility.tools(), clock=clock)
    live.know([TARGET])
    facility.saved("a.jpg")
    live.look_once()
    clock.now += 1
    facility.saved("b.jpg")
    live.look_once()
    clock.now += 1
    facility.server.on_block = lambda: clock.pass_by(10)
    assert live.look_once() == [0]
    live.end()


# --- what it keeps -----------------------------------------------------------------------------


def test_what_the_service_said_is_kept(facility: Facility) -> None:
    with facility.running():
        until(lambda: known_of(facility.home).reached_at)
    known = known_of(facility.home)
    assert (known.targets, known.trouble) == ([TARGET], None)
    assert known.next_contact_at is not None


def test_since_when_the_service_is_away_is_kept(facility: Facility) -> None:
    loop = facility.loop()
    loop._contact()
    loop._out_of_reach(Unreachable("no answer"))
    known = known_of(facility.home)
    assert (known.trouble, known.reached_at is not None) == ("no answer", True)
    assert known.out_of_reach_since is not None


def test_a_job_under_way_is_kept_until_it_ends(facility: Facility) -> None:
    facility.server.targets, facility.server.jobs = [NIGHTLY], [JOB]
    seen = []
    facility.server.on_block = lambda: seen.append(known_of(facility.home).under_way)
    facility.saved("a.jpg")
    facility.loop().run_once()
    assert [set(each) for each in seen] == [{"job-1"}]
    assert known_of(facility.home).under_way == {}
