"""A rest on a clock that jumps: a machine's sleep counts."""

from __future__ import annotations

from hokan_agent.daemon.rest import rest, since_start


class Machine:
    """A clock that jumps by *sleep* in the middle of the wait number *at*."""

    def __init__(self, sleep: float = 0.0, at: int = 3) -> None:
        self.now, self.waits = 0.0, 0
        self._sleep, self._at = sleep, at

    def clock(self) -> float:
        return self.now

    def wait(self, seconds: float) -> bool:
        self.waits += 1
        self.now += seconds + (self._sleep if self.waits == self._at else 0)
        return False


def test_a_rest_lasts_as_long_as_it_says() -> None:
    machine = Machine()
    rest(300, machine.wait, machine.clock)
    assert machine.now == 300


def test_a_machine_that_slept_past_the_end_wakes_to_work() -> None:
    machine = Machine(sleep=8 * 3600)
    rest(300, machine.wait, machine.clock)
    assert machine.waits == 3


def test_a_short_sleep_shortens_the_rest() -> None:
    machine = Machine(sleep=100)
    rest(300, machine.wait, machine.clock)
    assert machine.now == 300


def test_what_is_waited_for_ends_the_rest() -> None:
    waits: list[float] = []

    def happened(seconds: float) -> bool:
        waits.append(seconds)
        return len(waits) == 2

    rest(300, happened, lambda: 0.0)
    assert len(waits) == 2


def test_a_rest_of_no_time_is_none() -> None:
    machine = Machine()
    rest(0, machine.wait, machine.clock)
    assert machine.waits == 0


def test_the_clock_goes_forward() -> None:
    assert 0 < since_start() <= since_start()
