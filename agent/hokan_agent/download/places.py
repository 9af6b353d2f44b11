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


def place_of(root: bytes, path: str) -> bytes:
    """Return where a file goes; raises ValueError when that is outside *root*."""
    place = root + b"/" + from_wire(path)
    folder = os.path.realpath(os.path.dirname(place))  # noqa: PTH120 - bytes
    if folder != root and not folder.startswith(root + b"/"):
        raise ValueError("a link in the folder leads out of it")
    return place


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
