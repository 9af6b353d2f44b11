"""A backup that was cut off goes on with the batch it was in."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from hokan_agent.machine.home import Home
from hokan_agent.machine.state import State
from hokan_agent.report import BackupReport
from hokan_agent.sources.folders import Watched
from hokan_agent.upload.backup import Backup, look
from hokan_agent.wire.service import Service
from hokan_agent.wire.web import Web
from tests.support.playing import TARGET, Playing

TARGET_ID = str(TARGET["target_id"])


def backed_up(home: Home, folder: Path) -> BackupReport:
    with closing(State(home.state_file)) as state, closing(Web()) as web:
        backup = Backup(web, Service.of(home, web), state, workers=2)
        backup.run(Watched(folder, TARGET_ID), TARGET)
    return backup.report


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    images = tmp_path / "images"
    images.mkdir()
    for number in range(3):
        (images / f"{number}.jpg").write_text(f"image {number}")
    return images


def cut_off(home: Home, folder: Path) -> None:
    """Leave a batch as a run does that was killed when all of it was declared."""
    backed_up(home, folder)
    with closing(State(home.state_file)) as state:
        seen = look(Watched(folder, TARGET_ID), state).seen
        opened = {"batch_id": "b-1", "batch_entries": 1000, "chunk_entries": 100, "of": None}
        state.begin_batch(TARGET_ID, seen.root, opened)


def test_a_batch_with_nothing_left_to_declare_is_finished(
    home: Home, folder: Path, server: Playing
) -> None:
    cut_off(home, folder)
    server.asked.clear()
    assert backed_up(home, folder).outcome == "complete"
    assert [each for each in server.asked if each.endswith("/finish")] == [
        "POST /targets/t-1/batches/b-1/finish"
    ]


def test_what_came_since_goes_into_the_batch_that_is_open(
    home: Home, folder: Path, server: Playing
) -> None:
    cut_off(home, folder)
    (folder / "late.jpg").write_text("late")
    server.asked.clear()
    assert backed_up(home, folder).files_sent == 1
    assert "POST /targets/t-1/batches" not in server.asked
