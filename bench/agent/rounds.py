"""A round: both tools do the same, step by step, one right after the other."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from bench.agent import trees
from bench.agent.ours import Ours
from bench.agent.places import Place
from bench.agent.restic import Restic
from bench.agent.taken import Taken

FIRST, UNCHANGED, CHANGED, RESTORE, BIG = "first", "unchanged", "1 % changed", "restore", "big"
STEPS = (FIRST, UNCHANGED, CHANGED, RESTORE, BIG)

Opened = Callable[[], AbstractContextManager[Place]]


@dataclass(frozen=True, slots=True)
class Pair:
    """What a step took of each."""

    restic: Taken
    ours: Taken


def played(opened: Opened, small: Path, big: Path, number: int) -> dict[str, Pair]:
    """Play round *number*; who begins changes with each.  Raises RuntimeError when a step fails."""
    taken: dict[str, Pair] = {}
    with tempfile.TemporaryDirectory() as scratch:
        with opened() as place:
            both = _Both(place, Path(scratch, "small"), ours_begins=bool(number % 2))
            taken[FIRST] = both.backed_up(small)
            taken[UNCHANGED] = both.backed_up(small)
            trees.change(small, number)
            taken[CHANGED] = both.backed_up(small)
            place.grant()
            taken[RESTORE] = both.restored(small)
        with opened() as place:
            both = _Both(place, Path(scratch, "big"), ours_begins=bool(number % 2))
            taken[BIG] = both.backed_up(big)
    return taken


class _Both:
    def __init__(self, place: Place, home: Path, *, ours_begins: bool) -> None:
        self._restic = Restic(place.storage, home / "restic")
        self._ours = Ours(place.service, home / "ours", place.code)
        self._home, self._ours_begins = home, ours_begins

    def backed_up(self, folder: Path) -> Pair:
        return self._pair(lambda tool: tool.backup(folder))

    def restored(self, folder: Path) -> Pair:
        return self._pair(lambda tool: self._restored(tool, folder))

    def _restored(self, tool: Restic | Ours, folder: Path) -> Taken:
        """Restore, and compare every byte; a restore that differs is no result."""
        into = self._home / "back"
        took, place = tool.restore(folder, into)
        trees.require_same(folder, place)
        shutil.rmtree(into)
        return took

    def _pair(self, step: Callable[[Restic | Ours], Taken]) -> Pair:
        if self._ours_begins:
            ours = step(self._ours)
            return Pair(step(self._restic), ours)
        return Pair(step(self._restic), step(self._ours))
