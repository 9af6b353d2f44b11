"""What programs read of the agent: every line is an object, whatever happens."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hokan_agent.machine.home import Home
from hokan_agent.sources import folders
from hokan_agent.sources.folders import Watched
from tests.support.canary import CANARY
from tests.support.playing import PLAN, TARGET, Playing, playing

AGENT = Path(__file__).parents[2] / "agent"
JOB = {"job_id": "job-1", "target_id": "t-1", "state": "waiting", "due_at": "2031-01-01T02:00:00Z"}
NIGHTLY = TARGET | {"plan": PLAN | {"timing": {"kind": "nightly", "at": "02:00"}}}


@pytest.fixture
def server() -> Iterator[Playing]:
    with playing() as server:
        server.targets = [NIGHTLY]
        yield server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "images"
    made.mkdir()
    for number in range(3):
        (made / f"{CANARY['id']}-{number}.jpg").write_bytes(os.urandom(1000))
    (made / "a link").symlink_to("/nowhere")
    return made


def told(home: Home, *arguments: str) -> list[dict[str, Any]]:
    """Run a command; return the objects on its standard error."""
    command = [sys.executable, "-m", "hokan_agent", "--state", str(home.directory), *arguments]
    environment = os.environ | {"PYTHONPATH": str(AGENT)}
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return [json.loads(line) for line in ran.stderr.splitlines()]


def test_the_progress_of_a_backup_names_every_phase_and_ends_whole(
    home: Home, folder: Path
) -> None:
    lines = told(home, "backup", str(folder), "--json", "--progress", "json")
    assert [each["phase"] for each in lines[:3]] == ["scan", "send", "confirm"]
    last = lines[-1]
    assert (last["files_done"], last["files_total"]) == (3, 3)
    assert (last["bytes_done"], last["bytes_total"], last["eta_seconds"]) == (3000, 3000, 0)


def test_the_log_of_run_tells_of_a_job_by_events_and_names_no_file(
    server: Playing, home: Home, folder: Path
) -> None:
    server.jobs = [JOB]
    folders.add(home, Watched(folder, "t-1"))
    lines = told(home, "run", "--once", "--log", "json")
    assert [each["event"] for each in lines] == ["job-begun", "job-ended"]
    ended = lines[-1]
    assert (ended["job_id"], ended["outcome"], ended["files_sent"]) == ("job-1", "partial", 3)
    assert ended["left_out"] == {"not-a-regular-file": 1}
    assert CANARY["id"] not in json.dumps(lines)


def test_trouble_is_an_object_too(server: Playing, home: Home, folder: Path) -> None:
    server.jobs = [JOB]
    folders.add(home, Watched(folder, "t-1"))
    home.write(home.settings_file, b"{")
    lines = told(home, "run", "--once", "--log", "json")
    assert [each["level"] for each in lines] == ["warning", "info", "info"]
