"""
`hokan-agent receive` beside Debian's Orthanc: both take the same images from dcmtk's storescu.

Each round starts both anew on empty folders, in turn; start-up is not counted.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.dicom_files import endoscopic
from bench.figures import Figure
from bench.servers import Start, cpu_seconds, orthanc, running
from infra.build import ROOT

ROUNDS, IMAGES, PIXEL_BYTES = 3, 500, 200_000
EXAMINATION_IMAGES = 20
DEVICE, TITLE = "ENDO1", "HOKAN"
OURS, ORTHANC, ORTHANC_NO_DELAY = "hokan-agent", "Orthanc", "Orthanc without Nagle's delay"


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
        pixels = (0x7FE00010, b"OB", noise.randbytes(PIXEL_BYTES))
        image = endoscopic(number + 1, number // EXAMINATION_IMAGES + 1, [pixels])
        (folder / f"{number:04}.dcm").write_bytes(image)
    return sum(each.stat().st_size for each in folder.iterdir())


def _round(start: Start, images: Path) -> Round:
    """Have a fresh server take all images; raises CalledProcessError when it takes less."""
    with tempfile.TemporaryDirectory() as folder, running(start, Path(folder)) as (process, port):
        command = ["storescu", "-aet", DEVICE, "-aec", TITLE, "127.0.0.1", str(port)]
        cpu, began = cpu_seconds(process.pid), time.monotonic()
        subprocess.run([*command, "+sd", str(images)], check=True)
        return Round(time.monotonic() - began, cpu_seconds(process.pid) - cpu)


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
    settings = {
        "HttpServerEnabled": False,
        "DicomPort": port,
        "DicomAet": TITLE,
        "DicomAlwaysAllowStore": False,
        "DicomAlwaysAllowEcho": False,
        "DicomCheckModalityHost": True,
        "DicomModalities": {"device": [DEVICE, "127.0.0.1", 1]},
        "Plugins": [],
    }
    return orthanc(folder, settings, environment)


def _orthanc_no_delay(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """Start Orthanc so that its answers do not wait for the device's acknowledgement (dcmtk)."""
    return _orthanc(folder, port, os.environ | {"TCP_NODELAY": "1"})
