"""Files that are whole or not there, whenever the power fails."""

from __future__ import annotations

import os
from pathlib import Path

UNFINISHED = ".new"  # the suffix of what is not whole yet


def write_synced(path: Path, *content: bytes, mode: int = 0o666) -> None:
    """Write a new file; when this returns, the disk has what is in it.  OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    with os.fdopen(descriptor, "wb") as file:
        for each in content:
            file.write(each)
        file.flush()
        os.fsync(descriptor)


def write_whole(path: Path, content: bytes) -> None:
    """
    Write a file for its owner alone, in place of another or not at all.  OSError.

    What root writes belongs to whom the folder does: the agent's own user has to read it.
    """
    fresh = path.with_suffix(UNFINISHED)
    fresh.unlink(missing_ok=True)  # of a run that was killed
    write_synced(fresh, content, mode=0o600)
    if os.geteuid() == 0:
        owner = path.parent.stat()
        os.chown(fresh, owner.st_uid, owner.st_gid)
    fresh.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Have the disk know the names in *folder*.  OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
