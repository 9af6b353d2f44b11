"""What the parts of `hokan-agent run` share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from threading import Lock

from hokan_agent.log import Log
from hokan_agent.machine.home import Home
from hokan_agent.machine.state import State
from hokan_agent.wire.service import Service
from hokan_agent.wire.web import Web


@dataclass(slots=True)
class Tools:
    """What the parts of `hokan-agent run` share; each thread has a connection of its own."""

    home: Home
    web: Web
    service: Service
    log: Log
    workers: int
    _targets: defaultdict[str, Lock] = field(default_factory=lambda: defaultdict(Lock))

    @contextmanager
    def state_for(self, target_id: str) -> Iterator[State]:
        """Open the cache for a backup into a target: one at a time, others wait."""
        with self._targets[target_id], closing(State(self.home.state_file)) as state:
            if state.was_damaged:
                self.log.trouble("the cache was damaged and is rebuilt; every file is read again")
            yield state
