"""How long the rest takes, by what was done in the last minute."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

WINDOW_SECONDS = 60.0
SAMPLE_SECONDS = 0.5  # between two that are kept
LEAST_SECONDS = 1.0  # sooner, nobody can tell


class Eta:
    """Samples of how much was done, and when."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._done = 0
        self._samples = deque([(clock(), 0)])

    def note(self, done: int) -> None:
        """Note how much is done by now."""
        now = self._clock()
        self._done = done
        if now - self._samples[-1][0] >= SAMPLE_SECONDS:
            self._samples.append((now, done))
            self._forget(now)

    def seconds(self, left: int) -> float | None:
        """Return how long *left* takes; None where nobody can tell: nothing was done of late."""
        if left <= 0:
            return 0.0
        now = self._clock()
        self._forget(now)
        since, before = self._samples[0]
        done = self._done - before
        if done <= 0 or now - since < LEAST_SECONDS:
            return None
        return left * (now - since) / done

    def _forget(self, now: float) -> None:
        """Keep one sample that is as old as the window, and what came after it."""
        while len(self._samples) > 1 and self._samples[1][0] <= now - WINDOW_SECONDS:
            self._samples.popleft()


def as_text(seconds: float | None) -> str:
    """
    Return a time that is left for people.

    >>> as_text(45), as_text(700), as_text(9000), as_text(None)
    ('45 s left', '12 min left', '2.5 h left', '')
    """
    if seconds is None:
        return ""
    if seconds < 90:
        return f"{seconds:.0f} s left"
    return f"{seconds / 60:.0f} min left" if seconds < 5400 else f"{seconds / 3600:.1f} h left"
