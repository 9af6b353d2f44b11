"""Who is believed of what a file's examination is, and what a folder looks like beforehand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hokan_agent.__main__ import main, parser
from hokan_agent.commands.backup import _watched
from hokan_agent.commands.trying import tried
from hokan_agent.machine.home import Home
from hokan_agent.machine.state import State
from hokan_agent.report import BackupReport, summary
from hokan_agent.sources import folders
from hokan_agent.sources.folders import Watched
from hokan_agent.upload.backup import Look, look

PATTERN = "{patient}/{date}_{examination}/**"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two examinations by layout, one that a sidecar tells of, and a file of no layout."""
    made = tmp_path / "folder"
    for name in ("P-1/20260401_E-1/a.jpg", "P-1/20260402_E-2/deep/b.jpg", "P-2/20260403_E-3/c.jpg"):
        (made / name).parent.mkdir(parents=True)
        (made / name).write_text(name)
    (made / "P-2/20260403_E-3/exam.json").write_text(json.dumps({"id": "SAID"}))
    (made / "Thumbs.db").write_text("x")
    return made


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    with closing(State(tmp_path / "state.sqlite")) as opened:
        yield opened


def examinations(found: Look) -> dict[str, str | None]:
    return {each.path: said["id"] if said else None for each, said in found.pending}


def test_a_sidecar_is_believed_before_a_pattern(folder: Path, state: State) -> None:
    found = examinations(look(Watched(folder, "t-1", patterns=(PATTERN,)), state))
    assert found == {
        "P-1/20260401_E-1/a.jpg": "E-1",
        "P-1/20260402_E-2/deep/b.jpg": "E-2",
        "P-2/20260403_E-3/c.jpg": "SAID",
        "P-2/20260403_E-3/exam.json": "SAID",
        "Thumbs.db": None,
    }


def test_a_pattern_is_about_the_folder_not_its_place_in_the_target(
    folder: Path, state: State
) -> None:
    found = examinations(look(Watched(folder, "t-1", "room 1", (PATTERN,)), state))
    assert found["room 1/P-1/20260401_E-1/a.jpg"] == "E-1"


def test_files_that_fit_no_pattern_are_counted(folder: Path, state: State) -> None:
    found = look(Watched(folder, "t-1", patterns=(PATTERN,)), state)
    assert [each.path for each in found.fitting_none] == ["Thumbs.db"]


def test_without_patterns_no_file_is_said_to_fit_none(folder: Path, state: State) -> None:
    assert not look(Watched(folder, "t-1"), state).fitting_none


def test_another_pattern_has_files_declared_again(folder: Path, state: State) -> None:
    watched = Watched(folder, "t-1", patterns=(PATTERN,))
    state.remember("t-1", [(each, "as nobody says") for each, _ in look(watched, state).pending])
    assert len(look(watched, state).pending) == 5


@pytest.mark.parametrize("name", ["", "room 1"])
def test_a_folder_that_lost_all_its_files_is_told_of(
    folder: Path, state: State, tmp_path: Path, name: str
) -> None:
    """A network drive that is not connected looks like a folder without files."""
    pending = look(Watched(folder, "t-1", name), state).pending
    state.remember("t-1", [(each, "") for each, _ in pending])
    (tmp_path / "empty").mkdir()
    (exception,) = look(Watched(tmp_path / "empty", "t-1", name), state).seen.exceptions
    assert (exception.path, exception.code) == (name or ".", "empty-folder")


def test_a_folder_that_never_had_a_file_is_nothing_to_tell_of(state: State, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert look(Watched(tmp_path / "empty", "t-1"), state).seen.exceptions == []


def test_the_sentence_about_a_run_says_how_many_fit_no_pattern() -> None:
    assert "3 fit no pattern" in summary(BackupReport(files_fitting_none=3))
    assert "pattern" not in summary(BackupReport())


def test_a_try_shows_what_a_pattern_says_and_what_it_does_not_fit(folder: Path) -> None:
    assert tried(folder, [PATTERN]).splitlines() == [
        "5 files, 4 of 3 examinations of 1 patients",
        "for example:",
        "  P-1/20260401_E-1/a.jpg  ->  examination E-1, patient P-1, at 2026-04-01",
        "  P-1/20260402_E-2/deep/b.jpg  ->  examination E-2, patient P-1, at 2026-04-02",
        "  P-2/20260403_E-3/c.jpg  ->  examination SAID",
        "1 fit no pattern, and have no examination:",
        "  Thumbs.db",
    ]


def test_a_try_names_a_few_of_many(folder: Path) -> None:
    for number in range(8):
        (folder / f"{number}.jpg").write_text("x")
    assert tried(folder, [PATTERN]).endswith("  ... and 4 more")


def test_a_try_gives_no_commands_to_a_terminal(folder: Path) -> None:
    (folder / "\x1b[2J").touch()
    assert "  \\x1b[2J" in tried(folder, [PATTERN]).splitlines()


def test_a_try_needs_no_enrolment(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = str(tmp_path / "home")
    assert main(["--state", home, "watch", "try", str(folder), "--pattern", PATTERN]) == 0
    assert "3 examinations" in capsys.readouterr().out


def test_a_try_takes_the_patterns_a_folder_is_watched_with(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = Home(tmp_path / "home")
    folders.add(home, Watched(folder, "t-1", patterns=(PATTERN,)))
    main(["--state", str(home.directory), "watch", "try", str(folder)])
    assert "1 fit no pattern" in capsys.readouterr().out


def test_a_pattern_that_means_nothing_is_wrong_usage(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["backup", str(folder), "--pattern", "{patiant}/**"])
    assert ended.value.code == 2
    assert "{patiant} is no placeholder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "used"), [((), ["{examination}/**"]), (("--pattern", PATTERN), [PATTERN])]
)
def test_a_backup_by_hand_takes_a_watched_folders_patterns_unless_told_others(
    folder: Path, tmp_path: Path, options: tuple[str, ...], used: list[str]
) -> None:
    home = Home(tmp_path / "home")
    folders.add(home, Watched(folder, "t-1", "room 1", ("{examination}/**",)))
    wanted = parser().parse_args(["backup", str(folder), *options])
    watched = _watched(home, wanted, {"target_id": "t-1"})
    assert (watched.name, list(watched.patterns)) == ("room 1", used)


def test_the_list_of_folders_shows_their_patterns(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = Home(tmp_path / "home")
    folders.add(home, Watched(folder, "t-1", "room 1", (PATTERN,)))
    assert main(["--state", str(home.directory), "watch", "list"]) == 0
    assert capsys.readouterr().out == f"{folder}  ->  t-1/room 1\n  {PATTERN}\n"
