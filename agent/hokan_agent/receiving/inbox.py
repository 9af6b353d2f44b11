"""
The folder that received images are kept in: each of them whole, none of them overwritten.

An image is written under a temporary name, which no backup takes for a file, and gets its own
name when the disk has it.
"""

from __future__ import annotations

import fcntl
import filecmp
import os
import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from enum import Enum
from itertools import count
from pathlib import Path
from threading import Lock

from hokan_agent.errors import AgentError
from hokan_agent.machine.disk import sync_folder, write_synced
from hokan_agent.sources.scan import RECEIVING


class Kept(Enum):
    """What became of an image."""

    FRESH = "new"
    AGAIN = "there already"
    BESIDE = "kept beside another content of the same name"


class Inbox:
    """A folder with a folder for each study; for use by many threads of one process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._unfinished = folder / os.fsdecode(RECEIVING)
        self._synced: set[str] = set()  # studies whose name the disk has
        self._lock = Lock()

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Keep other receivers out of the folder, and remove what a killed one left; AgentError."""
        self._unfinished.mkdir(exist_ok=True)
        descriptor = os.open(self._unfinished, os.O_RDONLY)
        try:
            _lock(descriptor, self._folder)
            for each in self._unfinished.iterdir():
                each.unlink()
            yield
        finally:
            os.close(descriptor)

    def keep(self, study: str, instance: str, *content: bytes) -> Kept:
        """Keep an image under checked names; when this returns, the disk has it.  OSError."""
        fresh = self._unfinished / secrets.token_hex(16)
        try:
            write_synced(fresh, *content)
            with self._lock:
                return self._place(fresh, study, instance)
        finally:
            fresh.unlink(missing_ok=True)

    def places(self, instances: Collection[str]) -> dict[str, list[Path]]:
        """Return every file that is kept of each of *instances*, in one look.  OSError."""
        found: dict[str, list[Path]] = {each: [] for each in instances}
        for study in os.scandir(self._folder):
            if not study.is_dir(follow_symlinks=False) or study.path == str(self._unfinished):
                continue
            for name in os.listdir(study.path):  # noqa: PTH208 - names alone are many times faster
                if (of := found.get(instance_of(name))) is not None:
                    of.append(Path(study.path, name))
        return found

    def _place(self, fresh: Path, study: str, instance: str) -> Kept:
        """Give a written image the first name that is free, or that has the same content."""
        folder = self._folder / study
        is_new = _made(folder)
        for number in count(1):
            place = folder / name_of(instance, number)
            if not os.path.lexists(place):
                fresh.rename(place)
                kept = Kept.FRESH if number == 1 else Kept.BESIDE
                break
            if filecmp.cmp(fresh, place, shallow=False):
                kept = Kept.AGAIN
                break
        sync_folder(folder)  # also again: power may have failed after the rename
        if is_new or study not in self._synced:
            sync_folder(self._folder)
            self._synced.add(study)
        return kept


def _made(folder: Path) -> bool:
    """Make a folder; return whether it was not there."""
    try:
        folder.mkdir()
    except FileExistsError:
        return False
    return True


def name_of(instance: str, number: int) -> str:
    """Return the name of the *number*-th content of an instance."""
    return f"{instance}.dcm" if number == 1 else f"{instance}-{number}.dcm"


def instance_of(name: str) -> str:
    """
    Return the instance whose content a file of this name is.

    >>> [instance_of(name_of("1.2.840", number)) for number in (1, 2)]
    ['1.2.840', '1.2.840']
    """
    return name.removesuffix(".dcm").partition("-")[0]


def _lock(descriptor: int, folder: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise AgentError(f"another hokan-agent receive writes into {folder}") from None
