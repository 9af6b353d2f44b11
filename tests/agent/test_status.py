"""`hokan-agent status`: how things stand, also while the service is away."""

from __future__ import annotations

import json
from argparse import Namespace
from contextlib import closing
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import pytest

from hokan_agent.commands import status
from hokan_agent.machine import settings
from hokan_agent.machine.home import RUN, Home, Identity
from hokan_agent.machine.known import Notes
from hokan_agent.machine.settings import Pause
from hokan_agent.machine.state import State
from hokan_agent.machine.timetable import Limit
from hokan_agent.sources.folders import Watched
from hokan_agent.upload.backup import Backup
from hokan_agent.wire.service import Service
from hokan_agent.wire.web import Web
from tests.support.playing import TARGET

ORDERS: dict[str, Any] = {"targets": [TARGET], "jobs": []}
JOB = {"job_id": "job-1", "target_id": "t-1", "state": "waiting", "due_at": "2031-01-01T02:00:00Z"}
NOWHERE = "http://127.0.0.1:9/api"


@pytest.fixture
def away(home: Home) -> Home:
    """The home of an agent whose service does not answer."""
    home.keep_identity(Identity(NOWHERE, "agent-1", "facility-1"))
    return home


def shown(home: Home, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    status.run(home, Namespace(json=True))
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def text(home: Home, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    status.run(home, Namespace(json=False))
    return capsys.readouterr().out


def the_target(told: dict[str, Any]) -> dict[str, Any]:
    (target,) = told["targets"]
    assert isinstance(target, dict)
    return target


def test_what_the_service_says_is_shown(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    told = shown(home, capsys)
    assert (told["out_of_reach"], the_target(told)["name"]) == (None, "Endoscopy")


def test_a_service_that_is_away_is_said_and_what_it_said_last_is_shown(
    away: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    Notes(away, print).reached(ORDERS, 300)
    told = shown(away, capsys)
    assert told["out_of_reach"]["last_reached_at"] is not None
    assert the_target(told)["name"] == "Endoscopy"


def test_since_when_run_has_not_reached_the_service_is_said(
    away: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = Notes(away, print)
    kept.reached(ORDERS, 300)
    kept.out_of_reach("no answer", 10)
    assert "`run` has not reached it since" in text(away, capsys)


def test_without_a_service_and_without_a_run_before_no_target_is_known(
    away: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "no targets are known" in text(away, capsys)


def test_what_a_run_kept_half_is_no_reason_to_fail(
    away: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    away.write(away.known_file, b'{"targets":')
    assert shown(away, capsys)["targets"] == []


def test_what_waits_is_shown_as_of_the_last_look(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(State(home.state_file)) as state:
        state.note_look("t-1", b"/a", 3, 300)
        state.note_look("t-1", b"/b", 1, 5)
    waits = the_target(shown(home, capsys))["pending"]
    assert (waits["files"], waits["bytes"]) == (4, 305)


def test_after_a_backup_nothing_waits(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "images"
    folder.mkdir()
    (folder / "a.jpg").write_text("x")
    with closing(State(home.state_file)) as state, closing(Web()) as web:
        Backup(web, Service.of(home, web), state, workers=1).run(
            Watched(folder, TARGET["target_id"]), TARGET
        )
    assert the_target(shown(home, capsys))["pending"]["files"] == 0


def test_the_last_backup_that_left_nothing_out_is_shown_beside_the_last_one(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(State(home.state_file)) as state:
        state.note_backup("t-1", "2031-01-01T02:00:00+00:00", "complete")
        state.note_backup("t-1", "2031-01-02T02:00:00+00:00", "failed")
    target = the_target(shown(home, capsys))
    assert target["last_backup"]["outcome"] == "failed"
    assert target["last_success_at"] == "2031-01-01T02:00:00+00:00"


def test_a_job_that_is_due_is_shown(away: Home, capsys: pytest.CaptureFixture[str]) -> None:
    Notes(away, print).reached(ORDERS | {"jobs": [JOB]}, 300)
    assert the_target(shown(away, capsys))["job"]["state"] == "waiting"


def test_a_job_that_is_done_is_due_no_more(away: Home, capsys: pytest.CaptureFixture[str]) -> None:
    kept = Notes(away, print)
    kept.reached(ORDERS | {"jobs": [JOB]}, 300)
    kept.begun("job-1")
    kept.ended("job-1")
    assert the_target(shown(away, capsys))["job"] is None


def test_what_run_is_at_is_shown_while_it_runs(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = Notes(home, print)
    kept.reached(ORDERS, 300)
    kept.begun("job-1")
    with home.locked(RUN):
        told = shown(home, capsys)["run"]
    assert (told["is_running"], list(told["under_way"])) == (True, ["job-1"])


def test_a_run_that_was_killed_is_at_nothing(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    Notes(home, print).begun("job-1")
    told = shown(home, capsys)["run"]
    assert told == {"is_running": False, "under_way": {}, "next_contact_at": None}


def test_a_pause_is_shown(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    settings.keep_pause(home, Pause(datetime(2100, 1, 1, tzinfo=UTC)))
    assert shown(home, capsys)["paused"] == {"until": "2100-01-01T00:00:00+00:00"}
    assert "nothing is sent or restored" in text(home, capsys)


def test_the_limit_of_the_moment_is_shown(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    settings.keep_limits(home, [Limit(time(0), time(0), 2_500_000)])
    assert shown(home, capsys)["limit_bytes_a_second"] == 2_500_000
    assert "limited to 2.5 MB/s now" in text(home, capsys)
