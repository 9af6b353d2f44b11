"""Folders to back up: bytes no tool can compress, the same in every run."""

from __future__ import annotations

import filecmp
from collections.abc import Iterator
from pathlib import Path
from random import Random

SMALL_FILES, SMALL_FOLDER = 5_000, 40  # files, and how many of them an examination's folder has
SMALL_BYTES = (120_000, 280_000)
BIG_FILES, BIG_BYTES = 20, 100 * 10**6
CHANGED_SHARE = 100  # one file in so many
BLOCK_BYTES = 2**20


def small(root: Path, scale: float) -> Path:
    """Make 5,000 files of 200 KB, 40 a folder (times *scale*)."""
    random = Random(1)  # noqa: S311 - filling
    for number in range(round(SMALL_FILES * scale)):
        folder = root / f"2026-04-{1 + number // 1_000:02}" / f"E-{number // SMALL_FOLDER:05}"
        folder.mkdir(parents=True, exist_ok=True)
        content = random.randbytes(random.randint(*SMALL_BYTES))
        (folder / f"IMG{number:05}.JPG").write_bytes(content)
    return root


def big(root: Path, scale: float) -> Path:
    """Make 20 files of 100 MB (times *scale*)."""
    random = Random(2)  # noqa: S311 - filling
    root.mkdir()
    for number in range(max(1, round(BIG_FILES * scale))):
        with (root / f"SLIDE{number:02}.SVS").open("wb") as file:
            for _ in range(BIG_BYTES // BLOCK_BYTES):
                file.write(random.randbytes(BLOCK_BYTES))
            file.write(random.randbytes(BIG_BYTES % BLOCK_BYTES))
    return root


def change(root: Path, seed: int) -> None:
    """Give one file in a hundred another content of the same length."""
    random = Random(seed)  # noqa: S311 - filling
    files = list(files_of(root))
    for file in random.sample(files, max(1, len(files) // CHANGED_SHARE)):
        file.write_bytes(random.randbytes(file.stat().st_size))


def files_of(root: Path) -> Iterator[Path]:
    return (each for each in sorted(root.rglob("*")) if each.is_file())


def size_of(root: Path) -> int:
    return sum(each.stat().st_size for each in files_of(root))


def require_same(one: Path, other: Path) -> None:
    """Raise RuntimeError unless both folders hold the same files, byte for byte."""
    names = [each.relative_to(one) for each in files_of(one)]
    if names != [each.relative_to(other) for each in files_of(other)]:
        raise RuntimeError(f"{other} has not the files of {one}")
    for name in names:
        if not filecmp.cmp(one / name, other / name, shallow=False):
            raise RuntimeError(f"{other / name} differs from {one / name}")
