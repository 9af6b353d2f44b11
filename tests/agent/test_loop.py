from __future__ import annotations

import pytest

from hokan_agent.daemon.loop import LONGEST_OUTAGE_SECONDS, outage_pause, pause_of
from hokan_agent.upload.tally import Tally


def told(next_poll_at: str) -> dict[str, str]:
    return {"service_time": "2031-01-01T00:00:00Z", "next_poll_at": next_poll_at}


def test_it_waits_as_long_as_the_service_says_by_the_services_clock() -> None:
    assert pause_of(told("2031-01-01T00:05:00Z"), None) == 300


def test_it_asks_more_often_where_that_is_wanted() -> None:
    assert pause_of(told("2031-01-01T00:05:00Z"), 60.0) == 60


def test_it_never_asks_without_a_pause() -> None:
    assert pause_of(told("2030-12-31T23:00:00Z"), None) == 1


@pytest.mark.parametrize("outages", [1, 3, 50])
def test_it_waits_longer_at_each_outage_and_never_too_long(outages: int) -> None:
    longest = min(LONGEST_OUTAGE_SECONDS, 10 * 2 ** (outages - 1))
    assert longest / 2 <= outage_pause(outages) <= longest


def test_an_hour_away_it_asks_now_and_then_and_notices_the_end_soon() -> None:
    hour, asked = 3600.0, list[float]()
    while sum(asked) < hour:
        asked.append(outage_pause(len(asked) + 1))
    assert len(asked) <= 40
    assert sum(asked) - hour <= LONGEST_OUTAGE_SECONDS


def test_a_tally_counts_what_is_stored_already_as_done() -> None:
    tally = Tally()
    tally.begin(total=(10, 1000), unchanged=(7, 600))
    tally.advance(1, 100)
    assert tally.counts() == {
        "files_total": 10,
        "files_done": 8,
        "bytes_total": 1000,
        "bytes_done": 700,
    }


def test_a_tally_adds_the_folders_of_a_target_up() -> None:
    tally = Tally()
    tally.begin(total=(10, 1000), unchanged=(0, 0))
    tally.end((9, 900))
    tally.begin(total=(1, 1), unchanged=(1, 1))
    assert (tally.counts()["files_total"], tally.counts()["files_done"]) == (11, 10)


def test_a_tally_never_shows_more_than_there_is() -> None:
    tally = Tally()
    tally.begin(total=(1, 10), unchanged=(0, 0))
    tally.advance(2, 20)
    assert (tally.counts()["files_done"], tally.counts()["bytes_done"]) == (1, 10)


def test_a_folder_that_failed_half_way_keeps_its_count() -> None:
    tally = Tally()
    tally.begin(total=(10, 1000), unchanged=(3, 300))
    tally.begin(total=(1, 1), unchanged=(1, 1))
    assert tally.counts()["files_done"] == 4
