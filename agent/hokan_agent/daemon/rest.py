"""Waiting, by a clock that counts on while the machine sleeps."""

from __future__ import annotations

import time
from collections.abc import Callable

STEP_SECONDS = 1.0


def since_start() -> float:
    """Return the seconds since the machine was started, its sleep included."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def rest(
    seconds: float,
    wait: Callable[[float], bool],
    clock: Callable[[], float] = since_start,
) -> None:
    """
    Wait so many seconds; a sleep counts, a wall clock that is set does not.

    Args:
        wait: Waits so many seconds, a small step; what returns True ends the rest.
    """
    until = clock() + seconds
    while (left := until - clock()) > 0:
        if wait(min(left, STEP_SECONDS)):
            return
