from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from hokan_agent.daemon.hints import Hints
from hokan_agent.log import Log

SECONDS = 5.0


@pytest.fixture
def hints() -> Iterator[Hints]:
    made = Hints(Log(quiet=True))
    yield made
    while made.changed.wait(0.2):  # watchdog fails in its thread when closed in mid-event
        made.changed.clear()
    made.close()


def test_a_saved_file_is_a_hint(hints: Hints, tmp_path: Path) -> None:
    hints.watch(frozenset({tmp_path}))
    (tmp_path / "a.jpg").write_text("x")
    assert hints.changed.wait(SECONDS)


def test_a_file_deep_in_a_new_folder_is_a_hint(hints: Hints, tmp_path: Path) -> None:
    hints.watch(frozenset({tmp_path}))
    (tmp_path / "b" / "c").mkdir(parents=True)
    (tmp_path / "b" / "c" / "a.jpg").write_text("x")
    assert hints.changed.wait(SECONDS)


def test_a_warning_of_watchdogs_which_names_folders_is_not_told(
    hints: Hints, tmp_path: Path
) -> None:
    hints.watch(frozenset({tmp_path}))
    warnings.warn_explicit(
        f"{tmp_path} is watched already",
        RuntimeWarning,
        filename="inotify.py",
        lineno=1,
        module="watchdog.observers.inotify",
    )


def test_our_own_reading_is_none(hints: Hints, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_text("x")
    hints.watch(frozenset({tmp_path}))
    (tmp_path / "a.jpg").read_text()
    assert not hints.changed.wait(0.5)


def test_a_folder_that_is_not_there_leaves_the_others_watched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hints = Hints(Log())
    (tmp_path / "there").mkdir()
    hints.watch(frozenset({tmp_path / "gone", tmp_path / "there"}))
    (tmp_path / "there" / "a.jpg").write_text("x")
    assert hints.changed.wait(SECONDS)
    assert "rescans alone" in capsys.readouterr().err
    hints.close()


def test_what_is_watched_no_more_gives_none(hints: Hints, tmp_path: Path) -> None:
    hints.watch(frozenset({tmp_path}))
    hints.watch(frozenset())
    (tmp_path / "a.jpg").write_text("x")
    assert not hints.changed.wait(0.5)
