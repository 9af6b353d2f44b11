"""What a person, or a program, sees of a run's progress; the clock is told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hokan_agent import progress
from hokan_agent.progress import CONFIRM, SCAN, SECONDS_BETWEEN_OBJECTS, SEND, Lines


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def objects(clock: Clock) -> Lines:
    return Lines(progress._object, SECONDS_BETWEEN_OBJECTS, clock)


def told(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_every_phase_is_named_once_however_often_it_comes(
    objects: Lines, capsys: pytest.CaptureFixture[str]
) -> None:
    for each in (SCAN, SEND, CONFIRM, SEND, CONFIRM):
        objects.phase(each)
    assert [each["phase"] for each in told(capsys)] == [SCAN, SEND, CONFIRM]


def test_before_the_look_is_over_nobody_knows_the_totals(
    objects: Lines, capsys: pytest.CaptureFixture[str]
) -> None:
    objects.phase(SCAN)
    assert told(capsys) == [
        {
            "phase": "scan",
            "files_done": 0,
            "files_total": None,
            "bytes_done": 0,
            "bytes_total": None,
            "eta_seconds": None,
        }
    ]


def test_an_object_tells_how_far_it_is_and_how_long_the_rest_takes(
    objects: Lines, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    objects.phase(SEND)
    objects.expect(10, 1000)
    clock.now = 5
    objects.advance(1, 100)
    assert told(capsys)[-1] == {
        "phase": "send",
        "files_done": 1,
        "files_total": 10,
        "bytes_done": 100,
        "bytes_total": 1000,
        "eta_seconds": 45.0,
    }


def test_there_is_one_object_a_second_at_most(
    objects: Lines, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    objects.phase(SEND)
    objects.expect(1000, 1000)
    for _ in range(1000):
        clock.now += 0.01
        objects.advance(1, 1)
    assert len(told(capsys)) <= 11


def test_the_last_object_tells_the_end(objects: Lines, capsys: pytest.CaptureFixture[str]) -> None:
    with objects:
        objects.phase(SEND)
        objects.expect(1, 10)
        objects.advance(1, 10)
    last = told(capsys)[-1]
    assert (last["files_done"], last["bytes_done"], last["eta_seconds"]) == (1, 10, 0.0)


def test_files_without_a_byte_have_a_time_left_too(
    objects: Lines, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    objects.phase(SEND)
    objects.expect(4, 0)
    clock.now = 6
    objects.advance(3, 0)
    assert told(capsys)[-1]["eta_seconds"] == 2.0


def test_what_failed_before_it_began_shows_nothing(
    objects: Lines, capsys: pytest.CaptureFixture[str]
) -> None:
    with objects:
        pass
    assert told(capsys) == []


def test_a_line_for_people_says_how_long_the_rest_takes(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = Lines(progress._sentence, 10, clock)
    lines.phase(SEND)
    lines.expect(10, 20_000_000)
    clock.now = 10
    lines.advance(5, 5_000_000)
    line = "backing up: 5 of 10 files, 5.0 of 20.0 MB, 30 s left"
    assert capsys.readouterr().err.splitlines()[-1] == line


def test_bars_show_every_phase_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with progress.progress("text") as bars:
        bars.phase(SCAN)
        bars.phase(SEND)
        bars.expect(2, 2_000_000)
        bars.advance(2, 2_000_000)
    assert "2/2" in capsys.readouterr().err


def test_quiet_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.progress("none") as silent:
        silent.phase(SEND)
        silent.expect(1, 1)
        silent.advance(1, 1)
    assert capsys.readouterr().err == ""
