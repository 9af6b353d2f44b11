"""
Plans that send by themselves: at once when a file is saved, or when an examination is over.

What was seen and not sent is written nowhere: each look finds it again, also after a restart.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hokan_agent.daemon.closing import (
    QUIET_SECONDS,
    SETTLE_SECONDS,
    Closing,
    Waiting,
    by_examination,
    by_file,
)
from hokan_agent.daemon.hints import Hints
from hokan_agent.daemon.rest import rest
from hokan_agent.daemon.tools import Tools
from hokan_agent.errors import Interrupted
from hokan_agent.log import facts_of, reported, said
from hokan_agent.machine.state import State
from hokan_agent.moments import moment
from hokan_agent.report import BackupReport
from hokan_agent.sources import folders, headers
from hokan_agent.sources.folders import Watched
from hokan_agent.sources.scan import Found
from hokan_agent.sources.sidecars import Examination
from hokan_agent.upload.backup import Backup, Look, look
from hokan_agent.upload.entries import Said, fingerprint

RESCAN_SECONDS = 60.0
HELD_SECONDS = (
    24 * 3600.0
)  # a refused file is asked for again once a day, and when the plan changes
PASSING = frozenset({"unreachable", "changed-while-read", "gone"})
REST = 4  # times as long as a look took: a huge folder does not keep the machine busy
SHORTEST_REST_SECONDS = 0.2
KINDS = frozenset({"at_once", "per_exam"})

Target = dict[str, Any]  # as a poll lists it


@dataclass(slots=True)
class _Place:
    """What is remembered of a folder between looks."""

    plan: str
    closing: Closing
    held: dict[Found, float] = field(default_factory=dict)  # refused, and until when
    examinations: dict[Found, Examination | None] = field(default_factory=dict)


class Live:
    """
    Looks at the folders of such plans, after a hint and now and then, and sends what is whole.

    Args:
        rescan: Seconds between looks without a hint.
        quiet_time: Seconds without a change after which an examination is over.
        clock: Counts seconds; monotonic.

    Attributes:
        had_trouble: Whether something could not be sent that is not in a report.
    """

    def __init__(
        self,
        tools: Tools,
        *,
        rescan: float = RESCAN_SECONDS,
        quiet_time: float = QUIET_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tools, self._clock = tools, clock
        self._rescan, self._quiet_time = rescan, quiet_time
        self._targets: dict[str, Target] = {}
        self._places: dict[Watched, _Place] = {}
        self._hints = Hints(tools.log)
        self._over = threading.Event()
        self._looking = 0.0  # seconds
        self.had_trouble = False
        self._thread = threading.Thread(target=self._watch, name="live")

    # --- from other threads ---

    def start(self) -> None:
        self._thread.start()

    def know(self, targets: list[Target]) -> None:
        """Take the targets a poll listed; those with such a plan are looked after."""
        live = {each["target_id"]: each for each in targets if _is_live(each)}
        is_news = _plans(live) != _plans(self._targets)
        self._targets = live
        if is_news:
            self._hints.changed.set()

    def look_again(self) -> None:
        """Look as soon as after a hint."""
        self._hints.changed.set()

    def end(self) -> None:
        """End when the look under way has ended."""
        self._over.set()
        self._hints.changed.set()
        if self._thread.is_alive():
            self._thread.join()
        self._hints.close()

    # --- the thread ---

    def _watch(self) -> None:
        while not self._over.is_set():
            self._hints.changed.clear()
            self._looking, began = 0.0, self._clock()
            left = self._looked()
            rest(rest_after(self._looking, self._clock() - began), self._over.wait)
            if not self._over.is_set():
                rest(left, self._hints.changed.wait)

    def _looked(self) -> float:
        """Look at every folder; return in how many seconds to look again."""
        try:
            return min([self._rescan, *self.look_once()])
        except Interrupted:
            self._over.set()
        except Exception as error:  # noqa: BLE001 - told; the next look is another try
            self._tools.log.trouble(f"the watched folders: {said(error)}")
        return self._rescan

    def look_once(self) -> list[float]:
        """Look at every folder and send what is whole; return when the next may be."""
        targets = self._targets
        watched = [each for each in folders.listed(self._tools.home) if each.target_id in targets]
        self._hints.watch(frozenset(each.folder for each in watched))
        self._places = {each: kept for each, kept in self._places.items() if each in watched}
        soonest = []
        for each in watched:
            left = self._look_at(each, targets[each.target_id])
            if left is not None:
                soonest.append(left)
        return soonest

    def _look_at(self, watched: Watched, target: Target) -> float | None:
        """Send what is whole in one folder; trouble with it leaves the others alone."""
        try:
            with self._tools.state_for(target["target_id"]) as state:
                return self._sent(state, watched, target)
        except Interrupted:
            raise
        except Exception as error:  # noqa: BLE001 - told; the next look is another try
            self.had_trouble = True
            target_id = target["target_id"]
            trouble = f"target {target_id}: {said(error)}"
            self._tools.log.trouble(trouble, "not-sent", target_id=target_id)
            return None

    def _sent(self, state: State, watched: Watched, target: Target) -> float | None:
        place = self._place(watched, target)
        began = self._clock()
        found = look(watched, state)
        now = self._clock()
        self._looking += now - began
        place.held = {each: until for each, until in place.held.items() if until > now}
        files = [each for each in found.pending if each[0] not in place.held]
        ready, left = place.closing.ready(self._waiting(place, found, files, target), now)
        if ready and not self._tools.web.pacing.is_paused():
            self._send(state, place, found, ready, target)
        if left is None:
            return None
        return max(0.0, now + left - self._clock())  # what waits settles while others are sent

    def _place(self, watched: Watched, target: Target) -> _Place:
        """Return what is remembered of a folder; with another plan, it begins anew."""
        plan = fingerprint(_lasting(target))
        place = self._places.get(watched)
        if place is None or place.plan != plan:
            place = _Place(plan, Closing(settle=SETTLE_SECONDS, quiet=self._quiet_time))
            self._places[watched] = place
        return place

    def _waiting(
        self, place: _Place, found: Look, files: list[Said], target: Target
    ) -> list[Waiting]:
        if target["plan"]["timing"]["kind"] == "at_once":
            return by_file(files)
        known = place.examinations
        place.examinations = {
            file: known[file] if file in known else _header(found.seen.place_of(file))
            for file, examination in files
            if examination is None
        }
        told = [(each, each[1] or place.examinations[each[0]]) for each in files]
        return by_examination(told, found.seen)

    def _send(
        self, state: State, place: _Place, found: Look, ready: list[Said], target: Target
    ) -> None:
        backup = Backup(self._tools.web, self._tools.service, state, workers=self._tools.workers)
        try:
            backup.send(found, ready, target)
        finally:
            self._hold(place, ready, backup.report)
        report, target_id = backup.report, target["target_id"]
        report.files_seen = len(ready)
        state.note_backup(target_id, moment(), report.outcome)
        told = f"target {target_id}: {reported(report)}"
        self._tools.log.tell(told, "sent", target_id=target_id, **facts_of(report))

    def _hold(self, place: _Place, sent: list[Said], report: BackupReport) -> None:
        """Leave what was refused in peace for a day: asking each minute would change nothing."""
        refused = {each.path for each in report.exceptions if each.code not in PASSING}
        until = self._clock() + HELD_SECONDS
        place.held |= {found: until for found, _ in sent if found.path in refused}


def rest_after(looking: float, took: float) -> float:
    """
    Return how long to look at nothing after *looking*; the sending that went along counts.

    >>> rest_after(3.0, 3.0), rest_after(3.0, 8.0)
    (12.0, 7.0)
    """
    return max(SHORTEST_REST_SECONDS, looking * REST - (took - looking))


def _is_live(target: Target) -> bool:
    return target["plan"] is not None and target["plan"]["timing"]["kind"] in KINDS


def _lasting(target: Target) -> dict[str, Any]:
    """Return a plan without what changes with every file."""
    return {name: value for name, value in target["plan"].items() if name != "available_bytes"}


def _plans(targets: dict[str, Target]) -> dict[str, Any]:
    return {target_id: _lasting(each) for target_id, each in targets.items()}


def _header(place: bytes) -> Examination | None:
    try:
        return headers.examination(place)
    except OSError:
        return None
