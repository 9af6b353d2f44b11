"""Receivers for devices to send to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.devices import Starter, Station


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Starter]:
    (tmp_path / "folder").mkdir()
    starter = Starter(tmp_path / "folder", tmp_path / "home")
    yield starter
    for each in starter.started:
        each.kill()
        each.communicate()


@pytest.fixture
def station(start: Starter) -> Station:
    return start.station()
