"""Limits and a pause, kept in a file and heeded while the agent runs."""

from __future__ import annotations

import time as clocks
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from hokan_agent.errors import AgentError, Paused
from hokan_agent.machine import settings
from hokan_agent.machine.home import Home
from hokan_agent.machine.settings import LOOK_SECONDS, Current, Pause, Settings
from hokan_agent.machine.timetable import Limit

ALL_DAY = Limit(time(0), time(0), 2_000_000)
NIGHT = Limit(time(22), time(6), 500_000, frozenset({0, 6}))
NOW = datetime(2031, 1, 1, 12, tzinfo=UTC)


@dataclass
class Clock:
    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def current(home: Home, clock: Clock, told: list[str]) -> Current:
    return Current(home, told.append, clock, lambda: NOW + timedelta(seconds=clock.seconds))


def test_what_was_set_is_read_again(home: Home) -> None:
    settings.keep_limits(home, [ALL_DAY, NIGHT])
    settings.keep_pause(home, Pause(NOW))
    assert settings.read(home) == Settings((ALL_DAY, NIGHT), Pause(NOW))


def test_nothing_is_set_at_first(home: Home) -> None:
    assert settings.read(home) == Settings()


def test_what_others_keep_in_the_file_stays(home: Home) -> None:
    home.write(home.settings_file, b'{"proxy": "http://proxy.example"}')
    settings.keep_limits(home, [])
    assert "proxy.example" in home.settings_file.read_text()


@pytest.mark.parametrize(
    "damaged",
    [b"{", b"[]", b'{"limits": [{}]}', b'{"limits": 1}', b'{"pause": {"until": "2031-01-01"}}'],
)
def test_a_damaged_file_is_said_and_not_guessed_at(home: Home, damaged: bytes) -> None:
    home.write(home.settings_file, damaged)
    with pytest.raises(AgentError, match="damaged"):
        settings.read(home)


def test_a_new_limit_holds_within_a_second(home: Home, current: Current, clock: Clock) -> None:
    assert current.bytes_a_second() is None
    settings.keep_limits(home, [ALL_DAY])
    clock.seconds += LOOK_SECONDS
    assert current.bytes_a_second() == 2_000_000


def test_the_file_is_looked_at_once_a_second_at_most(
    home: Home, current: Current, clock: Clock
) -> None:
    current.bytes_a_second()
    settings.keep_limits(home, [ALL_DAY])
    clock.seconds += LOOK_SECONDS / 2
    assert current.bytes_a_second() is None


def test_a_damaged_file_leaves_what_was_set_in_force_and_is_told_once(
    home: Home, current: Current, clock: Clock, told: list[str]
) -> None:
    settings.keep_limits(home, [ALL_DAY])
    current.bytes_a_second()
    home.write(home.settings_file, b"{")
    for _ in range(3):
        clock.seconds += LOOK_SECONDS
        assert current.bytes_a_second() == 2_000_000
    assert len(told) == 1


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Clocks go from 02:00 to 03:00 on 30 March, and from 03:00 to 02:00 on 26 October 2031."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Europe/Berlin")
        clocks.tzset()
        yield
    clocks.tzset()


@pytest.mark.usefixtures("berlin")
@pytest.mark.parametrize(
    ("moment", "holds"),
    [
        (datetime(2031, 3, 29, 1, 30, tzinfo=UTC), True),  # 02:30
        (datetime(2031, 3, 30, 0, 59, tzinfo=UTC), False),  # 01:59
        (datetime(2031, 3, 30, 1, 0, tzinfo=UTC), False),  # 03:00: there is no 02:30
        (datetime(2031, 10, 26, 0, 30, tzinfo=UTC), True),  # 02:30
        (datetime(2031, 10, 26, 1, 30, tzinfo=UTC), True),  # 02:30 again
        (datetime(2031, 10, 26, 2, 0, tzinfo=UTC), False),  # 03:00
    ],
)
def test_a_limit_goes_by_the_clock_on_the_wall(
    home: Home, moment: datetime, *, holds: bool
) -> None:
    settings.keep_limits(home, [Limit(time(2), time(3), 500_000)])
    current = Current(home, print, Clock(), lambda: moment)
    assert (current.bytes_a_second() == 500_000) is holds


def test_a_pause_ends_by_itself(home: Home, current: Current, clock: Clock) -> None:
    settings.keep_pause(home, Pause(NOW + timedelta(hours=1)))
    before = current.is_paused()
    clock.seconds += 3600
    assert (before, current.is_paused()) == (True, False)


def test_a_pause_without_an_end_lasts(home: Home, current: Current, clock: Clock) -> None:
    settings.keep_pause(home, Pause())
    clock.seconds += 10**6
    assert current.is_paused()


def test_a_pause_that_is_over_refuses_nothing(home: Home) -> None:
    settings.keep_pause(home, Pause(datetime.now(UTC) - timedelta(seconds=1)))
    settings.refuse_while_paused(home)


def test_a_command_by_hand_is_refused_in_a_pause(home: Home) -> None:
    settings.keep_pause(home, Pause())
    with pytest.raises(Paused, match="hokan-agent resume"):
        settings.refuse_while_paused(home)
