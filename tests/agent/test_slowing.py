"""Limits and pauses on real connections: the bytes that arrive are counted."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import time as clock_time
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest

from hokan_agent.download.fetching import Arriving, Fetcher
from hokan_agent.errors import Paused
from hokan_agent.machine import settings
from hokan_agent.machine.home import Home
from hokan_agent.machine.settings import Current, Pause
from hokan_agent.machine.state import State
from hokan_agent.machine.timetable import Limit
from hokan_agent.sources.folders import Watched
from hokan_agent.upload.backup import Backup
from hokan_agent.wire.pacing import CREDIT_SECONDS, Pacing
from hokan_agent.wire.service import Service
from hokan_agent.wire.web import Web
from tests.support.playing import TARGET, Playing

RATE = 2_000_000
WORKERS = 4
PATIENCE_SECONDS = 30
ALL_DAY = Limit(clock_time(0), clock_time(0), RATE)


@pytest.fixture
def web(home: Home) -> Iterator[Web]:
    with closing(Web(Pacing(Current(home, print), time_passes))) as web:
        yield web


def time_passes(seconds: float) -> bool:
    time.sleep(seconds)
    return False


def files(folder: Path, count: int, size: int) -> Path:
    folder.mkdir()
    for number in range(count):
        (folder / f"IMG{number:04}.JPG").write_bytes(os.urandom(size))
    return folder


def backed_up(web: Web, home: Home, folder: Path) -> Backup:
    with closing(State(home.state_file)) as state:
        backup = Backup(web, Service.of(home, web), state, workers=WORKERS)
        backup.run(Watched(folder, TARGET["target_id"]), TARGET)
    return backup


def until(happened: Any) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def test_all_threads_together_keep_a_limit(
    server: Playing, home: Home, web: Web, tmp_path: Path
) -> None:
    settings.keep_limits(home, [ALL_DAY])
    folder = files(tmp_path / "images", 20, 150_000)
    began = time.monotonic()
    backed_up(web, home, folder)
    took = time.monotonic() - began
    assert server.received == 3_000_000
    assert server.received <= RATE * (took + CREDIT_SECONDS)


def test_a_limit_set_in_the_middle_of_a_file_holds_for_the_rest(
    server: Playing, home: Home, web: Web, tmp_path: Path
) -> None:
    settings.keep_limits(home, [ALL_DAY])
    folder = files(tmp_path / "images", 1, 30 * RATE)
    thread = threading.Thread(target=backed_up, args=(web, home, folder))
    thread.start()
    until(lambda: server.received > 0)
    settings.keep_limits(home, [])
    began = time.monotonic()
    thread.join()
    assert (server.received, time.monotonic() - began < 20) == (30 * RATE, True)


def test_what_is_fetched_keeps_a_limit(
    server: Playing, home: Home, web: Web, tmp_path: Path
) -> None:
    settings.keep_limits(home, [ALL_DAY])
    body = os.urandom(3_000_000)
    server.stored["a"] = body
    began = time.monotonic()
    file = {"size": len(body), "sha256": hashlib.sha256(body).hexdigest()}
    place = tmp_path / "a"
    Fetcher(web).fetch(bytes(place), file, repeat(f"{server.url}/objects/a"))
    took = time.monotonic() - began
    assert place.read_bytes() == body
    assert len(body) <= RATE * (took + CREDIT_SECONDS)


def test_a_pause_stops_what_is_under_way_and_nothing_is_lost_or_sent_twice(
    server: Playing, home: Home, web: Web, tmp_path: Path
) -> None:
    settings.keep_limits(home, [ALL_DAY])
    folder = files(tmp_path / "images", 40, 100_000)
    thread = threading.Thread(target=backed_up, args=(web, home, folder))
    thread.start()
    until(lambda: len(server.stored) >= 4)
    settings.keep_pause(home, Pause())
    until(web.pacing.is_paused)
    time.sleep(0.5)
    held = server.received
    time.sleep(1.5)
    assert server.received == held
    settings.keep_pause(home, None)
    thread.join()
    contents = {hashlib.sha256(each.read_bytes()).hexdigest() for each in folder.iterdir()}
    assert set(server.stored) == contents
    assert server.received <= 4_000_000 + WORKERS * 100_000


def test_a_download_in_a_pause_is_broken_off(
    server: Playing, home: Home, web: Web, tmp_path: Path
) -> None:
    server.stored["a"] = b"x"
    settings.keep_pause(home, Pause())
    with (tmp_path / "a").open("w+b", buffering=0) as output:
        arriving = Arriving({"size": 1, "sha256": ""}, output, web.pacing)
        with pytest.raises(Paused):
            web.fetch(f"{server.url}/objects/a", arriving.headers, arriving)
