"""When a file, and when an examination, is sent: the clock is told, the folder is real."""

from __future__ import annotations

from pathlib import Path

import pytest

from hokan_agent.daemon.closing import (
    FAT_SECONDS,
    FINE_SETTLE_SECONDS,
    SETTLE_SECONDS,
    Closing,
    Waiting,
    by_examination,
    by_file,
)
from hokan_agent.sources.scan import Found, Scan, scan
from hokan_agent.sources.sidecars import Examination
from hokan_agent.upload.entries import Said

SETTLE, QUIET = 2.0, 120.0


@pytest.fixture
def closing() -> Closing:
    return Closing(settle=SETTLE, quiet=QUIET)


def a_file(path: str, size: int = 1, mtime_ns: int = 0) -> Said:
    return Found(path, size, mtime_ns, 0), None


def seen(folder: Path, *names: str) -> Scan:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")
    return scan(folder)


def examinations(found: Scan, examination: Examination | None = None) -> list[Waiting]:
    return by_examination((((each, None), examination) for each in found.files), found)


def test_a_file_just_seen_waits(closing: Closing) -> None:
    assert closing.ready(by_file([a_file("a")]), 100.0) == ([], SETTLE)


def test_a_file_that_stayed_as_it_is_goes(closing: Closing) -> None:
    closing.ready(by_file([a_file("a")]), 100.0)
    assert closing.ready(by_file([a_file("a")]), 102.0) == ([a_file("a")], None)


def test_a_file_that_grows_waits_anew(closing: Closing) -> None:
    closing.ready(by_file([a_file("a", 1)]), 100.0)
    assert closing.ready(by_file([a_file("a", 2)]), 102.0) == ([], SETTLE)


def test_what_was_written_on_fat_after_a_file_went_has_another_time() -> None:
    assert SETTLE_SECONDS >= FAT_SECONDS


@pytest.mark.parametrize(
    ("mtime_ns", "settle"),
    [
        pytest.param(4_000_000_000, SETTLE, id="as FAT has times"),
        pytest.param(5_000_000_000, FINE_SETTLE_SECONDS, id="by the second"),
        pytest.param(4_000_000_001, FINE_SETTLE_SECONDS, id="finer"),
    ],
)
def test_a_file_settles_sooner_where_times_are_finer(
    closing: Closing, mtime_ns: int, settle: float
) -> None:
    assert closing.ready(by_file([a_file("a", mtime_ns=mtime_ns)]), 100.0) == ([], settle)


def test_files_that_are_whole_do_not_wait_for_one_that_is_not(closing: Closing) -> None:
    closing.ready(by_file([a_file("a")]), 100.0)
    ready, left = closing.ready(by_file([a_file("a"), a_file("b")]), 102.0)
    assert (ready, left) == ([a_file("a")], SETTLE)


def test_an_examination_without_a_marker_waits_for_quiet(closing: Closing, tmp_path: Path) -> None:
    found = seen(tmp_path, "E-1/a.jpg")
    closing.ready(examinations(found), 100.0)
    assert closing.ready(examinations(found), 130.0) == ([], 90.0)


def test_an_examination_is_over_after_the_quiet_time(closing: Closing, tmp_path: Path) -> None:
    found = seen(tmp_path, "E-1/a.jpg", "E-1/b.jpg")
    closing.ready(examinations(found), 100.0)
    ready, _ = closing.ready(examinations(found), 220.0)
    assert [each.path for each, _ in ready] == ["E-1/a.jpg", "E-1/b.jpg"]


def test_another_image_makes_the_whole_examination_wait(closing: Closing, tmp_path: Path) -> None:
    closing.ready(examinations(seen(tmp_path, "E-1/a.jpg")), 100.0)
    found = seen(tmp_path, "E-1/b.jpg")
    assert closing.ready(examinations(found), 219.0) == ([], QUIET)


@pytest.mark.parametrize("mark", ["E-1/.complete", "E-1/exam.json", ".complete"])
def test_a_marker_or_a_sidecar_closes_an_examination(
    closing: Closing, tmp_path: Path, mark: str
) -> None:
    found = seen(tmp_path, "E-1/series/a.jpg", mark)
    closing.ready(examinations(found), 100.0)
    ready, _ = closing.ready(examinations(found), 102.0)
    assert "E-1/series/a.jpg" in {each.path for each, _ in ready}


def test_a_marker_closes_no_other_examination(closing: Closing, tmp_path: Path) -> None:
    found = seen(tmp_path, "E-1/a.jpg", "E-1/.complete", "E-2/a.jpg")
    closing.ready(examinations(found), 100.0)
    ready, left = closing.ready(examinations(found), 102.0)
    assert {each.path for each, _ in ready} == {"E-1/a.jpg", "E-1/.complete"}
    assert left == QUIET - SETTLE


def test_one_examination_in_two_folders_is_sent_as_one(closing: Closing, tmp_path: Path) -> None:
    found = seen(tmp_path, "a/1.dcm", "b/2.dcm", "b/.complete")
    waiting = examinations(found, {"id": "1.2.3"})
    closing.ready(waiting, 100.0)
    ready, _ = closing.ready(waiting, 102.0)
    assert len(ready) == 3


def test_after_a_restart_what_waits_is_seen_again(tmp_path: Path) -> None:
    found = seen(tmp_path, "E-1/a.jpg")
    Closing(settle=SETTLE, quiet=QUIET).ready(examinations(found), 100.0)
    fresh = Closing(settle=SETTLE, quiet=QUIET)
    assert fresh.ready(examinations(found), 500.0) == ([], QUIET)
