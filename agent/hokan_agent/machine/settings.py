"""What is set while the agent runs, in one file of its directory: limits, a pause, notices."""

from __future__ import annotations

import json
import time as clocks
from collections.abc import Callable
from datetime import UTC, datetime, time
from threading import Lock
from typing import Any, NamedTuple

from hokan_agent.errors import AgentError, Paused
from hokan_agent.machine.home import Home
from hokan_agent.machine.timetable import DAYS, Limit, rate_at

LOOK_SECONDS = 1.0
LIMITS, PAUSE, NOTICES = "limits", "pause", "notices"  # names in the file


class Pause(NamedTuple):
    """Nothing is sent or restored; until None is until somebody resumes."""

    until: datetime | None = None

    def __str__(self) -> str:
        if self.until is None:
            return "paused until hokan-agent resume"
        return f"paused until {self.until.astimezone():%Y-%m-%d %H:%M}"


class Settings(NamedTuple):
    """
    Attributes:
        notices: The program that shows a notice of answers; None: nobody is told of them.
    """

    limits: tuple[Limit, ...] = ()
    pause: Pause | None = None
    notices: str | None = None

    def pause_at(self, moment: datetime) -> Pause | None:
        """Return the pause that holds at *moment*, if one does."""
        if self.pause is None or self.pause.until is None or moment < self.pause.until:
            return self.pause
        return None


def read(home: Home) -> Settings:
    """Return what is set; raises AgentError when the file is damaged."""
    kept = _kept(home)
    try:
        limits = tuple(_limit(each) for each in kept.get(LIMITS, ()))
        return Settings(limits, _pause(kept.get(PAUSE)), _notices(kept.get(NOTICES)))
    except (ValueError, TypeError, KeyError, AttributeError):
        raise _damaged(home) from None


def keep_limits(home: Home, limits: list[Limit]) -> None:
    """Set the limits, whole or not at all; raises AgentError."""
    _keep(home, LIMITS, [_limit_kept(each) for each in limits])


def keep_pause(home: Home, pause: Pause | None) -> None:
    """Set the pause, or end it; raises AgentError."""
    _keep(home, PAUSE, pause and {"until": pause.until and pause.until.isoformat()})


def keep_notices(home: Home, program: str | None) -> None:
    """Set what shows notices, or that nothing does; raises AgentError."""
    _keep(home, NOTICES, program and {"program": program})


def refuse_while_paused(home: Home) -> None:
    """Raise Paused while there is a pause, AgentError when nobody can tell."""
    pause = read(home).pause_at(datetime.now(UTC))
    if pause is not None:
        raise Paused(f"this agent is {pause}; hokan-agent resume ends the pause")


class Current:
    """
    What holds now, for all threads: the file is looked at again at most once a second.

    A damaged file leaves what was set before in force.

    Args:
        trouble: Told of a damaged file.
    """

    def __init__(
        self,
        home: Home,
        trouble: Callable[[str], None],
        clock: Callable[[], float] = clocks.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._home, self._trouble = home, trouble
        self._clock, self._now = clock, now
        self._lock = Lock()
        self._look_at = -LOOK_SECONDS
        self._stamp: tuple[int, int] | None = None
        self._settings = Settings()
        self._rate: int | None = None
        self._pause: Pause | None = None

    def bytes_a_second(self) -> int | None:
        """Return how fast bytes may move; None: as fast as they can."""
        self._look()
        return self._rate

    def pause(self) -> Pause | None:
        """Return the pause there is, if there is one."""
        self._look()
        return self._pause

    def is_paused(self) -> bool:
        return self.pause() is not None

    def _look(self) -> None:
        with self._lock:
            now = self._clock()
            if now < self._look_at:
                return
            self._look_at = now + LOOK_SECONDS
            self._read_again()
            moment = self._now()
            self._rate = rate_at(self._settings.limits, moment.astimezone())
            self._pause = self._settings.pause_at(moment)

    def _read_again(self) -> None:
        """Read the file if it is another one than last time."""
        stamp = _stamp(self._home)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._settings = read(self._home)
        except (AgentError, OSError) as error:
            self._trouble(f"{error}; what was set before holds")


def _kept(home: Home) -> dict[str, Any]:
    try:
        kept = json.loads(home.settings_file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError:
        kept = None
    if not isinstance(kept, dict):
        raise _damaged(home)
    return kept


def _keep(home: Home, name: str, value: Any) -> None:
    kept = _kept(home) | {name: value}
    home.write(home.settings_file, json.dumps(kept, ensure_ascii=True).encode())


def _damaged(home: Home) -> AgentError:
    return AgentError(f"{home.settings_file} is damaged; remove it and set again what was set")


def _stamp(home: Home) -> tuple[int, int] | None:
    try:
        status = home.settings_file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino


def _limit(kept: dict[str, Any]) -> Limit:
    begins, ends = (time.fromisoformat(kept[name]) for name in ("from", "until"))
    days = frozenset(DAYS.index(each) for each in kept["days"])
    return Limit(begins, ends, max(1, int(kept["bytes_a_second"])), days)


def _limit_kept(limit: Limit) -> dict[str, Any]:
    return {
        "from": f"{limit.begins:%H:%M}",
        "until": f"{limit.ends:%H:%M}",
        "days": [DAYS[each] for each in sorted(limit.days)],
        "bytes_a_second": limit.bytes_a_second,
    }


def _pause(kept: dict[str, Any] | None) -> Pause | None:
    if kept is None:
        return None
    until = kept["until"] and datetime.fromisoformat(kept["until"])
    if until and until.tzinfo is None:
        raise ValueError("a moment without a zone")
    return Pause(until)


def _notices(kept: dict[str, Any] | None) -> str | None:
    return None if kept is None else str(kept["program"])
