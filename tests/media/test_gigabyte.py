"""A gigabyte made into a disc within bounded memory, and proved by the script on it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.agent.taken import taken
from tests.media.scene import gigabyte, run

pytestmark = [pytest.mark.deep, pytest.mark.journey]

FILES = 250
MOST_BYTES = 512 << 20
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    root = tmp_path_factory.mktemp("gigabyte")
    assert gigabyte(root) == FILES
    yield root
    shutil.rmtree(root)


def made(folder: Path, out: Path, *options: str) -> float:
    """Make a DVD of *folder*; return how many bytes of memory that took, at most."""
    command = [sys.executable, "-m", "infra.media", str(folder), "--out", str(out), *options]
    return taken(command, {"PYTHONPATH": str(ROOT)}).peak * 10**6


def check(disc: Path) -> tuple[int, str]:
    command = [sys.executable, "-I", "-X", "utf8", str(disc / "verify.py"), "--lang", "en"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    return ran.returncode, ran.stdout


@pytest.fixture(scope="module")
def disc(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The disc, extracted by somebody else's program."""
    out = tmp_path_factory.mktemp("disc")
    assert made(folder, out) < MOST_BYTES
    iso = out / "disc-0001.iso"
    run("xorriso", "-osirrox", "on", "-indev", iso, "-extract", "/", out / "disc")
    for path in (out / "disc").rglob("*"):
        path.chmod(0o755)
    yield out / "disc"
    shutil.rmtree(out)  # pytest would keep it for three runs more


def test_a_gigabyte_is_proved_by_the_disc_itself(disc: Path) -> None:
    assert check(disc) == (0, f"Good: all {FILES + 5} files are as they were written.\n")


def test_a_flipped_bit_in_a_gigabyte_is_found(disc: Path) -> None:
    path = disc / "DICOM" / "E0000003" / "I0000007"
    original = path.read_bytes()
    path.write_bytes(original[:-1] + bytes([original[-1] ^ 1]))
    status, told = check(disc)
    path.write_bytes(original)
    assert (status, "CHANGED    DICOM/E0000003/I0000007" in told) == (1, True)


def test_a_missing_and_an_extra_file_are_found(disc: Path) -> None:
    path = disc / "DICOM" / "E0000003" / "I0000007"
    moved = path.rename(path.with_name("I9999999"))
    status, told = check(disc)
    moved.rename(path)
    assert (status, len(told.splitlines())) == (1, 3)
    assert "MISSING    DICOM/E0000003/I0000007" in told
    assert "EXTRA      DICOM/E0000003/I9999999" in told


def test_an_encrypted_gigabyte_takes_no_more_memory(folder: Path, tmp_path: Path) -> None:
    assert made(folder, tmp_path, "--encrypt") < MOST_BYTES
    shutil.rmtree(tmp_path)
