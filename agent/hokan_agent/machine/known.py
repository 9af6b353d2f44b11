"""What `run` last knew, for `hokan-agent status`: it holds while the service is away, too."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from threading import Lock
from typing import Any

from hokan_agent.machine.home import Home
from hokan_agent.moments import moment


@dataclass(slots=True)
class Known:
    """
    Attributes:
        reached_at: When the service last answered.
        out_of_reach_since, trouble: Since when it does not, and why; None while it does.
        next_contact_at: When `run` asks again.
        targets, jobs: As the last poll listed them.
        under_way: When each job and restore under way was begun, by id.
    """

    reached_at: str | None = None
    out_of_reach_since: str | None = None
    trouble: str | None = None
    next_contact_at: str | None = None
    targets: list[dict[str, Any]] = field(default_factory=list)
    jobs: list[dict[str, Any]] = field(default_factory=list)
    under_way: dict[str, str] = field(default_factory=dict)


def known_of(home: Home) -> Known:
    """Return what was known; nothing where no `run` ever was, or the file is damaged."""
    try:
        return Known(**json.loads(home.known_file.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return Known()


class Notes:
    """
    Keeps what `run` knows.

    Args:
        trouble: Told when it cannot be kept; the run goes on.
    """

    def __init__(self, home: Home, trouble: Callable[[str], None]) -> None:
        self._home, self._trouble = home, trouble
        self._known = known_of(home)
        self._known.under_way = {}
        self._lock = Lock()

    def reached(self, told: dict[str, Any], pause: float) -> None:
        """Note the answer to a poll, and in how many seconds the next will be."""
        with self._lock:
            known = self._known
            known.reached_at, known.next_contact_at = moment(), moment(pause)
            known.out_of_reach_since = known.trouble = None
            known.targets, known.jobs = told["targets"], told["jobs"]
            self._write()

    def out_of_reach(self, why: str, pause: float) -> None:
        """Note that there was none."""
        with self._lock:
            known = self._known
            known.out_of_reach_since = known.out_of_reach_since or moment()
            known.trouble, known.next_contact_at = why, moment(pause)
            self._write()

    def begun(self, id_: str) -> None:
        with self._lock:
            self._known.under_way[id_] = moment()
            self._write()

    def ended(self, id_: str) -> None:
        with self._lock:
            self._known.under_way.pop(id_, None)
            self._known.jobs = [each for each in self._known.jobs if each["job_id"] != id_]
            self._write()

    def _write(self) -> None:
        try:
            self._home.write(self._home.known_file, json.dumps(asdict(self._known)).encode())
        except OSError as error:
            self._trouble(f"what status shows could not be kept: {error.strerror}")
