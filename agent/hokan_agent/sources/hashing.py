"""A file's content by its SHA-256, and whether it stayed what it was meanwhile."""

from __future__ import annotations

import hashlib
import os
from io import FileIO

from hokan_agent.sources.scan import Found

BLOCK_BYTES = 2**20
TRIES = 2


class Changed(Exception):
    """The file is being written to; its next backup will have it."""


def path_of(root: bytes, place: bytes) -> bytes:
    """Return where a scanned file is; names are bytes, which pathlib does not take."""
    return root + b"/" + place


def opened(root: bytes, place: bytes) -> FileIO:
    """Open a file for reading; a link that took its place since is not followed."""
    descriptor = os.open(path_of(root, place), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    return FileIO(descriptor, "rb")


def hashed(root: bytes, found: Found) -> tuple[Found, str]:
    """
    Return the file as it is now and its SHA-256.

    Raises:
        Changed: It changed while it was read, twice.
        OSError: It cannot be read.
    """
    for _ in range(TRIES):
        with opened(root, found.place) as file:
            before = _status(file, found)
            digest = _digest(file)
            if _status(file, found) == before:
                return before, digest
    raise Changed("it changed while it was read; the next backup will have it")


def digest_of_part(root: bytes, place: bytes, start: int, size: int) -> str:
    """Return the SHA-256 of *size* bytes from *start*."""
    with opened(root, place) as file:
        file.seek(start)
        return hashlib.sha256(file.read(size)).hexdigest()


def _digest(file: FileIO) -> str:
    return hashlib.file_digest(file, "sha256").hexdigest()


def _status(file: FileIO, found: Found) -> Found:
    now = os.fstat(file.fileno())
    return Found(found.path, found.place, now.st_size, now.st_mtime_ns, now.st_ino)
