"""`hokan-agent receive` as devices meet it: a process, a socket, and a real folder."""

from __future__ import annotations

import os
import re
import resource
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pydicom import dcmread
from pydicom.uid import UID
from pynetdicom import AE
from pynetdicom.dimse_primitives import C_STORE

from hokan_agent.daemon.hints import Hints
from hokan_agent.log import Log
from hokan_agent.sources.scan import RECEIVING, scan
from infra.build import ROOT
from tests.support.canary import CANARY
from tests.support.dicom import PREAMBLE, element, shipped_files

PEER, TITLE = "ENDO1", "HOKAN"
STUDY, INSTANCE = "1.2.826.0.1.3680043.10.1", "1.2.826.0.1.3680043.10.2"
VERIFICATION = "1.2.840.10008.1.1"
CT = "1.2.840.10008.5.1.4.1.1.2"
DIRECTORY = "1.2.840.10008.1.3.10"  # a DICOMDIR is no image, and no device sends one
EXPLICIT = "1.2.840.10008.1.2.1"
SUCCESS, OUT_OF_RESOURCES, CANNOT_UNDERSTAND = 0x0000, 0xA700, 0xC000
SECONDS = 120


@dataclass
class Station:
    """The agent receiving, as a process of its own."""

    folder: Path
    process: subprocess.Popen[str]
    port: int

    def images(self) -> dict[str, bytes]:
        """Return what a backup finds."""
        return {
            each.path: (self.folder / each.path).read_bytes() for each in scan(self.folder).files
        }

    def ended(self) -> str:
        """End it as systemd does; return what it said."""
        self.process.send_signal(signal.SIGTERM)
        _, said = self.process.communicate(timeout=SECONDS)
        return said


@dataclass
class Starter:
    folder: Path
    home: Path
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def process(self, *options: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "hokan_agent", "--state", str(self.home), "receive"]
        process = subprocess.Popen(
            [*command, str(self.folder), "--port", "0", *options],
            env=os.environ | {"PYTHONPATH": str(ROOT / "agent")},
            stderr=subprocess.PIPE,
            text=True,
        )
        self.started.append(process)
        return process

    def station(self, *options: str) -> Station:
        process = self.process("--peer", PEER, *options)
        assert process.stderr is not None
        for line in process.stderr:
            if found := re.search(r"receiving as .* port ([0-9]+)", line):
                return Station(self.folder, process, int(found[1]))
        raise AssertionError("it does not receive")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Starter]:
    (tmp_path / "folder").mkdir()
    starter = Starter(tmp_path / "folder", tmp_path / "home")
    yield starter
    for each in starter.started:
        each.kill()
        each.communicate()


@pytest.fixture
def station(start: Starter) -> Station:
    return start.station()


def associated(
    station: Station, *contexts: tuple[str, str], peer: str = PEER, called: str = TITLE
) -> Any:
    device = AE(ae_title=peer)
    for each in contexts:
        device.add_requested_context(*each)
    return device.associate("127.0.0.1", station.port, ae_title=called)


def an_image(instance: str = INSTANCE, study: str = STUDY, pixels: bytes = b"\0" * 100) -> bytes:
    """Return an encoded dataset of the canary."""
    return b"".join(
        [
            element(0x00080018, b"UI", instance.encode()),
            element(0x00100010, b"PN", CANARY["name"].encode()),
            element(0x00100020, b"LO", CANARY["id"].encode()),
            element(0x0020000D, b"UI", study.encode()),
            element(0x7FE00010, b"OB", pixels),
        ]
    )


def store(
    association: Any,
    dataset: bytes,
    instance: str = INSTANCE,
    *,
    kind: str = CT,
    syntax: str = EXPLICIT,
) -> int | None:
    """Send bytes as they are, which no toolkit's public call does; return the status."""
    request = C_STORE()
    request.MessageID = 1
    request.AffectedSOPClassUID = UID(kind)
    request._affected_sop_instance_uid = UID(instance)  # hostile ones too
    request.Priority = 2
    request.DataSet = BytesIO(dataset)
    context = next(
        each
        for each in association.accepted_contexts
        if (each.abstract_syntax, each.transfer_syntax[0]) == (kind, syntax)
    )
    association._reactor_checkpoint.clear()  # the answer is ours, not its thread's
    while not association._is_paused and association.is_alive():
        time.sleep(0.001)
    association.dimse.send_msg(request, context.context_id)
    _, answer = association.dimse.get_msg(block=True)
    association._reactor_checkpoint.set()
    return None if answer is None else int(answer.Status)


def sent(station: Station, dataset: bytes, instance: str = INSTANCE) -> int | None:
    """Send one image as a device does; return the status."""
    association = associated(station, (CT, EXPLICIT))
    try:
        return store(association, dataset, instance)
    finally:
        association.release()


def dataset_of(file: bytes) -> bytes:
    """Return a file without its preamble and file meta information (PS3.10, 7.1)."""
    if file[128:136] != b"DICM\2\0\0\0":
        raise ValueError("the file does not say how long its meta information is")
    return file[144 + int.from_bytes(file[140:144], "little") :]


def kept_by_name(station: Station) -> dict[str, bytes]:
    """Return every dataset that is kept, by its SOP instance."""
    return {Path(path).stem: dataset_of(file) for path, file in station.images().items()}


def place(study: str = STUDY, instance: str = INSTANCE) -> str:
    return f"{study}/{instance}.dcm"


# --- who may ---------------------------------------------------------------------------------


def test_a_device_can_ask_whether_it_is_there(station: Station) -> None:
    association = associated(station, (VERIFICATION, EXPLICIT))
    assert association.send_c_echo().Status == SUCCESS
    association.release()


@pytest.mark.parametrize(("peer", "called"), [("STRANGER", TITLE), (PEER, "ANOTHER")])
def test_a_pair_of_titles_nobody_named_is_turned_away(
    station: Station, peer: str, called: str
) -> None:
    assert associated(station, (CT, EXPLICIT), peer=peer, called=called).is_rejected


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
def test_a_hostile_study_is_refused(station: Station, hostile: str) -> None:
    assert sent(station, an_image(study=hostile)) == CANNOT_UNDERSTAND
    assert [each for each in station.folder.parent.rglob("*") if each.is_file()] == []


@pytest.mark.filterwarnings("ignore:Invalid value for VR UI")
@pytest.mark.parametrize("hostile", ["../../1", "1/2", "1..2"])
def test_a_hostile_instance_is_refused(station: Station, hostile: str) -> None:
    assert sent(station, an_image(hostile), hostile) == CANNOT_UNDERSTAND
    assert [each for each in station.folder.parent.rglob("*") if each.is_file()] == []


def test_an_image_under_another_ones_name_is_refused(station: Station) -> None:
    assert sent(station, an_image("1.2.3")) == CANNOT_UNDERSTAND


@pytest.mark.parametrize(
    "noise", [b"\xff" * 1000, Random(0).randbytes(1000)], ids=["ones", "noise"]
)
def test_what_cannot_be_read_is_refused(station: Station, noise: bytes) -> None:
    assert sent(station, noise) == CANNOT_UNDERSTAND


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
        association.abort()
        association.join(SECONDS)
        if (left := association.dul.socket.socket) is not None:
            left.close()  # pynetdicom forgets one whose peer died
        station.process.wait()
    kept = {path: dataset_of(file) for path, file in station.images().items()}
    names = {path.removeprefix(f"{STUDY}/").removesuffix(".dcm") for path in kept}
    assert all(kept[place(instance=each)] == an_image(each, pixels=pixels) for each in names)
    assert acknowledged <= names


def _kill_after(process: subprocess.Popen[str], seconds: float) -> None:
    time.sleep(seconds)
    process.kill()


# --- what comes of it ------------------------------------------------------------------------


def test_a_received_image_is_a_hint_to_the_watching_agent(station: Station) -> None:
    hints = Hints(Log(quiet=True))
    hints.watch(frozenset({station.folder}))
    sent(station, an_image())
    assert hints.changed.wait(5)
    hints.close()


# --- real files and real devices -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Real:
    path: Path
    kind: str
    instance: str
    syntax: str
    dataset: bytes


def real_files() -> list[Real]:
    """Return every shipped file that is a whole instance, one for each name."""
    found: dict[str, Real] = {}
    for path in shipped_files():
        file = path.read_bytes()
        if file[128:132] != b"DICM":
            continue
        try:
            header = dcmread(path, stop_before_pixels=True, specific_tags=["SOPInstanceUID"])
            meta = header.file_meta
            each = Real(
                path,
                meta.MediaStorageSOPClassUID,
                header.SOPInstanceUID,
                meta.TransferSyntaxUID,
                dataset_of(file),
            )
        except Exception:  # noqa: BLE001 - broken on purpose
            continue
        if each.kind != DIRECTORY:
            found.setdefault(each.instance, each)
    return list(found.values())


def test_real_files_are_kept_byte_for_byte(station: Station) -> None:
    files = real_files()
    answers = []
    for start in range(0, len(files), 100):
        some = files[start : start + 100]
        association = associated(station, *{(each.kind, each.syntax) for each in some})
        answers += [
            store(association, each.dataset, each.instance, kind=each.kind, syntax=each.syntax)
            for each in some
        ]
        association.release()
    assert (set(answers), len({each.syntax for each in files}) > 5) == ({SUCCESS}, True)
    assert kept_by_name(station) == {each.instance: each.dataset for each in files}


PROPOSED = {  # transfer syntaxes, by storescu's option
    "-xi": "1.2.840.10008.1.2",
    "-xe": EXPLICIT,
    "-xb": "1.2.840.10008.1.2.2",
    "-xd": "1.2.840.10008.1.2.1.99",
    "-xy": "1.2.840.10008.1.2.4.50",
    "-xx": "1.2.840.10008.1.2.4.51",
    "-xs": "1.2.840.10008.1.2.4.70",
    "-xt": "1.2.840.10008.1.2.4.80",
    "-xu": "1.2.840.10008.1.2.4.81",
    "-xv": "1.2.840.10008.1.2.4.90",
    "-xw": "1.2.840.10008.1.2.4.91",
    "-xr": "1.2.840.10008.1.2.5",
}
UNREADABLE = {"explicit_VR-UN.dcm", "SC_rgb_jpeg.dcm"}  # storescu says so and sends neither
needs_dcmtk = pytest.mark.skipif(shutil.which("storescu") is None, reason="needs Debian's dcmtk")


def dcmtk(station: Station, command: str, *more: str) -> int:
    titles = ["-aet", PEER, "-aec", TITLE, "127.0.0.1", str(station.port)]
    options = [each for each in more if each.startswith("-")]
    files = [each for each in more if not each.startswith("-")]
    ran = subprocess.run([command, *options, *titles, *files], check=False, timeout=SECONDS)
    return ran.returncode


@needs_dcmtk
def test_echoscu_gets_an_answer(station: Station) -> None:
    assert dcmtk(station, "echoscu") == 0


@needs_dcmtk
@pytest.mark.parametrize("option", PROPOSED)
def test_storescu_sends_real_files(station: Station, option: str) -> None:
    files = [each for each in real_files() if each.syntax == PROPOSED[option]]
    if not files:
        pytest.skip("pydicom ships no file of this syntax")
    dcmtk(station, "storescu", "-R", "-nh", option, *[str(each.path) for each in files])
    kept = kept_by_name(station)
    assert {each.path.name for each in files if each.instance not in kept} <= UNREADABLE
