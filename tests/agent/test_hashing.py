"""A file somebody writes to while it is read is left for the next backup, never stored torn."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hokan_agent.sources.hashing import Changed, hashed
from hokan_agent.sources.scan import Found, Scan, scan

SIZE = 20_000_000  # so that reading takes some time
SETTLE_SECONDS = 0.1


@pytest.fixture
def found(tmp_path: Path) -> Found:
    (tmp_path / "video.mp4").write_bytes(bytes(SIZE))
    return scan(tmp_path).files[0]


@contextmanager
def meanwhile(write: Callable[[], object]) -> Iterator[None]:
    """Write again and again while something else is done."""
    over, begun = threading.Event(), threading.Event()

    def going_on() -> None:
        while not over.is_set():
            write()
            begun.set()

    thread = threading.Thread(target=going_on)
    thread.start()
    begun.wait()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_a_file_that_grows_is_left_for_the_next_backup(tmp_path: Path, found: Found) -> None:
    with (tmp_path / "video.mp4").open("ab", buffering=0) as file:

        def grow() -> None:
            file.write(b"more")

        with meanwhile(grow), pytest.raises(Changed):
            hashed(Scan(bytes(tmp_path)), found, SETTLE_SECONDS)


def test_a_file_written_over_is_left_for_the_next_backup(tmp_path: Path, found: Found) -> None:
    with (tmp_path / "video.mp4").open("r+b", buffering=0) as file:

        def write_over() -> None:
            file.seek(0)
            file.write(b"others")

        with meanwhile(write_over), pytest.raises(Changed):
            hashed(Scan(bytes(tmp_path)), found, SETTLE_SECONDS)


def test_a_file_that_changed_before_it_was_read_is_what_it_is_now(
    tmp_path: Path, found: Found
) -> None:
    (tmp_path / "video.mp4").write_bytes(b"short")
    now, sha256 = hashed(Scan(bytes(tmp_path)), found)
    assert (now.size, sha256) == (5, hashlib.sha256(b"short").hexdigest())


def test_a_file_that_is_gone_is_said_to_be(tmp_path: Path, found: Found) -> None:
    (tmp_path / "video.mp4").unlink()
    with pytest.raises(FileNotFoundError):
        hashed(Scan(bytes(tmp_path)), found)


def test_a_link_that_took_a_files_place_is_not_followed(tmp_path: Path, found: Found) -> None:
    (tmp_path / "video.mp4").unlink()
    (tmp_path / "video.mp4").symlink_to("/etc/hostname")
    with pytest.raises(OSError, match="symbolic links"):
        hashed(Scan(bytes(tmp_path)), found)
