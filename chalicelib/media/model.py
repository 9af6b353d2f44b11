"""What goes onto discs: files of examinations, and places on a disc with what stands there."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO


@dataclass(frozen=True, slots=True)
class File:
    """
    A stored file.

    Attributes:
        path: The one it was sent under.
    """

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Examination:
    """
    Files that belong together.

    Attributes:
        title: What people know it by: a date, a patient, a kind.
        beside: How many bytes its pages in an offline album take.
    """

    examination_id: str
    title: str
    files: tuple[File, ...]
    beside: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """
    A file on a disc.

    Attributes:
        place: Its name there, with slashes.
        sha256: Empty for what checks itself while it is made.
        open: Begins to read it; nothing is open before.
    """

    place: str
    size: int
    sha256: str
    open: Callable[[], BinaryIO]


class Damaged(Exception):
    """What is read is not what it is said to be; the message names the place on the disc."""


def made(place: str, body: bytes) -> Entry:
    """Return a file that we wrote ourselves."""
    return Entry(place, len(body), hashlib.sha256(body).hexdigest(), lambda: io.BytesIO(body))
