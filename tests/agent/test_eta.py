"""How long the rest takes, on a clock that is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hokan_agent.eta import WINDOW_SECONDS, Eta


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def after(*steps: tuple[float, int]) -> Eta:
    """Return what was told of so much done at each moment."""
    clock = Clock()
    eta = Eta(clock)
    for at, done in steps:
        clock.now = at
        eta.note(done)
    return eta


def test_it_goes_on_as_in_the_last_minute() -> None:
    assert after((10, 100)).seconds(50) == pytest.approx(5)


def test_what_was_before_the_last_minute_does_not_count() -> None:
    slow = [(each, 10 * each) for each in range(1, 101)]
    fast = [(100 + each, 1000 + 100 * each) for each in range(1, 62)]
    assert after(*slow, *fast).seconds(6100) == pytest.approx(61)


def test_nothing_left_takes_no_time() -> None:
    assert after().seconds(0) == 0


def test_more_done_than_there_was_is_nothing_left() -> None:
    assert after((10, 100)).seconds(-5) == 0


def test_nobody_can_tell_before_something_was_done() -> None:
    assert after((30, 0)).seconds(10) is None


def test_nobody_can_tell_after_a_minute_in_which_nothing_was_done() -> None:
    assert after((1, 100), (1 + 2 * WINDOW_SECONDS, 100)).seconds(10) is None


def test_nobody_can_tell_in_the_first_second() -> None:
    assert after((0.6, 100)).seconds(10) is None


@given(st.lists(st.tuples(st.floats(0.001, 30), st.integers(0, 10**9)), max_size=50))
def test_it_is_never_negative_and_never_a_wild_guess(steps: list[tuple[float, int]]) -> None:
    clock = Clock()
    eta, done = Eta(clock), 0
    for seconds, more in steps:
        clock.now += seconds
        done += more
        eta.note(done)
        told = eta.seconds(1)
        assert told is None or 0 < told <= WINDOW_SECONDS + 30


def test_many_small_steps_take_no_room() -> None:
    eta = after(*[(each / 1000, each) for each in range(100_000)])
    assert len(eta._samples) < 130
