"""What `hokan-agent receive` keeps, of whom, and what it says when it cannot."""

from __future__ import annotations

import os
import resource
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

from hokan_agent.daemon.hints import Hints
from hokan_agent.log import Log
from hokan_agent.sources.scan import RECEIVING, scan
from tests.support.canary import CANARY
from tests.support.devices import (
    CANNOT_UNDERSTAND,
    CT,
    EXPLICIT,
    INSTANCE,
    OUT_OF_RESOURCES,
    PEER,
    SECONDS,
    STUDY,
    SUCCESS,
    TITLE,
    VERIFICATION,
    Process,
    Starter,
    Station,
    an_image,
    associated,
    dataset_of,
    give_up,
    sent,
    store,
)
from tests.support.dicom import PREAMBLE, element


def place(study: str = STUDY, instance: str = INSTANCE) -> str:
    return f"{study}/{instance}.dcm"


# --- who may ---------------------------------------------------------------------------------


def test_a_device_can_ask_whether_it_is_there(refusing: Station) -> None:
    association = associated(refusing, (VERIFICATION, EXPLICIT))
    assert association.send_c_echo().Status == SUCCESS
    association.release()


@pytest.mark.parametrize(("peer", "called"), [("STRANGER", TITLE), (PEER, "ANOTHER")])
def test_a_pair_of_titles_nobody_named_is_turned_away(
    refusing: Station, peer: str, called: str
) -> None:
    assert associated(refusing, (CT, EXPLICIT), peer=peer, called=called).is_rejected


def test_without_a_known_device_it_does_not_start(start: Starter) -> None:
    process = start.process()
    _, said = process.communicate(timeout=SECONDS)
    assert (process.returncode, "--peer" in said) == (1, True)


def test_more_devices_than_allowed_are_turned_away(start: Starter) -> None:
    station = start.station("--associations", "1")
    first = associated(station, (VERIFICATION, EXPLICIT))
    assert associated(station, (VERIFICATION, EXPLICIT)).is_rejected
    first.release()


def test_two_receivers_never_write_into_one_folder(start: Starter) -> None:
    start.station()
    second = start.process("--peer", PEER)
    _, said = second.communicate(timeout=SECONDS)
    assert (second.returncode, "another hokan-agent receive" in said) == (1, True)


# --- what is kept ----------------------------------------------------------------------------


def test_an_image_is_kept_as_it_was_sent(station: Station) -> None:
    assert sent(station, an_image()) == SUCCESS
    images = station.images()
    assert {path: dataset_of(file) for path, file in images.items()} == {place(): an_image()}


def test_an_image_sent_again_is_one_file(station: Station) -> None:
    assert [sent(station, an_image()) for _ in range(2)] == [SUCCESS, SUCCESS]
    assert list(station.images()) == [place()]


def test_another_content_of_an_image_stays_beside_the_first(station: Station) -> None:
    other = an_image(pixels=b"\1" * 100)
    assert [sent(station, each) for each in (an_image(), other, other)] == [SUCCESS] * 3
    kept = {path: dataset_of(file) for path, file in station.images().items()}
    assert kept == {place(): an_image(), place(instance=f"{INSTANCE}-2"): other}


def test_another_content_of_an_image_is_told_of(station: Station) -> None:
    for pixels in (b"\0\0", b"\1\1"):
        sent(station, an_image(pixels=pixels))
    assert "kept beside another content" in station.ended()


def test_what_belongs_to_no_study_is_kept_too(station: Station) -> None:
    assert sent(station, element(0x00080018, b"UI", INSTANCE.encode())) == SUCCESS
    assert list(station.images()) == [place("without-study")]


def test_no_line_names_a_patient_or_a_file(station: Station) -> None:
    sent(station, an_image())
    sent(station, an_image(study="../1"))
    said = station.ended()
    assert "an image" in said
    assert not [each for each in (*CANARY.values(), STUDY, INSTANCE) if each in said]


@pytest.mark.parametrize("hostile", ["../../1", "/1", "..", "1.2/3", "1\n", "1" * 65, "1..2", "A1"])
def test_a_hostile_study_is_refused(refusing: Station, hostile: str) -> None:
    assert sent(refusing, an_image(study=hostile)) == CANNOT_UNDERSTAND
    assert [each for each in refusing.folder.parent.rglob("*") if each.is_file()] == []


@pytest.mark.filterwarnings("ignore:Invalid value for VR UI")
@pytest.mark.parametrize("hostile", ["../../1", "1/2", "1..2"])
def test_a_hostile_instance_is_refused(refusing: Station, hostile: str) -> None:
    assert sent(refusing, an_image(hostile), hostile) == CANNOT_UNDERSTAND
    assert [each for each in refusing.folder.parent.rglob("*") if each.is_file()] == []


def test_an_image_under_another_ones_name_is_refused(refusing: Station) -> None:
    assert sent(refusing, an_image("1.2.3")) == CANNOT_UNDERSTAND


@pytest.mark.parametrize(
    "noise", [b"\xff" * 1000, Random(0).randbytes(1000)], ids=["ones", "noise"]
)
def test_what_cannot_be_read_is_refused(refusing: Station, noise: bytes) -> None:
    assert sent(refusing, noise) == CANNOT_UNDERSTAND


def test_four_devices_send_at_once(station: Station) -> None:
    names = [[f"1.{device}.{number}" for number in range(1, 11)] for device in range(1, 5)]

    def send(mine: list[str]) -> list[int | None]:
        association = associated(station, (CT, EXPLICIT))
        answers = [store(association, an_image(each), each) for each in mine]
        association.release()
        return answers

    with ThreadPoolExecutor(4) as devices:
        assert list(devices.map(send, names)) == [[SUCCESS] * 10] * 4
    kept = {path: dataset_of(file) for path, file in station.images().items()}
    assert kept == {place(instance=each): an_image(each) for mine in names for each in mine}


# --- what goes wrong -------------------------------------------------------------------------


def test_a_full_disk_is_told_and_keeps_nothing_half(station: Station) -> None:
    pid, unlimited = station.process.pid, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (10_000, resource.RLIM_INFINITY))
    large = an_image(pixels=bytes(20_000))
    assert sent(station, large) == OUT_OF_RESOURCES
    assert [each for each in station.folder.rglob("*") if each.is_file()] == []
    resource.prlimit(pid, resource.RLIMIT_FSIZE, unlimited)
    assert sent(station, large) == SUCCESS


def test_what_a_killed_receiver_left_is_no_image_and_goes(start: Starter) -> None:
    unfinished = start.folder / os.fsdecode(RECEIVING)
    unfinished.mkdir()
    (unfinished / "half").write_bytes(PREAMBLE)
    assert scan(start.folder).files == []
    start.station()
    assert list(unfinished.iterdir()) == []


def test_a_killed_receiver_has_all_it_said_it_had_and_nothing_half(start: Starter) -> None:
    pixels = secrets.token_bytes(200_000)
    acknowledged: set[str] = set()
    for round_ in range(1, 4):
        station = start.station()
        association = associated(station, (CT, EXPLICIT))
        with ThreadPoolExecutor(1) as killer:
            killer.submit(_kill_after, station.process, 0.05 * round_)
            for number in range(1, 1_000):
                name = f"1.{round_}.{number}"
                if store(association, an_image(name, pixels=pixels), name) != SUCCESS:
                    break
                acknowledged.add(name)
        give_up(association)
        station.process.wait()
    kept = {path: dataset_of(file) for path, file in station.images().items()}
    names = {path.removeprefix(f"{STUDY}/").removesuffix(".dcm") for path in kept}
    assert all(kept[place(instance=each)] == an_image(each, pixels=pixels) for each in names)
    assert acknowledged <= names


def _kill_after(process: Process, seconds: float) -> None:
    time.sleep(seconds)
    process.kill()


# --- what comes of it ------------------------------------------------------------------------


def test_a_received_image_is_a_hint_to_the_watching_agent(station: Station) -> None:
    hints = Hints(Log(quiet=True))
    hints.watch(frozenset({station.folder}))
    sent(station, an_image())
    assert hints.changed.wait(5)
    hints.close()
