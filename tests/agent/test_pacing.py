"""Bytes on a clock that is told: never more than allowed, whoever moves them and however."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hokan_agent.errors import Paused
from hokan_agent.wire.pacing import BLOCK_BYTES, CREDIT_SECONDS, Pacing

RATE = 1_000_000


@dataclass
class World:
    """A clock that moves when somebody waits, and the rules of the moment."""

    now: float = 1000.0
    rate: int | None = RATE
    paused: bool = False
    moved: list[tuple[float, int]] = field(default_factory=list)

    def bytes_a_second(self) -> int | None:
        return self.rate

    def is_paused(self) -> bool:
        return self.paused

    def wait(self, seconds: float) -> bool:
        self.now += seconds
        return False

    def clock(self) -> float:
        return self.now

    def move(self, pacing: Pacing, size: int) -> None:
        pacing.pay(size)
        self.moved.append((self.now, size))


def pacing_of(world: World) -> Pacing:
    return Pacing(world, world.wait, world.clock)


@given(st.lists(st.tuples(st.integers(1, BLOCK_BYTES), st.floats(0, 10)), min_size=1, max_size=60))
def test_in_no_span_of_time_move_more_bytes_than_allowed(steps: list[tuple[int, float]]) -> None:
    world = World()
    pacing = pacing_of(world)
    for size, idle in steps:
        world.now += idle
        world.move(pacing, size)
    for first, (since, _) in enumerate(world.moved):
        moved = 0
        for until, size in world.moved[first:]:
            moved += size
            allowed = RATE * (until - since + CREDIT_SECONDS) + world.moved[first][1]
            assert moved <= allowed * 1.000001


def test_bytes_move_as_fast_as_allowed() -> None:
    world = World()
    pacing = pacing_of(world)
    for _ in range(100):
        world.move(pacing, 100_000)
    assert world.now - 1000 == pytest.approx(10, abs=CREDIT_SECONDS)


def test_a_long_rest_is_not_made_up_for_at_once() -> None:
    world = World()
    pacing = pacing_of(world)
    world.move(pacing, 1)
    world.now += 3600
    began = world.now
    for _ in range(10):
        world.move(pacing, 100_000)
    assert world.now - began >= 1 - CREDIT_SECONDS


def test_another_rate_holds_for_the_next_block() -> None:
    world = World()
    pacing = pacing_of(world)
    world.move(pacing, 1_000_000)
    world.rate, began = RATE * 10, world.now
    for _ in range(10):
        world.move(pacing, 1_000_000)
    assert world.now - began <= 1.1


def test_what_threads_move_at_the_same_moment_is_paid_for_one_after_the_other() -> None:
    waits: list[float] = []

    def waited(seconds: float) -> bool:
        waits.append(seconds)
        return False

    pacing = Pacing(World(), waited, lambda: 1000.0)
    for _ in range(3):
        pacing.pay(RATE)
    assert waits == pytest.approx([1 - CREDIT_SECONDS, 2 - CREDIT_SECONDS, 3 - CREDIT_SECONDS])


def test_without_a_limit_nobody_waits() -> None:
    world = World(rate=None)
    pacing_of(world).pay(10**12)
    assert world.now == 1000


@pytest.mark.parametrize("rate", [1, 10_000, RATE, 10**12, None])
def test_a_block_is_moved_soon_enough_for_another_limit_to_be_felt(rate: int | None) -> None:
    size = pacing_of(World(rate=rate)).block()
    assert 0 < size <= BLOCK_BYTES
    assert rate is None or size <= max(2**10, rate * 0.1)


def test_in_a_pause_nothing_moves() -> None:
    with pytest.raises(Paused):
        pacing_of(World(paused=True, rate=None)).pay(1)


def test_the_end_of_a_run_ends_the_wait_for_the_end_of_a_pause() -> None:
    waits: list[float] = []

    def ended(seconds: float) -> bool:
        waits.append(seconds)
        return True

    Pacing(World(paused=True), ended).wait()
    assert len(waits) == 1
