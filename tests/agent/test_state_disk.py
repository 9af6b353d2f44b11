"""A cache on a bad disk: what was kept before is there, or everything is read again."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hokan_agent.errors import StateDamaged, StateUnusable
from hokan_agent.machine.state import State
from hokan_agent.sources.scan import Found
from tests.support.disk import fill, small_disk

TARGET = "t"
ROWS = 200


def files(number: int) -> list[tuple[Found, str]]:
    """Return the files that the transaction *number* remembers."""
    return [(Found(f"{number}/{each}", each, 17, 42), "said") for each in range(ROWS)]


def remembered(*numbers: int) -> set[str]:
    return {found.path for number in numbers for found, _ in files(number)}


def known(state: State) -> set[str]:
    """Return the paths *state* knows."""
    return {path for path, *_ in state.known(TARGET)}


# --- damage ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def torn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache as a machine without power leaves it: three transactions, in the WAL alone."""
    live, torn = tmp_path_factory.mktemp("live"), tmp_path_factory.mktemp("torn")
    with closing(State(live / "state.sqlite")) as state:
        for number in range(3):
            state.remember(TARGET, files(number))
        for each in ("state.sqlite", "state.sqlite-wal"):
            shutil.copy(live / each, torn / each)
    return torn


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.floats(0, 1, exclude_max=True), garbage=st.binary(max_size=5_000))
def test_a_torn_wal_leaves_whole_transactions(
    torn: Path, tmp_path_factory: pytest.TempPathFactory, at: float, garbage: bytes
) -> None:
    here = tmp_path_factory.mktemp("here")
    for each in torn.iterdir():
        shutil.copy(each, here)
    wal = here / "state.sqlite-wal"
    body = wal.read_bytes()
    wal.write_bytes(body[: int(len(body) * at)] + garbage)
    with closing(State(here / "state.sqlite")) as state:
        found = known(state)
    assert found in [set(), remembered(0), remembered(0, 1), remembered(0, 1, 2)]


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """A cache whose first page is whole and whose others are not."""
    file = tmp_path / "state.sqlite"
    with closing(State(file)) as state:
        state.remember(TARGET, files(0))
    body = file.read_bytes()
    file.write_bytes(body[:4096] + b"\xff" * (len(body) - 4096))
    return file


def test_damage_found_on_the_way_is_said(damaged: Path) -> None:
    with closing(State(damaged)) as state, pytest.raises(StateDamaged, match="run it again"):
        known(state)


def test_after_damage_the_next_run_begins_anew(damaged: Path) -> None:
    with closing(State(damaged)) as state, pytest.raises(StateDamaged):
        known(state)
    with closing(State(damaged)) as state:
        state.remember(TARGET, files(1))
        assert known(state) == remembered(1)


def test_a_cache_somebody_else_holds_is_not_taken_for_damaged(tmp_path: Path) -> None:
    """Nothing is put aside for want of patience."""
    file = tmp_path / "state.sqlite"
    with closing(State(file)) as state, closing(sqlite3.connect(file)) as other:
        other.execute("begin exclusive")
        state._db.execute("pragma busy_timeout = 10")
        with pytest.raises(StateUnusable, match="locked"):
            state.remember(TARGET, files(0))
    assert not file.with_suffix(".damaged").exists()


# --- a full disk -------------------------------------------------------------------------------


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk") as place:
        yield place


def test_a_full_disk_is_said_by_name(disk: Path) -> None:
    with closing(State(disk / "state.sqlite")) as state:
        fill(disk)
        with pytest.raises(StateUnusable, match="is full; make room"):
            state.remember(TARGET, files(0))


def test_on_a_full_disk_the_old_state_is_intact(disk: Path) -> None:
    file = disk / "state.sqlite"
    with closing(State(file)) as state:
        state.remember(TARGET, files(0))
        fill(disk)
        with pytest.raises(StateUnusable):
            state.remember(TARGET, files(1))
    (disk / "filler").unlink()
    with closing(State(file)) as state:
        assert (known(state), state.was_damaged) == (remembered(0), False)


def test_a_cache_opened_on_a_full_disk_is_not_put_aside(disk: Path) -> None:
    file = disk / "state.sqlite"
    with closing(State(file)) as state:
        state.remember(TARGET, files(0))
    filler = fill(disk)
    with pytest.raises(StateUnusable), closing(State(file)) as state:
        state.remember(TARGET, files(1))
    filler.unlink()
    with closing(State(file)) as state:
        assert (known(state), state.was_damaged) == (remembered(0), False)


def test_with_room_again_it_goes_on(disk: Path) -> None:
    with closing(State(disk / "state.sqlite")) as state:
        filler = fill(disk)
        with pytest.raises(StateUnusable):
            state.remember(TARGET, files(0))
        filler.unlink()
        state.remember(TARGET, files(0))
        assert known(state) == remembered(0)
