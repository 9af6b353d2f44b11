"""Folders as the world has them: what lies in one is stored as it is, or listed with a reason."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
import threading
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bench.agent.taken import taken
from hokan_agent.sources import headers
from hokan_agent.sources.hashing import Changed, digest_of_part, hashed
from hokan_agent.sources.paths import from_wire
from hokan_agent.sources.reading import left_out, opened
from hokan_agent.sources.scan import Found, Scan, scan
from hokan_agent.sources.sidecars import Sidecars
from infra.build import ROOT
from tests.support.loopback import loopback
from tests.support.serving import enrolled

NOBODY = 65534
SETTLE = 0.01  # seconds


def only(folder: Path) -> Found:
    (found,) = scan(folder).files
    return found


def digest(folder: Path, found: Found, settle: float = SETTLE) -> str:
    return hashed(Scan(os.fsencode(folder)), found, settle)[1]


def why(folder: Path, found: Found) -> str:
    """Return the code under which a file that cannot be read is listed."""
    with pytest.raises(OSError) as raised:  # noqa: PT011 - which of them is what is asked
        digest(folder, found)
    return left_out(found.path, raised.value).code


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


@contextmanager
def as_nobody() -> Iterator[None]:
    """Be a user whom modes stop: root reads everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder everybody may look into: pytest's own are the user's alone."""
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        yield Path(made)


# --- names -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("内視鏡.txt".encode("cp932"), id="Shift_JIS"),
        pytest.param(
            "検査/ソ能表.txt".encode("cp932"), id="Shift_JIS with a backslash in a character"
        ),
        pytest.param(("患" * 83).encode(), id="249 bytes of kanji"),
        pytest.param(b"x" * 250, id="250 characters"),
        pytest.param(b"/".join([b"d" * 30] * 30) + b"/a", id="30 folders deep"),
        pytest.param(b"two\nlines\r.txt", id="newline"),
        pytest.param(b" \t~.", id="blanks and dots"),
        pytest.param(b"100%25.txt", id="looks escaped"),
        pytest.param(b"\x1b[31mred\x07", id="a terminal's commands"),
        pytest.param(bytes(range(128, 256)), id="no text at all"),
    ],
)
def test_a_name_stays_what_it_is(tmp_path: Path, name: bytes) -> None:
    place = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(b"x")
    found = only(tmp_path)
    assert (from_wire(found.path), digest(tmp_path, found)) == (name, sha256(b"x"))


def test_names_that_look_the_same_are_two_files(tmp_path: Path) -> None:
    for form in ("NFC", "NFD"):
        (tmp_path / unicodedata.normalize(form, "がんま.txt")).write_text(form)
    bodies = {digest(tmp_path, each) for each in scan(tmp_path).files}
    assert bodies == {sha256(b"NFC"), sha256(b"NFD")}


# --- what is no file ---------------------------------------------------------------------------


def test_a_device_is_listed_not_read(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root makes devices")
    os.mknod(tmp_path / "zero", 0o020666, os.makedev(1, 5))
    assert [each.code for each in scan(tmp_path).exceptions] == ["not-a-regular-file"]


def test_links_that_lead_nowhere_or_round_are_listed(tmp_path: Path) -> None:
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    (tmp_path / "up").symlink_to("..")
    seen = scan(tmp_path)
    assert {each.code for each in seen.exceptions} == {"not-a-regular-file"}
    assert (len(seen.exceptions), seen.files) == (4, [])


def test_hard_links_are_files(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    (tmp_path / "b").hardlink_to(tmp_path / "a")
    assert [each.path for each in scan(tmp_path).files] == ["a", "b"]


def test_an_empty_file_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert digest(tmp_path, only(tmp_path)) == sha256(b"")


def test_a_pipe_that_took_a_files_place_keeps_nobody_waiting(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    found = only(tmp_path)
    (tmp_path / "a").unlink()
    os.mkfifo(tmp_path / "a")
    assert why(tmp_path, found) == "not-a-regular-file"


def test_a_link_that_took_a_files_place_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    found = only(tmp_path)
    (tmp_path / "a").unlink()
    (tmp_path / "a").symlink_to("/etc/passwd")
    assert why(tmp_path, found) == "not-a-regular-file"


def test_a_pipe_that_took_a_sidecars_place_keeps_nobody_waiting(tmp_path: Path) -> None:
    (tmp_path / "exam.json").write_text("{}")
    seen = scan(tmp_path)
    (tmp_path / "exam.json").unlink()
    os.mkfifo(tmp_path / "exam.json")
    assert [each.code for each in Sidecars(seen).exceptions] == ["bad-sidecar"]


def test_a_pipe_has_no_header(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.dcm")
    with pytest.raises(OSError, match="only files"):
        headers.examination(os.fsencode(tmp_path / "a.dcm"))


# --- what changes ------------------------------------------------------------------------------


def after_reading(monkeypatch: pytest.MonkeyPatch, write: Callable[[], object], times: int) -> None:
    """Have somebody write to a file when it was read, the first so many times."""
    original = hashlib.file_digest
    left = iter(range(times))

    def read(file: Any, name: str) -> Any:
        digest = original(file, name)
        if next(left, None) is not None:
            write()
        return digest

    monkeypatch.setattr(hashlib, "file_digest", read)


def test_a_file_that_grows_while_it_is_read_is_never_half_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "a"
    place.write_bytes(b"x")
    after_reading(monkeypatch, lambda: os.truncate(place, place.stat().st_size + 1), times=2)
    with pytest.raises(Changed):
        digest(tmp_path, only(tmp_path))


def test_a_file_that_has_settled_meanwhile_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "a"
    place.write_bytes(b"x")
    found = only(tmp_path)
    after_reading(monkeypatch, lambda: place.write_bytes(b"xyz"), times=1)
    now, sha = hashed(Scan(bytes(tmp_path)), found, SETTLE)
    assert (now.size, sha) == (3, sha256(b"xyz"))


def test_a_write_that_hides_behind_an_old_date_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "a"
    place.write_bytes(b"old")
    found, before = only(tmp_path), place.stat()

    def overwrite() -> None:
        place.write_bytes(b"new")
        os.utime(place, ns=(before.st_atime_ns, before.st_mtime_ns))

    after_reading(monkeypatch, overwrite, times=1)
    assert digest(tmp_path, found) == sha256(b"new")


def test_a_file_replaced_while_it_is_read_is_the_one_or_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "a"
    place.write_bytes(b"the one")
    found = only(tmp_path)

    def replace() -> None:
        (tmp_path / "b").write_bytes(b"the other")
        (tmp_path / "b").replace(place)

    after_reading(monkeypatch, replace, times=1)
    now, sha = hashed(Scan(bytes(tmp_path)), found, SETTLE)
    assert (now.size, sha) in {(7, sha256(b"the one")), (9, sha256(b"the other"))}


def test_a_file_that_is_gone_is_listed_as_gone(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    found = only(tmp_path)
    (tmp_path / "a").unlink()
    assert why(tmp_path, found) == "gone"


def test_a_folder_that_is_gone_is_listed_as_gone(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "a").write_bytes(b"x")
    found = only(tmp_path)
    (tmp_path / "d" / "a").unlink()
    (tmp_path / "d").rmdir()
    (tmp_path / "d").write_bytes(b"a file now")
    assert why(tmp_path, found) == "gone"


def test_folders_that_come_and_go_stop_no_look(tmp_path: Path) -> None:
    over = threading.Event()

    def churn() -> None:
        while not over.is_set():
            for number in range(20):
                (tmp_path / f"{number}").mkdir()
                (tmp_path / f"{number}" / "a").touch()
            for number in range(20):
                (tmp_path / f"{number}" / "a").unlink()
                (tmp_path / f"{number}").rmdir()

    (tmp_path / "stays").touch()
    thread = threading.Thread(target=churn)
    thread.start()
    try:
        looks = [scan(tmp_path) for _ in range(50)]
    finally:
        over.set()
        thread.join()
    assert all("stays" in {each.path for each in look.files} for look in looks)
    assert {each.code for look in looks for each in look.exceptions} <= {"gone"}


# --- rights ------------------------------------------------------------------------------------


def test_a_file_that_may_not_be_read_is_listed_and_the_others_are_read(shared: Path) -> None:
    (shared / "locked").write_bytes(b"x")
    (shared / "locked").chmod(0)
    (shared / "open").write_bytes(b"y")
    with as_nobody():
        locked, free = scan(shared).files
        assert (why(shared, locked), digest(shared, free)) == ("unreadable", sha256(b"y"))


def test_a_folder_that_may_not_be_looked_into_is_listed(shared: Path) -> None:
    (shared / "locked").mkdir(mode=0)
    with as_nobody():
        (exception,) = scan(shared).exceptions
    assert (exception.path, exception.code) == ("locked", "unreadable")
    assert exception.reason == "Permission denied"


def test_a_folder_whose_files_may_not_be_looked_at_is_listed(shared: Path) -> None:
    (shared / "listing only").mkdir()
    (shared / "listing only" / "a").touch()
    (shared / "listing only").chmod(0o744)
    with as_nobody():
        (exception,) = scan(shared).exceptions
    assert (exception.path, exception.code) == ("listing only/a", "unreadable")


# --- sizes -------------------------------------------------------------------------------------


def test_a_part_is_digested_as_it_is_cut(tmp_path: Path) -> None:
    body = os.urandom(3 * 2**20 + 5)
    (tmp_path / "a").write_bytes(body)
    found = digest_of_part(bytes(tmp_path / "a"), 7, 2 * 2**20 + 3)
    assert found == sha256(body[7 : 7 + 2 * 2**20 + 3])


def test_a_file_is_opened_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    with opened(os.fsencode(tmp_path / "a")) as file:
        assert file.read() == b"x"


@pytest.mark.deep
def test_six_sparse_gigabytes_take_no_more_memory_than_a_byte(tmp_path: Path) -> None:
    with loopback() as service:
        home = enrolled(tmp_path / "home", f"{service.url}/api")
        command = [sys.executable, "-m", "hokan_agent", "--state", str(home.directory), "backup"]
        peaks = []
        for size in (1, 6 * 2**30):
            folder = tmp_path / str(size)
            folder.mkdir()
            with (folder / "video").open("wb") as file:
                file.truncate(size)
            peaks.append(taken([*command, str(folder)], {"PYTHONPATH": str(ROOT / "agent")}).peak)
        assert service.arrived == 6 * 2**30 + 1
    assert peaks[1] - peaks[0] < 16  # MB
