"""How far a job has come, as the service shows it to staff."""

from __future__ import annotations

from threading import Lock
from typing import Self

Count = tuple[int, int]  # files, bytes


class Tally:
    """Counts one job, folder after folder; stands in for a progress bar."""

    def __init__(self) -> None:
        self._total: Count = (0, 0)
        self._ended: Count = (0, 0)  # of the folders that are over
        self._under_way: Count = (0, 0)
        self._lock = Lock()

    def phase(self, name: str) -> None:
        """The service is told of files and bytes alone."""

    def expect(self, files: int, size: int) -> None:
        """Totals come with each folder: :meth:`begin`."""

    def begin(self, *, total: Count, unchanged: Count) -> None:
        """Begin a folder of which *unchanged* is stored already."""
        with self._lock:
            self._total = _sum(self._total, total)
            self._ended = _sum(self._ended, self._under_way)  # of a folder that failed half-way
            self._under_way = unchanged

    def advance(self, files: int, size: int) -> None:
        with self._lock:
            self._under_way = _sum(self._under_way, (files, size))

    def end(self, done: Count) -> None:
        """End a folder: what was counted on the way gives way to what it came to."""
        with self._lock:
            self._ended, self._under_way = _sum(self._ended, done), (0, 0)

    def counts(self) -> dict[str, int]:
        """Return files and bytes as a job's progress has them."""
        with self._lock:
            files, size = _sum(self._ended, self._under_way)
            return {
                "files_total": self._total[0],
                "files_done": min(files, self._total[0]),
                "bytes_total": self._total[1],
                "bytes_done": min(size, self._total[1]),
            }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


def _sum(one: Count, other: Count) -> Count:
    return one[0] + other[0], one[1] + other[1]
