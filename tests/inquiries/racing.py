"""Two at once with inquiries, in any order of their AWS calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.faults.inquiry_invariants import check_inquiries
from tests.faults.interleaving import Act, Actor
from tests.support.world import World

DEEP = 300  # orders of a pair
Check = Callable[[list[Actor]], None]
Pair = Callable[[World], tuple[Act, Act, Check]]


def explored(played: Iterator[list[Actor]], check: Check) -> int:
    """See that all is well each time two were *played*; return how often that was."""
    times = 0
    for actors in played:
        times += 1
        check_inquiries()
        check(actors)
    return times


def refusals(actors: list[Actor]) -> list[str]:
    """Return why actors were refused."""
    return sorted(each.refused.code for each in actors if each.refused)
