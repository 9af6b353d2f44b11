"""
Which file goes on which disc.

Examinations follow each other as they are given, so each disc is a stretch of them; one that fits
on a disc is never parted.  The same files make the same plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from chalicelib.media.model import Examination, File

SECTOR = 2048
FILES_A_DISC = 30_000  # each takes some 10 kB of memory while an image is made
RESERVE = 8 * 2**20  # our own files, path tables, what UDF puts at either end
AROUND_A_FILE = 2 * SECTOR  # its UDF entry; its names, lines in lists, record in the DICOMDIR
AROUND_AN_EXAMINATION = 16 * SECTOR  # two folders, each three times


class Medium(StrEnum):
    """Kinds of discs."""

    CD = "cd"
    DVD = "dvd"
    BD = "bd"


# What is printed on them, in whole sectors: no disc sold holds less.
CAPACITY = {
    Medium.CD: 700 * 2**20,
    Medium.DVD: 4_700_000_000 // SECTOR * SECTOR,
    Medium.BD: 25_000_000_000 // SECTOR * SECTOR,
}


class FileTooLarge(Exception):
    """A file fits on no disc of the medium; the message names it."""

    def __init__(self, file: File, room: int) -> None:
        super().__init__(f"{file.path} has {file.size:,} bytes; a disc takes {room:,}")
        self.file = file


@dataclass(frozen=True, slots=True)
class Share:
    """
    An examination on a disc, or the part of it that is there.

    Attributes:
        number: The examination's, from 1 on, the same on all discs.
        first: The number that the first of the files has within the examination, from 1 on.
    """

    number: int
    examination: Examination
    files: tuple[File, ...]
    first: int = 1

    @property
    def is_whole(self) -> bool:
        return len(self.files) == len(self.examination.files)

    @property
    def size(self) -> int:
        return sum(each.size for each in self.files)


@dataclass(frozen=True, slots=True)
class Disc:
    """Attributes: number, from 1 on."""

    number: int
    shares: tuple[Share, ...]

    @property
    def files(self) -> int:
        return sum(len(each.files) for each in self.shares)

    @property
    def size(self) -> int:
        return sum(each.size for each in self.shares)


@dataclass(frozen=True, slots=True)
class Plan:
    """All discs of an export."""

    medium: Medium
    discs: tuple[Disc, ...]


def plan(examinations: Iterable[Examination], medium: Medium) -> Plan:
    """
    Return the discs that take all files of *examinations*.

    Raises:
        FileTooLarge: A file is larger than a disc; all of them are looked at first.
    """
    wanted = list(examinations)
    room = CAPACITY[medium] - RESERVE
    for each in wanted:
        for file in each.files:
            if _around(each) + taken(file) > room:
                raise FileTooLarge(file, room - _around(each))
    discs = enumerate(_discs(wanted, room), start=1)
    return Plan(medium, tuple(Disc(number, tuple(shares)) for number, shares in discs))


def taken(file: File) -> int:
    """Return how many bytes of a disc a file takes, at most, with all that is written about it."""
    names = 6 * len(file.path.encode(errors="replace"))  # JSON may write a byte in six characters
    return -(-file.size // SECTOR) * SECTOR + AROUND_A_FILE + names


class _Space:
    """What is left of a disc."""

    def __init__(self, room: int) -> None:
        self._bytes, self._files = room, FILES_A_DISC

    def takes(self, size: int, files: int = 1) -> bool:
        """Take as much, if there is room for it."""
        if size > self._bytes or files > self._files:
            return False
        self._bytes -= size
        self._files -= files
        return True


def _discs(examinations: Iterable[Examination], room: int) -> Iterator[list[Share]]:
    shares: list[Share] = []
    space = _Space(room)
    for number, examination in enumerate(examinations, start=1):
        for share in _shares(number, examination, room):
            needed = _around(share.examination) + sum(map(taken, share.files))
            if not space.takes(needed, len(share.files)):
                yield shares
                shares, space = [], _Space(room)
                space.takes(needed, len(share.files))
            shares.append(share)
    if shares:
        yield shares


def _shares(number: int, examination: Examination, room: int) -> Iterator[Share]:
    """Yield an examination whole, or in parts that each fill a disc."""
    some: list[File] = []
    first = 1
    room -= _around(examination)
    space = _Space(room)
    for file in examination.files:
        if not space.takes(taken(file)):
            yield Share(number, examination, tuple(some), first)
            first += len(some)
            some, space = [], _Space(room)
            space.takes(taken(file))
        some.append(file)
    if some:
        yield Share(number, examination, tuple(some), first)


def _around(examination: Examination) -> int:
    title = 6 * len(examination.title.encode(errors="replace"))
    return AROUND_AN_EXAMINATION + examination.beside + title
