"""One look at a folder: which files there are, how large, and what cannot be backed up."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from hokan_agent.errors import FolderUnreadable
from hokan_agent.report import Exception_
from hokan_agent.sources.paths import MAX_BYTES, from_wire, to_wire
from hokan_agent.sources.reading import NO_FILE, left_out

RECEIVING = b".hokan-receiving"  # the folder `receive` writes into what has no name yet


class Found(NamedTuple):
    """
    A regular file.

    Attributes:
        path: As the service has it; where the file is follows from it (`Scan.place_of`).
    """

    path: str
    size: int
    mtime_ns: int
    inode: int

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


@dataclass(slots=True)
class Scan:
    """
    What one look found.

    Attributes:
        prefix: What the paths begin with: nothing, or "<name>/" where a folder has its own place.
    """

    root: bytes
    prefix: str = ""
    files: list[Found] = field(default_factory=list)
    exceptions: list[Exception_] = field(default_factory=list)

    @property
    def size(self) -> int:
        return sum(each.size for each in self.files)

    def place_of(self, found: Found) -> bytes:
        """Return where a file is; names are bytes, which pathlib does not take."""
        return self.root + b"/" + from_wire(found.path.removeprefix(self.prefix))


def scan(folder: Path, prefix: str = "") -> Scan:
    """
    Return every file below *folder*, in order of its path.

    Links are not followed: what they lead to is either below the folder anyway or not part of it.

    Raises:
        FolderUnreadable: There is no such folder, or it may not be read.
    """
    seen = Scan(os.fsencode(folder), prefix)
    try:
        os.scandir(seen.root).close()
    except OSError as error:
        raise FolderUnreadable(f"{folder} cannot be read: {error.strerror}") from None
    for place, entry in _walk(seen):
        _add(seen, place, entry)
    seen.files.sort()
    return seen


def _walk(seen: Scan) -> Iterator[tuple[bytes, os.DirEntry[bytes]]]:
    """Yield everything that is not a folder; folders that cannot be read are exceptions."""
    waiting = [b""]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(os.path.join(seen.root, folder)) as entries:  # noqa: PTH118 - bytes
                for entry in entries:
                    place = folder + b"/" + entry.name if folder else entry.name
                    if not entry.is_dir(follow_symlinks=False):
                        yield place, entry
                    elif entry.name != RECEIVING:
                        waiting.append(place)
        except OSError as error:
            seen.exceptions.append(left_out(seen.prefix + to_wire(folder), error))


def _add(seen: Scan, place: bytes, entry: os.DirEntry[bytes]) -> None:
    path = seen.prefix + to_wire(place)
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError as error:
        seen.exceptions.append(left_out(path, error))
        return
    if not stat.S_ISREG(status.st_mode):
        seen.exceptions.append(Exception_(path, "not-a-regular-file", NO_FILE))
    elif len(path.encode()) > MAX_BYTES:
        reason = f"the path has more than {MAX_BYTES} bytes"
        seen.exceptions.append(Exception_(path[:200], "path-too-long", reason))
    else:
        found = Found(path, status.st_size, status.st_mtime_ns, status.st_ino)
        seen.files.append(found)
