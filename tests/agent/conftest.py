"""Receivers for devices to send to, and a service for an agent to talk to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hokan_agent.machine.home import Home
from tests.support.devices import Starter, Station, starting
from tests.support.playing import Playing, playing
from tests.support.serving import enrolled


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what tests recorded as ``told``."""
    reports = [each for kind in ("passed", "failed") for each in terminalreporter.getreports(kind)]
    for report in reports:
        for name, value in getattr(report, "user_properties", ()):
            if name == "told" and report.when == "call":
                terminalreporter.write_line(str(value))


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Starter]:
    with starting(tmp_path) as starter:
        yield starter


@pytest.fixture
def station(start: Starter) -> Station:
    return start.station()


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    """One receiver for all that it keeps nothing of."""
    with starting(tmp_path_factory.mktemp("refusing")) as starter:
        yield starter.station()


@pytest.fixture
def server() -> Iterator[Playing]:
    """The service and storage, played."""
    with playing() as served:
        yield served


@pytest.fixture
def home(server: Playing, tmp_path: Path) -> Home:
    """The home of an agent that the played service knows."""
    return enrolled(tmp_path / "home", f"{server.url}/api")
