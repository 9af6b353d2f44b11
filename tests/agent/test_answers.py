"""`hokan-agent answers`, and notices on a desktop: the program that shows them is a real one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hokan_agent.__main__ import main
from hokan_agent.daemon.answering import EVERY_SECONDS, SAID, Answering
from hokan_agent.daemon.tools import Tools
from hokan_agent.log import Log
from hokan_agent.machine import settings
from hokan_agent.machine.home import Home
from hokan_agent.report import COMPLETE, FAILED
from hokan_agent.wire.service import Service
from hokan_agent.wire.web import Web
from tests.support.playing import Playing

AGENT = Path(__file__).parents[2] / "agent"
ANSWER = {
    "inquiry_id": "inquiry-1",
    "answered_at": "2031-01-01T00:00:00Z",
    "path": "/portal/inquiries/inquiry-1",
}
BUS = "DBUS_SESSION_BUS_ADDRESS"
SHOWS = '#!/bin/sh\nprintf "%s|" "$@" >> "$(dirname "$0")/shown"\n'


@dataclass
class Desk:
    """A computer with a `notify-send` that writes down what it is told."""

    bin: Path

    @property
    def shown(self) -> str:
        file = self.bin / "shown"
        return file.read_text() if file.exists() else ""

    def has(self, script: str) -> None:
        program = self.bin / "notify-send"
        program.write_text(script)
        program.chmod(0o755)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    found = Desk(tmp_path / "bin")
    found.bin.mkdir()
    found.has(SHOWS)
    monkeypatch.setenv("PATH", f"{found.bin}:{os.environ['PATH']}")
    monkeypatch.setenv(BUS, "unix:path=/nowhere")
    return found


@pytest.fixture(autouse=True)
def signals() -> Iterator[None]:
    """The command line has signals end a run; tests end as they did before."""
    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    yield
    for each, handler in before.items():
        signal.signal(each, handler)


def typed(home: Home, *arguments: str) -> int:
    return main(["--state", str(home.directory), *arguments])


def answering(home: Home, clock: list[float]) -> Answering:
    web = Web()
    log = Log(quiet=True)
    return Answering(Tools(home, web, Service.of(home, web), log, 1), lambda: clock[0])


def is_marked(server: Playing) -> bool:
    return f"POST /agent/answers/{ANSWER['inquiry_id']}/shown" in server.asked


def test_run_shows_a_notice_that_leads_to_the_portal_and_tells_the_service(
    server: Playing, home: Home, desk: Desk
) -> None:
    server.answers = [ANSWER]
    typed(home, "answers", "on")
    command = (sys.executable, "-m", "hokan_agent", "--state", str(home.directory))
    environment = os.environ | {"PYTHONPATH": str(AGENT)}
    subprocess.run([*command, "run", "--once"], env=environment, check=True, timeout=60)
    assert desk.shown == f"Hokan|{SAID}\n{server.url}/api{ANSWER['path']}|"
    assert (is_marked(server), server.answers) == (True, [])


def test_nobody_is_told_unless_somebody_switched_it_on(
    server: Playing, home: Home, desk: Desk
) -> None:
    server.answers = [ANSWER]
    answering(home, [0.0]).look()
    typed(home, "answers", "on")
    typed(home, "answers", "off")
    answering(home, [0.0]).look()
    assert (desk.shown, server.asked) == ("", [])


def test_several_answers_are_one_notice_that_leads_to_all(
    server: Playing, home: Home, desk: Desk
) -> None:
    server.answers = [ANSWER, ANSWER | {"inquiry_id": "inquiry-2"}]
    typed(home, "answers", "on")
    answering(home, [0.0]).look()
    assert desk.shown.endswith("/portal/inquiries|")
    assert server.answers == []


def test_the_service_is_asked_once_in_some_minutes(server: Playing, home: Home, desk: Desk) -> None:
    typed(home, "answers", "on")
    clock = [0.0]
    looks = answering(home, clock)
    for clock[0] in (0.0, EVERY_SECONDS - 1, EVERY_SECONDS):
        looks.look()
    assert server.asked.count("GET /agent/answers") == 2
    assert desk.shown == ""


@pytest.mark.parametrize("script", ["#!/bin/sh\nexit 1\n", "no program"])
def test_a_notice_that_was_not_shown_is_not_told_as_shown(
    script: str,
    server: Playing,
    home: Home,
    desk: Desk,
    capsys: pytest.CaptureFixture[str],
) -> None:
    server.answers = [ANSWER]
    typed(home, "answers", "on")
    desk.has(script)
    clock = [0.0]
    looks = answering(home, clock)
    for clock[0] in (0.0, EVERY_SECONDS):
        looks.look()
    assert not is_marked(server)
    assert capsys.readouterr().err.count("no notice of answers") == 1


def test_without_a_desktop_nothing_is_shown(
    server: Playing, home: Home, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answers = [ANSWER]
    typed(home, "answers", "on")
    for name in (BUS, "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    answering(home, [0.0]).look()
    assert (desk.shown, is_marked(server)) == ("", False)


def test_another_program_shows_them_where_there_is_no_desktop(
    server: Playing, home: Home, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answers = [ANSWER]
    ward = (desk.bin / "notify-send").rename(desk.bin / "tell-the-ward")
    monkeypatch.delenv(BUS)
    assert typed(home, "answers", "on", "--program", str(ward)) == COMPLETE
    answering(home, [0.0]).look()
    assert (SAID in desk.shown, is_marked(server)) == (True, True)


def test_a_program_that_is_not_there_is_not_set(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed(home, "answers", "on", "--program", "/nowhere") == FAILED
    assert "/nowhere is no program" in capsys.readouterr().err
    assert settings.read(home).notices is None


def test_answers_are_listed_and_stay(
    server: Playing, home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    server.answers = [ANSWER]
    typed(home, "answers", "--json")
    (told,) = json.loads(capsys.readouterr().out)["answers"]
    assert told["address"] == f"{server.url}/api{ANSWER['path']}"
    assert server.answers == [ANSWER]


def test_status_counts_them(
    server: Playing, home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    server.answers = [ANSWER]
    typed(home, "status")
    assert "inquiries answered: 1; hokan-agent answers lists them" in capsys.readouterr().out
