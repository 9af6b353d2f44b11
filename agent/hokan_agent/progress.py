"""Where a run stands: two bars on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from threading import Lock
from types import TracebackType
from typing import Protocol, Self

SECONDS_BETWEEN_LINES = 10


class Progress(Protocol):
    """Counts files and bytes against totals that one scan gave."""

    def advance(self, files: int, size: int) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


def progress(title: str, files: int, size: int, *, quiet: bool) -> Progress:
    """Return what shows the progress of *title* over so many files and bytes."""
    if quiet:
        return _Silent()
    return _Bars(title, files, size) if sys.stderr.isatty() else _Lines(title, files, size)


class _Silent:
    def advance(self, files: int, size: int) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


class _Bars(_Silent):
    def __init__(self, title: str, files: int, size: int) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            TextColumn,
            TimeRemainingColumn,
        )
        from rich.progress import Progress as Rich

        self._rich = Rich(
            TextColumn("{task.description:12}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[unit]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )
        self._files = self._rich.add_task(title, total=files, unit="files")
        self._size = self._rich.add_task("", total=_megabytes(size), unit="MB")
        self._sent = 0
        self._lock = Lock()

    def advance(self, files: int, size: int) -> None:
        with self._lock:
            self._sent += size
            self._rich.advance(self._files, files)
            self._rich.update(self._size, completed=_megabytes(self._sent))

    def __enter__(self) -> Self:
        self._rich.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._rich.stop()


class _Lines(_Silent):
    def __init__(self, title: str, files: int, size: int) -> None:
        self._title, self._total = title, (files, size)
        self._done = [0, 0]
        self._said_at = time.monotonic()
        self._lock = Lock()

    def advance(self, files: int, size: int) -> None:
        with self._lock:
            self._done[0] += files
            self._done[1] += size
            if time.monotonic() - self._said_at >= SECONDS_BETWEEN_LINES:
                self._said_at = time.monotonic()
                self._say()

    def __exit__(self, *_: object) -> None:
        self._say()

    def _say(self) -> None:
        (files, size), (all_files, all_size) = self._done, self._total
        print(
            f"{self._title}: {files} of {all_files} files, "
            f"{_megabytes(size)} of {_megabytes(all_size)} MB",
            file=sys.stderr,
        )


def _megabytes(size: int) -> float:
    return round(size / 10**6, 1)
