"""
When a file, or an examination, is whole: nothing about it changed for long enough.

Judged by looks at the folder, never by the files' own times: a copy keeps those of its original,
and another machine's clock may be wrong.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from hokan_agent.sources.scan import Found, Scan
from hokan_agent.sources.sidecars import SIDECAR, Examination
from hokan_agent.upload.entries import Said

FAT_SECONDS = 2  # how fine FAT's times are; the coarsest
SETTLE_SECONDS = 2.0  # a file nobody wrote to for so long is closed: a later write changes its time
FINE_SETTLE_SECONDS = 1.5  # where times are finer
QUIET_SECONDS = 120.0  # an examination nobody added to for so long is over, marker or not
MARKER = ".complete"  # in a folder: what is in it and below is complete


class Waiting(NamedTuple):
    """
    A file to be sent.

    Attributes:
        unit: What it is sent with: a file by itself, or its examination.
        is_closed: Whether somebody said that the unit is complete.
    """

    said: Said
    unit: str
    is_closed: bool


class Closing:
    """
    Remembers since when each waiting file has been as it is.

    Args:
        settle: Seconds without a change after which a file is closed, at most.
        quiet: Seconds without a change after which an examination is.
    """

    def __init__(self, *, settle: float = SETTLE_SECONDS, quiet: float = QUIET_SECONDS) -> None:
        self._settle, self._quiet = settle, quiet
        self._since: dict[Found, float] = {}

    def ready(self, waiting: Iterable[Waiting], now: float) -> tuple[list[Said], float | None]:
        """Return what is whole, and in how many seconds the next may be; None: nothing waits."""
        units: dict[str, list[Waiting]] = {}
        since: dict[Found, float] = {}
        for each in waiting:
            units.setdefault(each.unit, []).append(each)
            found = each.said[0]
            since[found] = self._since.get(found, now)
        self._since = since
        ready: list[Said] = []
        soonest: float | None = None
        for files in units.values():
            left = self._due(files) - now
            if left <= 0:
                ready += [each.said for each in files]
            else:
                soonest = left if soonest is None else min(soonest, left)
        return ready, soonest

    def _due(self, files: list[Waiting]) -> float:
        least = 0.0 if any(each.is_closed for each in files) else self._quiet
        found = (each.said[0] for each in files)
        return max(self._since[each] + max(least, self._settle_of(each)) for each in found)

    def _settle_of(self, found: Found) -> float:
        """Return how long a file settles: its time tells whether another write would show soon."""
        is_coarse = found.mtime_ns % (FAT_SECONDS * 10**9) == 0
        return self._settle if is_coarse else min(self._settle, FINE_SETTLE_SECONDS)


def by_file(files: Iterable[Said]) -> list[Waiting]:
    """Return each file as a unit of its own (plans that send at once)."""
    return [Waiting(said, said[0].path, is_closed=True) for said in files]


def by_examination(files: Iterable[tuple[Said, Examination | None]], seen: Scan) -> list[Waiting]:
    """Return files by examination; where nobody tells of one, a folder is one."""
    closed = _closed_folders(seen)
    return [
        Waiting(said, _unit(said[0], examination), _is_below(said[0].path, closed))
        for said, examination in files
    ]


def _unit(found: Found, examination: Examination | None) -> str:
    return f"examination {examination['id']}" if examination else f"folder {_folder(found.path)}"


def _closed_folders(seen: Scan) -> set[str]:
    """Return the folders with a marker, or with the sidecar that is written last."""
    marks = {MARKER, SIDECAR}
    return {_folder(each.path) for each in seen.files if each.name in marks}


def _is_below(path: str, folders: set[str]) -> bool:
    while path:
        path = _folder(path)
        if path in folders:
            return True
    return False


def _folder(path: str) -> str:
    return path.rpartition("/")[0]
