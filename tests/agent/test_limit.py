"""`hokan-agent limit`, `pause` and `resume`, as somebody types them."""

from __future__ import annotations

import argparse
import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hokan_agent.__main__ import main
from hokan_agent.commands import limit, pause
from hokan_agent.machine import settings
from hokan_agent.machine.home import Home, Identity
from hokan_agent.machine.settings import Pause
from hokan_agent.machine.timetable import EVERY_DAY, Limit
from hokan_agent.report import COMPLETE, FAILED

NOBODY = 65_534
CLINIC_HOURS = ("limit", "add", "08:00-18:30", "2MB/s", "--days", "mon-fri")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.directory.mkdir()
    home.keep_key(Ed25519PrivateKey.generate())
    home.keep_identity(Identity("https://hokan.example/api", "agent-1", "f-1"))
    return home


@pytest.fixture(autouse=True)
def signals() -> Iterator[None]:
    """The command line has signals end a run; tests end as they did before."""
    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    yield
    for each, handler in before.items():
        signal.signal(each, handler)


def typed(home: Home, *arguments: str) -> int:
    return main(["--state", str(home.directory), *arguments])


def test_a_limit_is_kept_as_it_was_typed(home: Home) -> None:
    typed(home, *CLINIC_HOURS)
    assert settings.read(home).limits == (
        Limit(time(8), time(18, 30), 2_000_000, frozenset(range(5))),
    )


def test_a_limit_is_listed_with_its_number(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    typed(home, *CLINIC_HOURS)
    typed(home, "limit", "list")
    assert "1  08:00-18:30  mon,tue,wed,thu,fri  2 MB/s" in capsys.readouterr().out


def test_a_limit_is_removed_by_its_number(home: Home) -> None:
    typed(home, *CLINIC_HOURS)
    typed(home, "limit", "add", "22:00-06:00", "16Mbit/s")
    typed(home, "limit", "remove", "1")
    assert settings.read(home).limits == (Limit(time(22), time(6), 2_000_000, EVERY_DAY),)


def test_a_number_that_no_limit_has_removes_none(home: Home) -> None:
    typed(home, *CLINIC_HOURS)
    assert typed(home, "limit", "remove", "0") == FAILED
    assert len(settings.read(home).limits) == 1


def test_all_limits_go_at_once(home: Home) -> None:
    typed(home, *CLINIC_HOURS)
    typed(home, *CLINIC_HOURS)
    typed(home, "limit", "none")
    assert settings.read(home).limits == ()


@pytest.mark.parametrize("text", ["8-18", "08:00", "08:00-25:00", "", "18:30-"])
def test_what_are_no_hours_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        limit.hours(text)


@pytest.mark.parametrize("text", ["2", "2MB", "2Mb/s", "-1MB/s", "9kB/s", "0MB/s"])
def test_what_is_no_rate_or_too_small_a_one_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        limit.bytes_a_second(text)


@pytest.mark.parametrize("text", ["monday", "mon-", "mon,,tue", ""])
def test_what_are_no_days_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        limit.days(text)


def test_midnight_may_be_written_as_the_end_of_a_day() -> None:
    assert limit.hours("18:00-24:00") == (time(18), time(0))


def test_a_pause_lasts_until_somebody_resumes(home: Home) -> None:
    typed(home, "pause")
    before = settings.read(home).pause
    typed(home, "resume")
    assert (before, settings.read(home).pause) == (Pause(None), None)


def test_a_pause_may_last_for_a_span(home: Home) -> None:
    typed(home, "pause", "--for", "2h")
    kept = settings.read(home).pause
    assert kept is not None
    assert kept.until is not None
    assert kept.until - datetime.now(UTC) <= timedelta(hours=2)


def test_a_pause_may_end_at_a_time_of_day(home: Home) -> None:
    typed(home, "pause", "--until", "18:00")
    kept = settings.read(home).pause
    assert kept is not None
    assert kept.until is not None
    assert f"{kept.until.astimezone():%H:%M}" == "18:00"


@pytest.mark.parametrize("text", ["2", "h", "0h", "2.5h", "-1h", "99999d"])
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        pause.span(text)


def test_a_backup_by_hand_is_refused_in_a_pause(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(home, "pause")
    assert typed(home, "backup", str(tmp_path)) == FAILED
    assert "hokan-agent resume ends the pause" in capsys.readouterr().err


@pytest.mark.parametrize("what", [("pause",), ("resume",), CLINIC_HOURS])
def test_a_state_that_no_agent_has_is_not_set(tmp_path: Path, what: tuple[str, ...]) -> None:
    assert typed(Home(tmp_path / "other"), *what) == FAILED
    assert not (tmp_path / "other").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="root alone writes for somebody else")
def test_what_root_sets_the_agents_own_user_can_read(home: Home) -> None:
    os.chown(home.directory, NOBODY, NOBODY)
    typed(home, "pause")
    assert home.settings_file.stat().st_uid == NOBODY


def test_limits_are_said_to_be_none(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed(home, "limit", "list") == COMPLETE
    assert "as fast as the line allows" in capsys.readouterr().out
