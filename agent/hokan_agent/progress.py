"""Where a run stands: two bars on a terminal, a line now and then elsewhere, or JSON lines."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from threading import Lock
from types import TracebackType
from typing import Any, Protocol, Self

from hokan_agent.eta import Eta, as_text

FORMS = ("text", "json", "none")
SCAN, SEND, CONFIRM = "scan", "send", "confirm"  # phases of a backup
LIST, FETCH = "list", "fetch"  # and of a restore
TITLES = {
    SCAN: "looking",
    SEND: "backing up",
    CONFIRM: "confirming",
    LIST: "listing",
    FETCH: "restoring",
}
SECONDS_BETWEEN_LINES = 10.0
SECONDS_BETWEEN_OBJECTS = 1.0


class Progress(Protocol):
    """Counts files and bytes, phase by phase, against totals that one look gave."""

    def phase(self, name: str) -> None: ...
    def expect(self, files: int, size: int) -> None: ...
    def advance(self, files: int, size: int) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


def progress(form: str) -> Progress:
    """Return what shows progress in one of FORMS, on standard error."""
    if form == "none":
        return Silent()
    if form == "json":
        return Lines(_object, SECONDS_BETWEEN_OBJECTS)
    return _Bars() if sys.stderr.isatty() else Lines(_sentence, SECONDS_BETWEEN_LINES)


@dataclass(slots=True)
class Stand:
    """
    How far a run is.

    Attributes:
        files_total, bytes_total: None before the look is over.
        eta_seconds: By the last minute; None where nobody can tell.
    """

    phase: str = ""
    files_done: int = 0
    files_total: int | None = None
    bytes_done: int = 0
    bytes_total: int | None = None
    eta_seconds: float | None = None


class Silent:
    """Shows nothing."""

    def phase(self, name: str) -> None:
        pass

    def expect(self, files: int, size: int) -> None:
        pass

    def advance(self, files: int, size: int) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


class _Counting(Silent):
    """Counts, and knows how long the rest takes: by bytes, by files where there are no bytes."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._stand = Stand()
        self._eta = Eta(clock)
        self._lock = Lock()

    def phase(self, name: str) -> None:
        with self._lock:
            self._stand.phase = name
            self._changed()

    def expect(self, files: int, size: int) -> None:
        with self._lock:
            self._stand.files_total, self._stand.bytes_total = files, size
            self._eta = Eta(self._clock)
            self._changed()

    def advance(self, files: int, size: int) -> None:
        with self._lock:
            stand = self._stand
            stand.files_done += files
            stand.bytes_done += size
            self._eta.note(stand.bytes_done if stand.bytes_total else stand.files_done)
            self._changed()

    def _stand_now(self) -> Stand:
        stand = self._stand
        if stand.bytes_total:
            stand.eta_seconds = self._eta.seconds(stand.bytes_total - stand.bytes_done)
        elif stand.files_total is not None:
            stand.eta_seconds = self._eta.seconds(stand.files_total - stand.files_done)
        return stand

    def _changed(self) -> None:
        """Show it, if it is time."""


class Lines(_Counting):
    """A line when a phase begins for the first time, now and then, and at the end."""

    def __init__(
        self,
        line: Callable[[Stand], str],
        between: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(clock)
        self._line, self._between = line, between
        self._told: set[str] = set()
        self._told_at = clock()

    def __exit__(self, *_: object) -> None:
        with self._lock:
            if self._told:
                self._tell()

    def _changed(self) -> None:
        is_time = self._clock() - self._told_at >= self._between
        if is_time or self._stand.phase not in self._told:
            self._tell()

    def _tell(self) -> None:
        self._told.add(self._stand.phase)
        self._told_at = self._clock()
        print(self._line(self._stand_now()), file=sys.stderr, flush=True)


class _Bars(_Counting):
    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
        from rich.progress import Progress as Rich

        super().__init__()
        self._rich = Rich(
            TextColumn("{task.description:12}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[unit]}"),
            TextColumn("{task.fields[left]}"),
            console=Console(stderr=True),
        )
        self._files = self._rich.add_task("", total=None, unit="files", left="")
        self._size = self._rich.add_task("", total=None, unit="MB", left="")

    def __enter__(self) -> Self:
        self._rich.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._rich.stop()

    def _changed(self) -> None:
        stand = self._stand_now()
        files = _bar(stand.files_done, stand.files_total)
        self._rich.update(self._files, description=TITLES[stand.phase], **files)
        size = _bar(_megabytes(stand.bytes_done), _megabytes(stand.bytes_total))
        self._rich.update(self._size, left=as_text(stand.eta_seconds), **size)


def _bar(done: float | None, total: float | None) -> dict[str, Any]:
    return {"completed": done} if total is None else {"completed": done, "total": total}


def _object(stand: Stand) -> str:
    eta = stand.eta_seconds
    return json.dumps(asdict(stand) | {"eta_seconds": None if eta is None else round(eta, 1)})


def _sentence(stand: Stand) -> str:
    title = TITLES[stand.phase]
    if stand.files_total is None:
        return title
    left = as_text(stand.eta_seconds)
    return (
        f"{title}: {stand.files_done} of {stand.files_total} files, "
        f"{_megabytes(stand.bytes_done)} of {_megabytes(stand.bytes_total)} MB"
        + (f", {left}" if left else "")
    )


def _megabytes(size: int | None) -> float | None:
    return None if size is None else round(size / 10**6, 1)
