"""A machine whose clock is wrong: it works all the same, and is told."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hokan_agent.commands.reporting import note_service, reported
from hokan_agent.daemon.live import Live
from hokan_agent.daemon.loop import Loop, Wishes
from hokan_agent.daemon.tools import Tools
from hokan_agent.log import Log
from hokan_agent.machine.home import Home, Identity
from hokan_agent.report import BackupReport
from hokan_agent.wire import clocks
from hokan_agent.wire.service import Service
from hokan_agent.wire.web import Web
from tests.support.answering import Answering
from tests.support.serving import serving

TWENTY_MINUTES = timedelta(minutes=20)


@pytest.fixture
def server() -> Iterator[Answering]:
    with serving(Answering()) as server:
        server.checks_clock = True
        yield server


@pytest.fixture
def web() -> Iterator[Web]:
    web = Web()
    yield web
    web.close()


@pytest.fixture
def service(server: Answering, web: Web) -> Service:
    identity = Identity(f"{server.url}/api", "agent-1", "facility-1")
    return Service(web, identity, Ed25519PrivateKey.generate())


@pytest.mark.parametrize("ahead", [TWENTY_MINUTES, -TWENTY_MINUTES])
def test_a_wrong_clock_costs_one_more_request_and_no_work(
    server: Answering, service: Service, ahead: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hokan_agent.wire.web.FIRST_PAUSE_SECONDS", 0)
    server.ahead = ahead
    told = [service.get("/agent") for _ in range(3)]
    assert (told, service.calls) == ([{"targets": []}] * 3, 4)


@pytest.mark.parametrize("ahead", [TWENTY_MINUTES, -TWENTY_MINUTES, timedelta()])
def test_clocks_are_compared_by_the_date_of_each_answer(
    server: Answering, service: Service, ahead: timedelta
) -> None:
    server.ahead = ahead
    service.get("/agent")
    assert abs(service.clock_difference - ahead) <= timedelta(seconds=2)


def test_an_answer_without_a_date_says_nothing_of_clocks() -> None:
    assert clocks.difference("") is None


@pytest.mark.parametrize("seconds", [61, -61])
def test_a_clock_more_than_a_minute_off_is_told_with_the_cure(seconds: int) -> None:
    assert clocks.trouble(timedelta(seconds=seconds)).endswith(clocks.MEND)


@pytest.mark.parametrize("seconds", [60, 0, -60])
def test_a_clock_a_minute_off_is_right(seconds: int) -> None:
    assert clocks.trouble(timedelta(seconds=seconds)) == ""


def test_a_backup_tells_of_a_wrong_clock(
    server: Answering, service: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def work(_home: Home, _options: argparse.Namespace, report: BackupReport) -> None:
        service.get("/agent")
        note_service(report, service)

    server.ahead = TWENTY_MINUTES
    reported(work, BackupReport(), Home(tmp_path), argparse.Namespace(json=False))
    assert "s behind the service" in capsys.readouterr().err


def test_run_tells_of_a_wrong_clock_once_and_when_it_is_right_again(
    server: Answering,
    service: Service,
    web: Web,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    tools = Tools(Home(tmp_path), web, service, Log(), 1)
    loop = Loop(tools, Live(tools), Wishes())
    for ahead in (TWENTY_MINUTES, TWENTY_MINUTES, timedelta(), timedelta()):
        server.ahead = ahead
        loop._asked()
    wrong, right = capsys.readouterr().err.splitlines()
    assert ("behind the service" in wrong, "right again" in right) == (True, True)
