"""The script that goes along on each disc, run as people run it."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from unicodedata import normalize

import pytest

from chalicelib.media import verify
from chalicelib.media.model import made
from tests.media.scene import Store, contents, unfolded

STILL = "IMAGES/E0000002/胃カメラ 花子 1.jpg"


class Outcome(NamedTuple):
    status: int
    lines: list[str]


@pytest.fixture
def disc(tmp_path: Path) -> Path:
    return unfolded(contents(Store()), tmp_path / "disc")


def check(disc: Path, *arguments: str) -> Outcome:
    """Run the disc's own script, with nothing but Python."""
    command = [sys.executable, "-I", "-X", "utf8", str(disc / "verify.py"), *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.stderr == ""
    return Outcome(ran.returncode, ran.stdout.splitlines())


def flip(path: Path) -> None:
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.write_bytes(body)


def test_a_disc_is_as_it_was_written(disc: Path) -> None:
    assert check(disc, "--lang", "en") == (0, ["Good: all 9 files are as they were written."])


def test_a_flipped_bit_is_found(disc: Path) -> None:
    flip(disc / STILL)
    status, lines = check(disc, "--lang", "en")
    assert status == 1
    assert lines[0].startswith(f"CHANGED    {STILL}")
    assert lines[-1] == "NOT GOOD: 8 of 9 files are as they were written; 1 faults."


FAULTS: dict[str, Callable[[Path], object]] = {
    "CHANGED": lambda disc: (disc / STILL).write_bytes(b""),
    "MISSING": lambda disc: (disc / STILL).unlink(),
    "EXTRA": lambda disc: (disc / "IMAGES" / "more.jpg").write_bytes(b"x"),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_a_file_that_is_short_missing_or_too_many_is_found(disc: Path, kind: str) -> None:
    FAULTS[kind](disc)
    status, lines = check(disc, "--lang", "en")
    assert (status, len(lines)) == (1, 2)
    assert lines[0].startswith(kind)


@pytest.mark.parametrize("name", ["DICOMDIR", "README.TXT", "manifest.json", "verify.py"])
def test_our_own_files_are_checked_too(disc: Path, name: str) -> None:
    (disc / name).write_bytes((disc / name).read_bytes() + b"\n")
    assert check(disc).status == 1


def test_a_name_as_macos_writes_it_is_the_same_name(tmp_path: Path) -> None:
    body = made("IMAGES/ポリープ.jpg", b"x")
    disc = unfolded([body, *contents(Store())], tmp_path / "disc")
    lines = (disc / "SHA256SUMS").read_text() + f"{body.sha256}  {body.place}\n"
    (disc / "SHA256SUMS").write_text(lines)
    (disc / body.place).rename(disc / normalize("NFD", body.place))
    assert check(disc).status == 0


def test_a_damaged_list_is_no_list(disc: Path) -> None:
    flip(disc / "SHA256SUMS")
    assert check(disc).status == 1


def test_an_emptied_list_is_not_good(disc: Path) -> None:
    (disc / "SHA256SUMS").write_bytes(b"")
    assert check(disc).status == 1


def test_what_is_no_disc_cannot_be_checked(disc: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert check(disc, str(empty)).status == 2


def test_an_image_is_to_be_mounted_first(disc: Path) -> None:
    status, lines = check(disc, str(disc / "manifest.json"), "--lang", "en")
    assert (status, "Mount or unpack" in lines[0]) == (2, True)


def test_it_speaks_japanese(disc: Path) -> None:
    flip(disc / STILL)
    lines = check(disc, "--lang", "ja").lines
    assert lines[0].startswith(f"内容が違います   {STILL}")
    assert lines[1] == "異常: 9 個のうち 8 個だけが書き込んだときのままです。問題は 1 件です。"


def test_both_languages_say_the_same_things() -> None:
    assert verify.WORDS["en"].keys() == verify.WORDS["ja"].keys()


def test_python_3_8_reads_it() -> None:
    ast.parse(Path(verify.__file__).read_text(), feature_version=(3, 8))
