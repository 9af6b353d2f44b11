"""The service hears of every file that was left out, and once of each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hokan_agent.machine.state import State
from hokan_agent.sources.folders import Watched
from hokan_agent.upload.backup import Backup, look
from hokan_agent.wire.service import Service
from hokan_agent.wire.web import Web
from tests.support.loopback import PLAN, TARGET, Loopback, loopback
from tests.support.serving import enrolled

THE_TARGET = {"target_id": TARGET, "plan": PLAN}


@pytest.fixture
def service() -> Iterator[Loopback]:
    with loopback() as serving:
        yield serving


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    with closing(State(tmp_path / "state.sqlite")) as opened:
        yield opened


@pytest.fixture
def backup(service: Loopback, state: State, tmp_path: Path) -> Iterator[Backup]:
    home = enrolled(tmp_path / "home", f"{service.url}/api")
    with closing(Web()) as web:
        yield Backup(web, Service.of(home, web), state, workers=2, job_id="job-1")


def a_folder(place: Path, files: int) -> Watched:
    """Return a folder with so many files and a pipe."""
    place.mkdir()
    for number in range(files):
        (place / f"{number:03}").write_text(str(number))
    os.mkfifo(place / f"pipe of {place.name}")
    return Watched(place, TARGET, place.name)


def paths(service: Loopback) -> list[list[str]]:
    return [[each["path"] for each in batch] for batch in service.left_out]


def test_batches_of_a_run_tell_of_it_once(
    service: Loopback, backup: Backup, tmp_path: Path
) -> None:
    service.batch_entries = 97
    backup.run(a_folder(tmp_path / "a", files=100), THE_TARGET)
    backup.tell_rest(THE_TARGET)
    assert paths(service) == [["a/pipe of a"], []]


def test_a_night_with_nothing_to_send_tells_of_it(
    service: Loopback, backup: Backup, tmp_path: Path
) -> None:
    backup.run(a_folder(tmp_path / "a", files=0), THE_TARGET)
    backup.run(a_folder(tmp_path / "b", files=0), THE_TARGET)
    backup.tell_rest(THE_TARGET)
    assert paths(service) == [["a/pipe of a", "b/pipe of b"]]


def test_of_files_that_fit_no_pattern_those_that_are_sent_are_counted(
    service: Loopback, backup: Backup, state: State, tmp_path: Path
) -> None:
    watched = a_folder(tmp_path / "a", files=3)._replace(patterns=("{examination}/**",))
    found = look(watched, state)
    backup.send(found, found.pending[:1], THE_TARGET)
    assert (backup.report.files_fitting_none, len(service.entries)) == (1, 1)


def test_a_night_without_exceptions_opens_no_batch_for_them(
    service: Loopback, backup: Backup
) -> None:
    backup.tell_rest(THE_TARGET)
    assert service.left_out == []


def test_what_a_batch_lacks_is_told_before_all_else(
    service: Loopback, backup: Backup, state: State, tmp_path: Path
) -> None:
    """The service waits for what was declared, until it hears that it will not come."""
    found = look(a_folder(tmp_path / "a", files=3), state)
    (tmp_path / "a" / "000").unlink()
    service.when_declared = lambda: (tmp_path / "a" / "001").unlink(missing_ok=True)
    backup.send(found, found.pending, THE_TARGET)
    assert paths(service) == [["a/001", "a/000", "a/pipe of a"]]
    assert [each["reason"] for each in service.left_out[0]] == [
        "gone",
        "gone",
        "not-a-regular-file",
    ]
