"""Two at once with inquiries, in any order of their AWS calls."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial

from chalicelib.kernel import clock
from chalicelib.kernel.errors import HokanError
from tests.faults.crashes import calls_of
from tests.faults.inquiry_invariants import check_inquiries
from tests.faults.interleaving import Act, Actor, interruptions, orders, played
from tests.support.snapshot import Snapshot
from tests.support.world import World

FEW, DEEP = 6, 300  # orders of a pair
Check = Callable[[list[Actor]], None]
Pair = Callable[[World], tuple[Act, Act, Check]]
Chosen = Callable[[int, int], list[list[int]]]


def explore(world: World, pair: Pair, chosen_of: Chosen) -> int:
    """Play a pair in the orders *chosen_of* its lengths; return how many."""
    first, second, check = pair(world)
    ahead = clock.now() - clock.wall_now()
    ready = Snapshot()
    lengths = []
    for act in (first, second):
        lengths.append(len(calls_of(partial(_answered, act))) + 1)
        ready.restore()
    chosen = chosen_of(*lengths)
    for order in chosen:
        ready.restore()
        clock.move(round(ahead.total_seconds()))
        actors = played((first, second), order)
        assert [each.error for each in actors if each.error is not None] == [], order
        check_inquiries()
        check(actors)
    return len(chosen)


def some(first: int, second: int) -> list[list[int]]:
    """Return some of the orders in which one is interrupted once, evenly spread."""
    found = interruptions(first, second)
    return found[:: -(-len(found) // FEW)]


def many(first: int, second: int) -> list[list[int]]:
    return interruptions(first, second) + orders(first, second, at_most=DEEP)


def refusals(actors: list[Actor]) -> list[str]:
    """Return why actors were refused."""
    return sorted(each.refused.code for each in actors if each.refused)


def _answered(act: Act) -> None:
    with suppress(HokanError):
        act()
