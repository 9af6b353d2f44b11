"""Debian's Orthanc as the device: it sends, asks for storage commitment, and hears the answer."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest

from infra.local.engine import free_port
from tests.support.committing import Service, a_service, stored, watching
from tests.support.devices import SECONDS, Starter, Station
from tests.support.dicom import shipped_files

pytestmark = [
    pytest.mark.deep,
    pytest.mark.skipif(shutil.which("Orthanc") is None, reason="needs Debian's orthanc"),
]
TITLE = "ORTHANC"
IMAGES = ("CT_small.dcm", "MR_small.dcm", "examples_rgb_color.dcm")
CT, NEVER_SENT, MISSING = "1.2.840.10008.5.1.4.1.1.2", "1.2.3", 0x0112


@dataclass(frozen=True, slots=True)
class Orthanc:
    """A running Orthanc, by its HTTP interface."""

    http_port: int

    def call(self, path: str, body: bytes | None = None) -> Any:
        url = f"http://127.0.0.1:{self.http_port}{path}"
        with urlopen(Request(url, data=body), timeout=SECONDS) as answer:
            return json.load(answer)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        return self.call(path, json.dumps(body).encode())

    def decided(self, transaction: str) -> Any:
        """Return what it was told of a transaction, once it was."""
        return until(lambda: _unless_pending(self.call(f"/storage-commitment/{transaction}")))


def _unless_pending(told: Any) -> Any:
    return None if told["Status"] == "Pending" else told


def until(told: Callable[[], Any]) -> Any:
    end = time.monotonic() + SECONDS
    while (found := told()) is None:
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.2)
    return found


@contextmanager
def running(folder: Path, dicom_port: int, http_port: int, station: Station) -> Iterator[Orthanc]:
    """Run Orthanc for this machine alone; it knows the receiver."""
    receiver = {
        "AET": "HOKAN",
        "Host": "127.0.0.1",
        "Port": station.port,
        "AllowStorageCommitment": True,
    }
    told = {
        "StorageDirectory": str(folder),
        "IndexDirectory": str(folder),
        "HttpPort": http_port,
        "RemoteAccessAllowed": False,
        "DicomPort": dicom_port,
        "DicomAet": TITLE,
        "DicomAlwaysAllowStore": False,
        "DicomCheckModalityHost": True,
        "DicomModalities": {"hokan": receiver},
        "Plugins": [],
    }
    (configuration := folder / "orthanc.json").write_text(json.dumps(told))
    command = [shutil.which("Orthanc") or "", str(configuration)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        orthanc = Orthanc(http_port)
        until(lambda: _system(orthanc))
        yield orthanc
    finally:
        process.terminate()
        process.wait()


def _system(orthanc: Orthanc) -> Any:
    try:
        return orthanc.call("/system")
    except URLError:
        return None


@pytest.fixture
def service() -> Iterator[Service]:
    with a_service() as service:
        yield service


def test_it_hears_what_became_of_its_images(
    start: Starter, service: Service, tmp_path: Path
) -> None:
    home, dicom_port = watching(start, service), free_port()
    station = start.station(peer=f"{TITLE}=127.0.0.1:{dicom_port}")
    (place := tmp_path / "orthanc").mkdir()
    files = [each for each in shipped_files() if each.name in IMAGES]
    with running(place, dicom_port, free_port(), station) as orthanc:
        sent = [orthanc.call("/instances", each.read_bytes())["ID"] for each in files]
        order = {"Resources": sent, "StorageCommitment": True, "Synchronous": True}
        transaction = orthanc.post("/modalities/hokan/store", order)[
            "StorageCommitmentTransactionUID"
        ]
        time.sleep(2)
        assert orthanc.call(f"/storage-commitment/{transaction}")["Status"] == "Pending"
        stored(home, station, service)
        told = orthanc.decided(transaction)
        assert (told["Status"], len(told["Success"])) == ("Success", len(IMAGES))
        never = {"SOPClassUID": CT, "SOPInstanceUID": NEVER_SENT}
        asked = {"DicomInstances": [never]}
        transaction = orthanc.post("/modalities/hokan/storage-commitment", asked)["ID"]
        told = orthanc.decided(transaction)
        assert (told["Status"], told["Failures"][0]["FailureReason"]) == ("Failure", MISSING)
