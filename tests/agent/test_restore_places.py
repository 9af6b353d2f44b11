"""Where a restored file may go, and where not."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from hokan_agent.download.places import Places, There, what_is_at
from hokan_agent.download.restore import _newest


def test_a_file_goes_below_the_folder(tmp_path: Path) -> None:
    root = os.fsencode(tmp_path)
    assert Places(root).of("E-1/a.jpg") == root + b"/E-1/a.jpg"


@pytest.mark.parametrize("path", ["../a", "/etc/passwd", "a/../../b", "%2E%2E/a"])
def test_no_path_leads_out_of_the_folder(tmp_path: Path, path: str) -> None:
    with pytest.raises(ValueError, match="leaves the folder"):
        Places(os.fsencode(tmp_path)).of(path)


def test_no_link_in_the_folder_leads_out_of_it(tmp_path: Path) -> None:
    (tmp_path / "into").mkdir()
    (tmp_path / "into" / "E-1").symlink_to(tmp_path)
    with pytest.raises(ValueError, match="leads out"):
        Places(os.fsencode(tmp_path / "into")).of("E-1/a.jpg")


def test_a_link_beside_a_folder_that_was_looked_at_is_looked_at_too(tmp_path: Path) -> None:
    (tmp_path / "into" / "E-1").mkdir(parents=True)
    (tmp_path / "into" / "E-2").symlink_to(tmp_path)
    places = Places(os.fsencode(tmp_path / "into"))
    places.of("E-1/a.jpg")
    for _ in range(2):
        with pytest.raises(ValueError, match="leads out"):
            places.of("E-2/a.jpg")


def a_file(body: bytes) -> dict[str, object]:
    return {"size": len(body), "sha256": hashlib.sha256(body).hexdigest()}


def test_the_same_file_is_there_already(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"one")
    assert what_is_at(os.fsencode(tmp_path / "a"), a_file(b"one")) is There.ITSELF


def test_nothing_is_there(tmp_path: Path) -> None:
    assert what_is_at(os.fsencode(tmp_path / "d" / "a"), a_file(b"one")) is There.NOTHING


@pytest.mark.parametrize("body", [b"two", b"longer"])
def test_another_file_is_there(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "a").write_bytes(body)
    assert what_is_at(os.fsencode(tmp_path / "a"), a_file(b"one")) is There.ANOTHER


def test_a_link_in_a_files_place_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"one")
    (tmp_path / "a").symlink_to(tmp_path / "b")
    assert what_is_at(os.fsencode(tmp_path / "a"), a_file(b"one")) is There.ANOTHER


def test_a_pipe_in_a_files_place_keeps_nobody_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a")
    assert what_is_at(os.fsencode(tmp_path / "a"), a_file(b"one")) is There.ANOTHER


def test_a_folder_in_a_files_place_does_not_give_way(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(FileExistsError):
        what_is_at(os.fsencode(tmp_path / "a"), a_file(b"one"))


def test_a_file_in_a_folders_place_does_not_give_way(tmp_path: Path) -> None:
    (tmp_path / "d").touch()
    with pytest.raises(FileExistsError):
        what_is_at(os.fsencode(tmp_path / "d" / "a"), a_file(b"one"))


def test_of_two_backups_of_a_path_the_newer_one_is_taken() -> None:
    pages = [
        {"path": "a", "sha256": "new", "backed_up_at": "2026-04-02"},
        {"path": "a", "sha256": "old", "backed_up_at": "2026-04-01"},
        {"path": "b", "sha256": "b", "backed_up_at": "2026-04-01"},
    ]
    assert [each["sha256"] for each in _newest(iter(pages))] == ["new", "b"]
