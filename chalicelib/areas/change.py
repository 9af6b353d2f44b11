"""
A change while it is thought out: what it reads is as it would be afterwards.

It is one object in the log and one transaction, so it has room for so many rows and no more.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import TypeVar

import msgspec

from chalicelib.areas import log, store
from chalicelib.areas.log import Entry, Kind
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Unavailable

T = TypeVar("T")
S = TypeVar("S", bound=msgspec.Struct)

TRIES = 12
MOST_ROWS = 99  # a transaction takes 100 actions, and the area's revision is one


class Change:
    """Rows to put and to drop, over what the store holds."""

    def __init__(self, target_id: str, by: str) -> None:
        self.target_id, self.by = target_id, by
        self.now: datetime = clock.now()
        self.at = clock.text(self.now)
        self.puts: dict[str, str] = {}
        self.drops: set[str] = set()
        self._read: dict[str, str | None] = {}

    @property
    def rows(self) -> int:
        return len(self.puts) + len(self.drops)

    def prefetch(self, keys: Iterable[str]) -> None:
        """Read many rows at once that will be asked for one by one."""
        wanted = [each for each in dict.fromkeys(keys) if each not in self._read]
        found = store.bodies(self.target_id, wanted)
        self._read |= {each: found.get(each) for each in wanted}

    def has(self, key: str) -> bool:
        return self._body(key) is not None

    def get(self, key: str, kind: type[S]) -> S | None:
        body = self._body(key)
        return None if body is None else msgspec.json.decode(body, type=kind)

    def starting(self, prefix: str, kind: type[S], most: int) -> Iterator[tuple[str, S]]:
        """Yield at most *most* of the rows that begin with *prefix*."""
        own = {key: body for key, body in self.puts.items() if key.startswith(prefix)}
        limit = most + len(self.drops) + len(own)
        stored = dict(store.starting(self.target_id, prefix, limit=limit))
        held = {key: body for key, body in (stored | own).items() if key not in self.drops}
        for key in sorted(held)[:most]:
            yield key, msgspec.json.decode(held[key], type=kind)

    def put(self, key: str, row: msgspec.Struct) -> None:
        self.drops.discard(key)
        self.puts[key] = msgspec.json.encode(row).decode()

    def drop(self, key: str) -> None:
        """Take a row away that is, or may be, there."""
        self.puts.pop(key, None)
        self.drops.add(key)

    def mark(self) -> tuple[dict[str, str], set[str]]:
        """Return where it stands, for :meth:`back_to`."""
        return dict(self.puts), set(self.drops)

    def back_to(self, mark: tuple[dict[str, str], set[str]]) -> None:
        self.puts, self.drops = mark

    def entry(self, revision: int, kind: Kind) -> Entry:
        return Entry(
            target_id=self.target_id,
            revision=revision,
            kind=kind,
            at=self.at,
            by=self.by,
            puts=self.puts,
            drops=sorted(self.drops),
            before={each: self._read.get(each) for each in self._nodes()},
        )

    def _nodes(self) -> list[str]:
        """Return the keys of nodes it changes; one that was not read was not there."""
        return [each for each in (*self.puts, *sorted(self.drops)) if each.startswith("NODE#")]

    def _body(self, key: str) -> str | None:
        if key in self.puts:
            return self.puts[key]
        if key in self.drops:
            return None
        if key not in self._read:
            self.prefetch([key])
        return self._read[key]


def commit(target_id: str, by: str, kind: Kind, plan: Callable[[Change], T]) -> T:
    """
    Make the change that *plan* thinks out, once, as if nobody else changed the area meanwhile.

    A change somebody made and did not bring to the rows (they died) is brought there first.

    Args:
        plan: Called again when another change came first; what it raises ends it.

    Raises:
        Unavailable: Others came first all the time.
    """
    for attempt in range(TRIES):
        revision = store.revision(target_id)
        change = Change(target_id, by)
        result = plan(change)
        if not change.rows:
            return result
        assert change.rows <= MOST_ROWS, "more than one transaction takes"
        entry = change.entry(revision + 1, kind)
        if log.write(entry):
            store.apply(entry)
            return result
        store.apply(log.read(target_id, revision + 1))
        time.sleep(random.uniform(0, 0.02) * attempt)  # noqa: S311 - jitter
    raise Unavailable("the area is being changed by many at once; try again")
