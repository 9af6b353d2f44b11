"""
A hint that something changed below the watched folders.

Hints may come late, twice or never (network drives give none): a rescan now and then is the truth.
"""

from __future__ import annotations

import threading
import warnings
from pathlib import Path
from typing import Any

from hokan_agent.log import Log

CHANGES = frozenset({"created", "modified", "moved", "closed"})  # not our own reading


class Hints:
    """
    Watches folders as far as the system can.

    Attributes:
        changed: Set at every change; whoever looks at the folders clears it first.
    """

    def __init__(self, log: Log) -> None:
        self.changed = threading.Event()
        self._log = log
        self._folders: frozenset[Path] = frozenset()
        self._observer: Any = None

    def watch(self, folders: frozenset[Path]) -> None:
        """Watch exactly *folders* from now on."""
        if folders == self._folders:
            return
        self.close()
        self._folders = folders
        if folders:
            self._begin(folders)

    def close(self) -> None:
        """Stop watching."""
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()
            self._observer = None

    def dispatch(self, event: Any) -> None:
        """Take one of watchdog's events."""
        if event.event_type in CHANGES:
            self.changed.set()

    def _begin(self, folders: frozenset[Path]) -> None:
        try:
            from watchdog.observers import Observer
        except ImportError:
            self._log.tell("watchdog is not installed: changes are found by rescans alone")
            return
        # A folder seen twice is worth a warning to it, which names the folder.
        warnings.filterwarnings("ignore", category=RuntimeWarning, module="watchdog")
        self._observer = Observer()
        self._observer.start()
        for each in sorted(folders):
            try:
                self._observer.schedule(self, str(each), recursive=True)
            except OSError as error:  # more than the system watches, or not there at the moment
                self._log.tell(f"{each}: changes are found by rescans alone: {error.strerror}")
