"""Where restored files go, and what is there already."""

from __future__ import annotations

import errno
import hashlib
import os
from enum import Enum, auto
from pathlib import Path
from typing import Any

from hokan_agent.errors import AgentError
from hokan_agent.sources.paths import from_wire
from hokan_agent.sources.reading import opened

File = dict[str, Any]  # as POST /restores/{id}/files lists it


class There(Enum):
    """What has a file's place."""

    NOTHING = auto()
    ITSELF = auto()
    ANOTHER = auto()  # another file, or a link, pipe, socket or device


def root_of(into: Path) -> bytes:
    """Return the folder restored into, as it really is; it need not be there yet."""
    return os.path.realpath(os.fsencode(into))


def made(into: Path) -> bytes:
    """Return the folder restored into, made if need be; raises AgentError."""
    try:
        into.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AgentError(f"{into} cannot be made: {error.strerror}") from None
    return root_of(into)


class Places:
    """
    Where the files of one restore go, below *root*.

    Files come by the folder, so the last one is remembered: following its links again for each file
    was a tenth of a restore.
    """

    def __init__(self, root: bytes) -> None:
        self._root = root
        self._inside = root

    def of(self, path: str) -> bytes:
        """Return where a file goes; raises ValueError when that is outside."""
        place = self._root + b"/" + from_wire(path)
        folder = os.path.dirname(place)  # noqa: PTH120 - bytes
        if folder != self._inside:
            self._require_inside(folder)
            self._inside = folder
        return place

    def _require_inside(self, folder: bytes) -> None:
        really = os.path.realpath(folder)
        if really != self._root and not really.startswith(self._root + b"/"):
            raise ValueError("a link in the folder leads out of it")


def is_free(place: bytes) -> bool:
    """Whether nothing is there, at a glance; `what_is_at` says what is."""
    try:
        os.lstat(place)
    except OSError as error:
        return error.errno == errno.ENOENT
    return False


def what_is_at(place: bytes, file: File) -> There:
    """
    Return what has a file's place; raises OSError when nobody may look.

    A folder there, or a file where a folder should be, raises FileExistsError: neither gives way.
    """
    try:
        there = opened(place)
    except FileNotFoundError:
        return There.NOTHING
    except NotADirectoryError:
        raise FileExistsError(errno.EEXIST, "a file has the name of its folder") from None
    except OSError as error:
        if error.errno not in {errno.ELOOP, errno.ENXIO}:
            raise
        if os.path.isdir(place) and not os.path.islink(place):  # noqa: PTH112, PTH114 - bytes
            raise FileExistsError(errno.EEXIST, "a folder has this name") from None
        return There.ANOTHER
    with there:
        same_size = os.fstat(there.fileno()).st_size == file["size"]
        if same_size and hashlib.file_digest(there, "sha256").hexdigest() == file["sha256"]:
            return There.ITSELF
    return There.ANOTHER
