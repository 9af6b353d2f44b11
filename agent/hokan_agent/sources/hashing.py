"""A file's content by its SHA-256, and whether it stayed what it was meanwhile."""

from __future__ import annotations

import hashlib
import os
import time
from io import FileIO

from hokan_agent.sources.reading import opened
from hokan_agent.sources.scan import Found, Scan

BLOCK_BYTES = 2**20
TRIES = 2
SETTLE_SECONDS = 2.0  # for whoever writes to it to be done


class Changed(Exception):
    """The file is being written to; its next backup will have it."""


def hashed(seen: Scan, found: Found, settle: float = SETTLE_SECONDS) -> tuple[Found, str]:
    """
    Return a file of *seen* as it is now and its SHA-256.

    Args:
        settle: Seconds to wait before it is read again, when it changed meanwhile.

    Raises:
        Changed: It changed while it was read, twice.
        OSError: It cannot be read.
    """
    for attempt in range(TRIES):
        if attempt:
            time.sleep(settle)
        with opened(seen.place_of(found)) as file:
            before = _status(file)
            digest = _digest(file)
            if _status(file) == before:
                size, mtime_ns, inode, _ = before
                return Found(found.path, size, mtime_ns, inode), digest
    raise Changed("it changed while it was read; the next backup will have it")


def digest_of_part(place: bytes, start: int, size: int) -> str:
    """Return the SHA-256 of *size* bytes from *start*, read in blocks."""
    digest = hashlib.sha256()
    with opened(place) as file:
        file.seek(start)
        while size > 0 and (block := file.read(min(size, BLOCK_BYTES))):
            digest.update(block)
            size -= len(block)
    return digest.hexdigest()


def _digest(file: FileIO) -> str:
    return hashlib.file_digest(file, "sha256").hexdigest()


def _status(file: FileIO) -> tuple[int, int, int, int]:
    """Return what is another after a write; ctime also where a program sets mtime back."""
    now = os.fstat(file.fileno())
    return now.st_size, now.st_mtime_ns, now.st_ino, now.st_ctime_ns
