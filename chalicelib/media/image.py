"""
The image of a disc: ISO 9660 level 3, Joliet and UDF over the same files (a bridge).

It is written front to back, and the same entries make the same bytes: one that stopped goes on at
any byte, and what lies before is not even read.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, cast

from pycdlib import PyCdlib

from chalicelib.media import names
from chalicelib.media.forward import Forward, Sink
from chalicelib.media.model import Damaged, Entry
from chalicelib.media.reading import exactly
from chalicelib.media.steady import steady

SECTOR = 2048
PIECE_BYTES = 1 << 20
LABEL_CHARACTERS = 16  # all that Joliet has room for


def write(entries: Iterable[Entry], into: Sink, *, label: str, at: datetime, start: int = 0) -> int:
    """
    Write the image of a disc; return its size.

    Args:
        label: What the disc is called, of A-Z, 0-9 and _.
        at: The time of all files.
        start: How many bytes of it were written before; the rest is written.

    Raises:
        Damaged: A file is not what its entry says; what was written is of no use.
    """
    ordered = sorted(entries, key=lambda each: each.place)
    with steady(at, label):
        iso, reading = _laid_out(ordered, label, start)
        size, files_at = _size(iso), _files_at(iso)
        # UDF's last anchor is the last sector.
        forward = Forward(into, files_at, size - SECTOR, size, start)
        reading.at = forward.tell
        iso.write_fp(forward, blocksize=PIECE_BYTES)
        forward.finish()
        iso.close()
    return size


def size_of(entries: Iterable[Entry], *, label: str, at: datetime) -> int:
    """Return how large the image will be; nothing is read for it."""
    with steady(at, label):
        iso, _ = _laid_out(sorted(entries, key=lambda each: each.place), label, 0)
        size = _size(iso)
        iso.close()
    return size


def _size(iso: Any) -> int:
    return int(iso.pvd.space_size) * SECTOR


def _files_at(iso: Any) -> int:
    """Return where the first file lies; before it are folders only."""
    places = [_place(each) for each in iso.inodes if each.get_data_length()]
    return min(places) * SECTOR if places else _size(iso) - SECTOR


def _place(inode: Any) -> int:
    """Return the sector where a file lies; an empty one lies nowhere."""
    return int(inode.extent_location()) if inode.get_data_length() else -1


@dataclass
class Reading:
    """
    How far the image is.

    Attributes:
        at: Asked, it says where.
        start: Where it begins to matter.
    """

    start: int
    at: Callable[[], int] = int


class _Lazy(io.RawIOBase):
    """An entry as pycdlib reads it: opened at the first byte that matters, checked at the last."""

    def __init__(self, entry: Entry, reading: Reading) -> None:
        super().__init__()
        self._entry, self._reading = entry, reading
        self._stream: BinaryIO | None = None
        self._digest, self._left = hashlib.sha256(), entry.size

    def readable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Begin anew: nothing else is asked for, and that once before it is read."""
        if offset or whence:
            raise io.UnsupportedOperation("seek")
        return 0

    def read(self, size: int = -1) -> bytes:
        if self._stream is None:
            if self._is_past():
                self._left -= size
                return bytes(size)
            self._stream = self._entry.open()
        data = exactly(self._stream.read, size)
        self._digest.update(data)
        self._left -= len(data)
        if len(data) < size or not self._left:
            self._check()
        return data

    def _is_past(self) -> bool:
        """Tell whether all that is left of it was written before."""
        return self._reading.at() + self._left <= self._reading.start

    def _check(self) -> None:
        is_longer = self._stream is not None and self._stream.read(1) != b""
        self._done()
        is_other = self._entry.sha256 not in {"", self._digest.hexdigest()}
        if self._left or is_longer or is_other:
            raise Damaged(self._entry.place)

    def _done(self) -> None:
        if self._stream:
            self._stream.close()
            self._stream = None


def _laid_out(entries: Sequence[Entry], label: str, start: int) -> tuple[Any, Reading]:
    iso, reading = PyCdlib(), Reading(start)
    iso.new(interchange_level=3, vol_ident=label[:LABEL_CHARACTERS], joliet=3, udf="2.60")
    folders = _Folders(iso)
    for each in entries:
        within, _, own = each.place.rpartition("/")
        folder = folders.made(within)
        iso.add_fp(
            cast(BinaryIO, _Lazy(each, reading)),
            each.size,
            iso_path=f"{folder.iso}/{names.iso(own, folder.taken, is_folder=False)}",
            joliet_path=f"/{each.place}",
            udf_path=f"/{each.place}",
        )
    iso.force_consistency()
    # It writes them as they were added; they lie as folders are read.
    iso.inodes.sort(key=_place)
    return iso, reading


@dataclass
class _Folder:
    """A folder: its name in plain ISO 9660, and the names taken there."""

    iso: str
    taken: set[str]


class _Folders:
    """The folders of an image, made when something goes into them."""

    def __init__(self, iso: Any) -> None:
        self._iso = iso
        self._made = {"": _Folder("", set())}

    def made(self, place: str) -> _Folder:
        if place not in self._made:
            within, _, own = place.rpartition("/")
            parent = self.made(within)
            iso = f"{parent.iso}/{names.iso(own, parent.taken, is_folder=True)}"
            self._iso.add_directory(iso, joliet_path=f"/{place}", udf_path=f"/{place}")
            self._made[place] = _Folder(iso, set())
        return self._made[place]
