"""Real files, and Debian's dcmtk as the device that sends them."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from warnings import catch_warnings

import pytest
from pydicom import dcmread

from tests.support.devices import (
    EXPLICIT,
    PEER,
    SECONDS,
    SUCCESS,
    TITLE,
    Station,
    associated,
    dataset_of,
    kept_by_name,
    starting,
    store,
)
from tests.support.dicom import shipped_files

DIRECTORY = "1.2.840.10008.1.3.10"  # a DICOMDIR is no image, and no device sends one


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


@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.deep)])
def test_real_files_are_kept_byte_for_byte(station: Station, every: int) -> None:
    files = real_files()[::every]
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


# --- dcmtk -----------------------------------------------------------------------------------

PROPOSED = {  # storescu's options, by the transfer syntax a file is in
    "1.2.840.10008.1.2": "-xi",
    EXPLICIT: "-xe",
    "1.2.840.10008.1.2.2": "-xb",
    "1.2.840.10008.1.2.1.99": "-xd",
    "1.2.840.10008.1.2.4.50": "-xy",
    "1.2.840.10008.1.2.4.51": "-xx",
    "1.2.840.10008.1.2.4.70": "-xs",
    "1.2.840.10008.1.2.4.80": "-xt",
    "1.2.840.10008.1.2.4.81": "-xu",
    "1.2.840.10008.1.2.4.90": "-xv",
    "1.2.840.10008.1.2.4.91": "-xw",
    "1.2.840.10008.1.2.5": "-xr",
}
DEVICE = ["-aet", PEER, "-aec", TITLE, "127.0.0.1"]
IGNORED = re.compile(r"W: (.*) in file: (.*), ignoring file")
SENT = re.compile(r"I: Sending file: (.*)")
OUTCOME = re.compile(r"E: (No presentation context.*)|I: Received Store Response \((.*)\)")
SENT_AND_KEPT, REFUSED = "Success", "Error: CannotUnderstand"
one_tour = pytest.mark.xdist_group("dcmtk")
needs_dcmtk = pytest.mark.skipif(shutil.which("storescu") is None, reason="needs Debian's dcmtk")


@dataclass(frozen=True, slots=True)
class Tour:
    """
    Every shipped file that has a SOP class, sent by storescu.

    Attributes:
        outcomes: What became of each, in storescu's words.
        kept: Every dataset that was kept.
        said: What our receiver said.
    """

    outcomes: dict[Path, str]
    kept: set[bytes]
    said: str = ""


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> Tour:
    with starting(tmp_path_factory.mktemp("tour")) as starter:
        station = starter.station()
        outcomes = toured(station.port)
        kept = {dataset_of(each) for each in station.images().values()}
        return Tour(outcomes, kept, station.ended())


@pytest.fixture
def dcmtks_tour(tmp_path: Path) -> Tour:
    """The same tour, to dcmtk's own receiver."""
    with storescp(tmp_path) as port:
        outcomes = toured(port)
    return Tour(outcomes, {dataset_of(each.read_bytes()) for each in tmp_path.iterdir()})


def toured(port: int) -> dict[Path, str]:
    outcomes: dict[Path, str] = {}
    for option, files in files_by_option().items():
        outcomes |= storescu(port, option, files)
    return outcomes


@cache
def files_by_option() -> dict[str, list[Path]]:
    """Return every shipped file with a SOP class, by the option that proposes its syntax."""
    groups: dict[str, list[Path]] = {}
    for path in shipped_files():
        with suppress(Exception), catch_warnings(action="ignore"):  # some are broken on purpose
            header = dcmread(path, stop_before_pixels=True, force=True)
            if header.get("SOPClassUID") and header.get("SOPInstanceUID"):
                syntax = header.file_meta.get("TransferSyntaxUID", EXPLICIT)
                groups.setdefault(PROPOSED[syntax], []).append(path)
    return groups


def storescu(port: int, option: str, files: list[Path]) -> dict[Path, str]:
    """Send files; return what became of each, in storescu's words."""
    command = ["storescu", "-v", "-R", "-nh", option, *DEVICE, str(port), *map(str, files)]
    ran = subprocess.run(command, capture_output=True, check=False, timeout=SECONDS)
    told: dict[Path, str] = {}
    sending = Path()
    for line in (ran.stdout + ran.stderr).decode(errors="replace").splitlines():
        if ignored := IGNORED.fullmatch(line):
            told[Path(ignored[2])] = ignored[1]
        elif sent := SENT.fullmatch(line):
            sending = Path(sent[1])
        elif outcome := OUTCOME.fullmatch(line):
            told[sending] = outcome[1] or outcome[2]
    return told


@contextmanager
def storescp(folder: Path) -> Iterator[int]:
    """Have dcmtk's own receiver keep what comes, bit by bit, under names of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = ["storescp", "-aet", TITLE, "+B", "+xa", "+uf", "-od", str(folder), str(port)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    while subprocess.run(
        ["echoscu", *DEVICE, str(port)], check=False, capture_output=True
    ).returncode:
        assert process.poll() is None
    yield port
    process.terminate()
    process.wait()


@needs_dcmtk
def test_echoscu_gets_an_answer(station: Station) -> None:
    ran = subprocess.run(["echoscu", *DEVICE, str(station.port)], check=False, timeout=SECONDS)
    assert ran.returncode == 0


@needs_dcmtk
@pytest.mark.journey
@one_tour
def test_storescu_sends_every_real_file_it_can_read(tour: Tour, record_property: Any) -> None:
    files = [each for some in files_by_option().values() for each in some]
    sent = [each for each, outcome in tour.outcomes.items() if outcome == SENT_AND_KEPT]
    same = [each for each in sent if bare(each) in tour.kept]
    told = f"storescu: {len(files)} real files, {len(sent)} kept, {len(same)} of them byte for byte"
    record_property("told", told + " as in the file, the others as dcmtk writes them anew")
    for each, outcome in tour.outcomes.items():
        if outcome != SENT_AND_KEPT:
            record_property("told", f"storescu: not {each.name}: {outcome}")
    assert set(tour.outcomes) == set(files)
    assert len(same) > 100


@needs_dcmtk
@pytest.mark.journey
@one_tour
def test_what_is_refused_is_named_with_its_reason(tour: Tour) -> None:
    """Its identifiers are hexadecimal: no UIDs."""
    refused = {each.name for each, outcome in tour.outcomes.items() if outcome == REFUSED}
    assert refused == {"bad_sequence.dcm"}
    assert tour.said.count("an image is refused: an identifier is no UID") == 1


@needs_dcmtk
@pytest.mark.deep
def test_what_storescu_sends_is_kept_as_dcmtks_own_receiver_keeps_it(
    tour: Tour, dcmtks_tour: Tour
) -> None:
    refused = {"bad_sequence.dcm"}
    assert len(dcmtks_tour.kept - tour.kept) == len(refused)
    arrived = {each.name for each, why in dcmtks_tour.outcomes.items() if why == SENT_AND_KEPT}
    assert arrived - refused <= {
        each.name for each, why in tour.outcomes.items() if why == SENT_AND_KEPT
    }


def bare(path: Path) -> bytes:
    """Return the dataset of a file that may lack all the rest."""
    file = path.read_bytes()
    return dataset_of(file) if file[128:136] == b"DICM\2\0\0\0" else file
