from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from hokan_agent.errors import AgentError
from hokan_agent.sources.scan import scan


def paths(folder: Path) -> list[str]:
    return [each.path for each in scan(folder).files]


def exceptions(folder: Path) -> dict[str, str]:
    return {each.path: each.code for each in scan(folder).exceptions}


def test_files_are_found_at_any_depth_in_order(tmp_path: Path) -> None:
    for name in ("b/c/2.jpg", "a.jpg", "b/1.jpg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    assert paths(tmp_path) == ["a.jpg", "b/1.jpg", "b/c/2.jpg"]


def test_the_scan_knows_how_much_there_is(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 10)
    (tmp_path / "b").write_bytes(b"x" * 32)
    assert scan(tmp_path).size == 42


def test_a_link_is_listed_not_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc/passwd")
    (tmp_path / "round").symlink_to(tmp_path)
    assert paths(tmp_path) == []
    assert exceptions(tmp_path) == {"link": "not-a-regular-file", "round": "not-a-regular-file"}


def test_pipes_and_sockets_are_listed_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(os.path.relpath(tmp_path / "socket"))
    assert exceptions(tmp_path) == {"pipe": "not-a-regular-file", "socket": "not-a-regular-file"}


def test_a_name_that_is_no_utf_8_is_found(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/" + "内視鏡.txt".encode("shift_jis")
    Path(os.fsdecode(name)).write_text("x")
    assert paths(tmp_path) == ["%93%E0%8E%8B%8B%BE.txt"]


def test_a_path_that_is_too_long_is_listed(tmp_path: Path) -> None:
    deep = tmp_path
    for _ in range(6):
        deep /= "d" * 200
    deep.mkdir(parents=True)
    (deep / "a").write_text("x")
    (code,) = exceptions(tmp_path).values()
    assert code == "path-too-long"


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_folder_that_may_not_be_read_is_listed(tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0)
    assert exceptions(tmp_path) == {"locked": "unreadable"}


def test_a_folder_with_its_own_place_has_paths_below_it(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "1.jpg").write_text("x")
    seen = scan(tmp_path, "room 1/")
    (found,) = seen.files
    assert (found.path, seen.place_of(found)) == ("room 1/b/1.jpg", bytes(tmp_path / "b/1.jpg"))


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(AgentError, match="cannot be read"):
        scan(tmp_path / "nowhere")
