"""How fast bytes move, of all threads together, and whether they do."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock
from typing import Protocol

from hokan_agent.errors import Paused

CREDIT_SECONDS = 0.25  # what was not moved may be made up for, so long and no longer
BLOCK_SECONDS = 0.1  # a block takes so long: another limit is felt soon
LEAST_BLOCK_BYTES, BLOCK_BYTES = 2**10, 2**18
PAUSE_LOOK_SECONDS = 1.0


class Rules(Protocol):
    """What is allowed now; asked before each block."""

    def bytes_a_second(self) -> int | None: ...
    def is_paused(self) -> bool: ...


class Unlimited:
    """As fast as it goes, without a pause."""

    def bytes_a_second(self) -> int | None:
        return None

    def is_paused(self) -> bool:
        return False


class Pacing:
    """
    A token bucket (GCRA) over all that is sent and fetched.

    Args:
        wait: Waits so many seconds; returns True at once when the run is to end.
        clock: Counts seconds; monotonic.
    """

    def __init__(
        self,
        rules: Rules,
        wait: Callable[[float], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rules, self._wait, self._clock = rules, wait, clock
        self._lock = Lock()
        self._paid_until = -CREDIT_SECONDS

    def is_paused(self) -> bool:
        return self._rules.is_paused()

    def wait(self) -> None:
        """Wait while there is a pause; less when the run is to end."""
        while self._rules.is_paused() and not self._wait(PAUSE_LOOK_SECONDS):
            pass

    def block(self) -> int:
        """Return how many bytes to move in one go."""
        rate = self._rules.bytes_a_second()
        if rate is None:
            return BLOCK_BYTES
        return max(LEAST_BLOCK_BYTES, min(BLOCK_BYTES, int(rate * BLOCK_SECONDS)))

    def pay(self, size: int) -> None:
        """Wait until *size* bytes may move; raises Paused when none may."""
        if self._rules.is_paused():
            raise Paused("paused; it goes on after hokan-agent resume")
        rate = self._rules.bytes_a_second()
        if rate is None:
            return
        with self._lock:
            now = self._clock()
            self._paid_until = max(self._paid_until, now - CREDIT_SECONDS) + size / rate
            left = self._paid_until - now
        if left > 0:
            self._wait(left)
