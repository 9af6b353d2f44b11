"""Files that are whole or not there, whenever the power fails."""

from __future__ import annotations

import os
from pathlib import Path


def write_synced(path: Path, *content: bytes, mode: int = 0o666) -> None:
    """Write a new file; when this returns, the disk has what is in it.  OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    with os.fdopen(descriptor, "wb") as file:
        for each in content:
            file.write(each)
        file.flush()
        os.fsync(descriptor)


def sync_folder(folder: Path) -> None:
    """Have the disk know the names in *folder*.  OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
