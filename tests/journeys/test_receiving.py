"""A device, the receiver and the service: an image is vouched for when it is stored, not before."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.conftest import Facility, Founding
from tests.journeys.test_agent_run import Runner, runner, until, watch
from tests.support.committing import ALL, NEW, OWN, Asking, ask, question
from tests.support.devices import SUCCESS, Station, an_image, leave, port_of, store

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("stack")]

__all__ = ["runner"]
IMAGES = [f"1.2.826.0.1.3680043.10.2.{number}" for number in range(20)]


@pytest.fixture
def facility(found: Founding) -> Facility:
    return found(timing={"kind": "at_once"})


@pytest.fixture
def device() -> Iterator[Asking]:
    device = Asking()
    with device.listening():
        yield device


@pytest.fixture
def station(facility: Facility, device: Asking, tmp_path: Path) -> Iterator[Station]:
    folder = tmp_path / "dicom"
    watch(facility, folder)
    process = facility.agent.start("receive", str(folder), "--port", "0", "--peer", device.peer)
    station = Station(folder, process, port_of(process))
    yield station
    station.ended()


def sent(device: Asking, station: Station) -> Any:
    """Send 20 images; return the association."""
    association = device.associated(station)
    assert [store(association, an_image(each), each) for each in IMAGES] == [SUCCESS] * 20
    return association


def are_stored(facility: Facility, station: Station) -> bool:
    """Whether the bucket has every image as the folder has it."""
    kept = {hashlib.sha256(each).hexdigest() for each in station.images().values()}
    return kept <= {key.rpartition("/")[2] for key in facility.stored_versions()}


def test_a_device_that_asks_too_early_hears_when_its_images_are_stored(
    facility: Facility, runner: Runner, station: Station, device: Asking
) -> None:
    association = sent(device, station)
    assert ask(association, question(*IMAGES)) == SUCCESS
    leave(association)
    time.sleep(3)
    assert device.reports.empty()
    runner.start(facility)
    report = device.heard()
    assert (report.where, report.event, report.committed) == (NEW, ALL, set(IMAGES))
    assert are_stored(facility, station)


def test_images_go_at_once_and_are_vouched_for_on_the_same_association(
    facility: Facility, runner: Runner, station: Station, device: Asking
) -> None:
    runner.start(facility)
    association = sent(device, station)
    until(lambda: are_stored(facility, station))
    ask(association, question(*IMAGES))
    report = device.heard()
    leave(association)
    assert (report.where, report.committed) == (OWN, set(IMAGES))
