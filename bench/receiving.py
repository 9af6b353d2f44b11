"""
`hokan-agent receive` beside Debian's Orthanc: both take the same images from dcmtk's storescu.

Each round starts both anew on empty folders, in turn; start-up is not counted.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from pydicom.dataset import FileMetaDataset
from pydicom.uid import UID
from pynetdicom.dsutils import encode_file_meta

from bench.figures import Figure
from infra.build import ROOT
from infra.local.engine import free_port
from tests.support.dicom import PREAMBLE, element

ROUNDS, IMAGES, PIXEL_BYTES = 3, 500, 200_000
EXAMINATION_IMAGES = 20
DEVICE, TITLE = "ENDO1", "HOKAN"
ENDOSCOPIC, EXPLICIT = "1.2.840.10008.5.1.4.1.1.77.1.1", "1.2.840.10008.1.2.1"
START_SECONDS = 60
OURS, ORTHANC, ORTHANC_NO_DELAY = "hokan-agent", "Orthanc", "Orthanc without Nagle's delay"
Start = Callable[[Path, int], subprocess.Popen[bytes]]


@dataclass(frozen=True, slots=True)
class Round:
    seconds: float
    cpu_seconds: float


def figures() -> Iterator[Figure]:
    """Yield the median rounds of the receiver, and of Orthanc where there is one."""
    servers: dict[str, Start] = {OURS: _receive}
    if shutil.which("Orthanc"):
        servers |= {ORTHANC: _orthanc, ORTHANC_NO_DELAY: _orthanc_no_delay}
    else:
        print("bench: no Orthanc here to compare with (Debian's orthanc)", file=sys.stderr)
    with tempfile.TemporaryDirectory() as made:
        images = Path(made) / "images"
        size = _made(images)
        rounds = [
            {name: _round(start, images) for name, start in servers.items()} for _ in range(ROUNDS)
        ]
    ours = _median([each[OURS] for each in rounds])
    for name in servers:
        its = _median([each[name] for each in rounds])
        yield Figure(f"images a second, {name}", IMAGES / its.seconds, digits=1)
        yield Figure("  received", size / its.seconds / 10**6, unit="MB/s", digits=1)
        yield Figure("  CPU an image", its.cpu_seconds / IMAGES * 1000, unit="ms", digits=1)
        if name != OURS:
            yield Figure("  time, ours / its", ours.seconds / its.seconds)
            yield Figure("  CPU, ours / its", ours.cpu_seconds / its.cpu_seconds)


def _median(rounds: list[Round]) -> Round:
    return Round(
        median(each.seconds for each in rounds), median(each.cpu_seconds for each in rounds)
    )


def _made(folder: Path) -> int:
    """Write the images, the same in every run; return their bytes."""
    folder.mkdir()
    noise = random.Random(1)  # noqa: S311 - incompressible, not secret
    for number in range(IMAGES):
        (folder / f"{number:04}.dcm").write_bytes(_image(number, noise.randbytes(PIXEL_BYTES)))
    return sum(each.stat().st_size for each in folder.iterdir())


def _image(number: int, pixels: bytes) -> bytes:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID(ENDOSCOPIC)
    meta.MediaStorageSOPInstanceUID = UID(f"1.2.3.{number + 1}")
    meta.TransferSyntaxUID = UID(EXPLICIT)
    meta.ImplementationClassUID = UID("1.2.3")
    study = number // EXAMINATION_IMAGES + 1
    dataset = [
        element(0x00080016, b"UI", ENDOSCOPIC.encode()),
        element(0x00080018, b"UI", f"1.2.3.{number + 1}".encode()),
        element(0x00100020, b"LO", f"P-{study}".encode()),
        element(0x0020000D, b"UI", f"1.2.4.{study}".encode()),
        element(0x0020000E, b"UI", f"1.2.5.{study}".encode()),
        element(0x7FE00010, b"OB", pixels),
    ]
    return PREAMBLE + encode_file_meta(meta) + b"".join(dataset)


def _round(start: Start, images: Path) -> Round:
    """Have a fresh server take all images; raises CalledProcessError when it takes less."""
    with tempfile.TemporaryDirectory() as folder, _running(start, Path(folder)) as (process, port):
        command = ["storescu", "-aet", DEVICE, "-aec", TITLE, "127.0.0.1", str(port)]
        cpu, began = _cpu_seconds(process.pid), time.monotonic()
        subprocess.run([*command, "+sd", str(images)], check=True)
        return Round(time.monotonic() - began, _cpu_seconds(process.pid) - cpu)


@contextmanager
def _running(start: Start, folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    port = free_port()
    process = start(folder, port)
    try:
        _wait_for(port)
        yield process, port
    finally:
        process.terminate()
        process.wait()


def _receive(folder: Path, port: int) -> subprocess.Popen[bytes]:
    (inbox := folder / "inbox").mkdir()
    command = [sys.executable, "-m", "hokan_agent", "--state", str(folder / "home"), "receive"]
    return subprocess.Popen(
        [*command, str(inbox), "--peer", DEVICE, "--port", str(port)],
        env=os.environ | {"PYTHONPATH": str(ROOT / "agent")},
        stderr=subprocess.DEVNULL,
    )


def _orthanc(
    folder: Path, port: int, environment: Mapping[str, str] = os.environ
) -> subprocess.Popen[bytes]:
    """Start Orthanc as it comes, for this machine and one device alone."""
    told = {
        "StorageDirectory": str(folder),
        "IndexDirectory": str(folder),
        "HttpServerEnabled": False,
        "DicomPort": port,
        "DicomAet": TITLE,
        "DicomAlwaysAllowStore": False,
        "DicomAlwaysAllowEcho": False,
        "DicomCheckModalityHost": True,
        "DicomModalities": {"device": [DEVICE, "127.0.0.1", 1]},
        "Plugins": [],
    }
    (configuration := folder / "orthanc.json").write_text(json.dumps(told))
    command = [shutil.which("Orthanc") or "", str(configuration)]
    return subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)


def _orthanc_no_delay(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """Start Orthanc so that its answers do not wait for the device's acknowledgement (dcmtk)."""
    return _orthanc(folder, port, os.environ | {"TCP_NODELAY": "1"})


def _wait_for(port: int) -> None:
    """Wait until somebody listens; raises TimeoutError."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("it does not listen")


def _cpu_seconds(pid: int) -> float:
    """Return what a process has used of the processor, its threads included (proc(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
