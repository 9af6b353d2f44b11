from __future__ import annotations

import json
from pathlib import Path

import pytest

from hokan_agent.errors import AgentError
from hokan_agent.machine.home import Home
from hokan_agent.sources import folders
from hokan_agent.sources.folders import Watched

ENDOSCOPY = Path("/images/endoscopy")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def test_no_folder_is_watched_at_first(home: Home) -> None:
    assert folders.listed(home) == []


def test_an_added_folder_is_watched(home: Home) -> None:
    folders.add(home, Watched(ENDOSCOPY, "t-1"))
    assert folders.listed(home) == [Watched(ENDOSCOPY, "t-1")]


def test_a_removed_folder_is_watched_no_more(home: Home) -> None:
    folders.add(home, Watched(ENDOSCOPY, "t-1"))
    folders.remove(home, ENDOSCOPY)
    assert folders.listed(home) == []


def test_a_folder_that_is_not_watched_cannot_be_removed(home: Home) -> None:
    with pytest.raises(AgentError, match="not watched"):
        folders.remove(home, ENDOSCOPY)


@pytest.mark.parametrize("other", [ENDOSCOPY, ENDOSCOPY / "room 1", ENDOSCOPY.parent])
def test_folders_do_not_overlap(home: Home, other: Path) -> None:
    folders.add(home, Watched(ENDOSCOPY, "t-1", "a"))
    with pytest.raises(AgentError, match="watched"):
        folders.add(home, Watched(other, "t-2", "b"))


@pytest.mark.parametrize(("first", "second"), [("", "b"), ("a", ""), ("", ""), ("a", "a")])
def test_two_folders_of_a_target_have_places_of_their_own(
    home: Home, first: str, second: str
) -> None:
    folders.add(home, Watched(ENDOSCOPY, "t-1", first))
    with pytest.raises(AgentError, match="place"):
        folders.add(home, Watched(Path("/images/ct"), "t-1", second))


def test_two_folders_with_places_of_their_own_share_a_target(home: Home) -> None:
    folders.add(home, Watched(ENDOSCOPY, "t-1", "a"))
    folders.add(home, Watched(Path("/images/ct"), "t-1", "b"))
    assert [each.prefix for each in folders.listed(home)] == ["a/", "b/"]


@pytest.mark.parametrize("name", [".", "..", "a/b", "x" * 101])
def test_a_place_is_one_name(home: Home, name: str) -> None:
    with pytest.raises(AgentError, match="one name"):
        folders.add(home, Watched(ENDOSCOPY, "t-1", name))


def test_a_list_that_is_damaged_is_said(home: Home) -> None:
    home.write(home.folders_file, b"[1]")
    with pytest.raises(AgentError, match="damaged"):
        folders.listed(home)


def test_a_backup_by_hand_puts_a_watched_folder_where_run_puts_it(
    home: Home, tmp_path: Path
) -> None:
    folders.add(home, Watched(tmp_path, "t-1", "room 1"))
    assert folders.known(home, tmp_path, "t-1").prefix == "room 1/"


def test_a_folder_that_is_not_watched_has_no_place_of_its_own(home: Home, tmp_path: Path) -> None:
    folders.add(home, Watched(tmp_path, "t-1", "room 1"))
    assert folders.known(home, tmp_path, "t-2").prefix == ""


def test_a_folders_patterns_are_kept(home: Home) -> None:
    watched = Watched(ENDOSCOPY, "t-1", patterns=("{examination}/**", "{patient}/{date}/**"))
    folders.add(home, watched)
    assert folders.listed(home) == [watched]


def test_a_folder_that_an_older_version_watched_has_no_patterns(home: Home) -> None:
    kept = [{"folder": str(ENDOSCOPY), "target_id": "t-1", "name": ""}]
    home.write(home.folders_file, json.dumps(kept).encode())
    assert folders.listed(home) == [Watched(ENDOSCOPY, "t-1")]
