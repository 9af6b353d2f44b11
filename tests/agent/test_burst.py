"""
A device that saves thousands of files at once: none is missed, whatever becomes of the hints.

Prints how long each waited from its save to its first byte at storage, and the CPU that agent,
service and storage took, which are one process here; docs/performance.md has the figures.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from statistics import quantiles

import pytest

from hokan_agent.daemon.live import Live
from hokan_agent.daemon.tools import Tools
from hokan_agent.log import Log
from hokan_agent.machine.home import Home
from hokan_agent.sources import folders
from hokan_agent.sources.folders import Watched
from hokan_agent.wire.service import Service
from hokan_agent.wire.web import Web
from tests.support.playing import TARGET, Playing

pytestmark = pytest.mark.deep

FILES_A_FOLDER = 40
PATIENCE_SECONDS = 300
WORKERS = 4  # as `run` has them


@pytest.fixture
def folder(home: Home, tmp_path: Path) -> Path:
    made = tmp_path / "images"
    made.mkdir()
    folders.add(home, Watched(made, "t-1"))
    return made


@pytest.fixture
def live(home: Home, folder: Path) -> Iterator[Live]:  # noqa: ARG001 - watched when it begins
    with closing(Web()) as web:
        live = Live(Tools(home, web, Service.of(home, web), Log(quiet=True), WORKERS))
        live.know([TARGET])
        live.start()
        time.sleep(1)  # it watches
        yield live
        live.end()


def saved(folder: Path, count: int, between: float = 0.0) -> dict[str, float]:
    """Save so many files into new folders; return when each was closed, by its SHA-256."""
    closed_at = {}
    for number in range(count):
        place = folder / f"E-{number // FILES_A_FOLDER}"
        place.mkdir(exist_ok=True)
        content = f"image {number}".encode() * 100
        (place / f"IMG{number:05}.JPG").write_bytes(content)
        closed_at[hashlib.sha256(content).hexdigest()] = time.monotonic()
        time.sleep(between)
    return closed_at


def all_stored(server: Playing, count: int) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while len(server.stored) < count:
        assert time.monotonic() < end, f"{count - len(server.stored)} of {count} files are missing"
        time.sleep(0.05)


def tell(what: str, server: Playing, closed_at: dict[str, float], cpu: float) -> None:
    waited = sorted(server.sent_at[each] - at for each, at in closed_at.items())
    hundredths = quantiles(waited, n=100)
    saving = max(closed_at.values()) - min(closed_at.values())
    print(  # noqa: T201 - with -s: figures for docs/performance.md
        f"\n{what}, saved in {saving:.1f} s: from save to first byte p50 {hundredths[49]:.1f} s, "
        f"p95 {hundredths[94]:.1f} s, at most {waited[-1]:.1f} s; "
        f"{time.process_time() - cpu:.1f} s of CPU"
    )


@pytest.mark.usefixtures("live")
@pytest.mark.parametrize("count", [4_000, 20_000])  # more than inotify queues: 16,384 events
def test_of_a_burst_of_files_none_is_missed(server: Playing, folder: Path, count: int) -> None:
    cpu = time.process_time()
    closed_at = saved(folder, count)
    all_stored(server, count)
    assert set(server.stored) == set(closed_at)
    tell(f"a burst of {count} files", server, closed_at, cpu)


@pytest.mark.usefixtures("live")
def test_of_files_saved_one_by_one_none_is_missed(server: Playing, folder: Path) -> None:
    cpu = time.process_time()
    closed_at = saved(folder, 1_200, between=0.05)
    all_stored(server, 1_200)
    tell("1,200 files one by one", server, closed_at, cpu)
