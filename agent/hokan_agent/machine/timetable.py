"""
How fast bytes may move, by the hours of a week.

By the local clock on the wall: an hour that a summer time skips has no limit to hold, and one that
comes twice has it twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time
from typing import NamedTuple

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EVERY_DAY = frozenset(range(7))


class Limit(NamedTuple):
    """
    So many bytes a second, from *begins* until just before *ends*.

    Attributes:
        ends: On the next day where it is not after *begins*; the same time is a whole day.
        days: On which it begins, Monday is 0.
    """

    begins: time
    ends: time
    bytes_a_second: int
    days: frozenset[int] = EVERY_DAY

    def holds(self, moment: datetime) -> bool:
        """Tell whether it holds at a local *moment*."""
        now, today = moment.time(), moment.weekday()
        if self.begins < self.ends:
            return today in self.days and self.begins <= now < self.ends
        began_today = today in self.days and self.begins <= now
        return began_today or ((today - 1) % 7 in self.days and now < self.ends)


def rate_at(limits: Iterable[Limit], moment: datetime) -> int | None:
    """Return the bytes a second allowed at a local *moment*: the least; None: no limit holds."""
    return min((each.bytes_a_second for each in limits if each.holds(moment)), default=None)
