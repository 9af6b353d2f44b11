"""What a command took: the time of the clock, CPU of its process alone, memory at its peak."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

CHILD = Path(__file__).with_name("child.py")


@dataclass(frozen=True, slots=True)
class Taken:
    """
    Attributes:
        wall, cpu: Seconds.
        on_disk: Seconds until what it wrote was on the disk, and not in the kernel's memory.
        peak: Resident memory in MB (10^6 bytes).
    """

    wall: float
    on_disk: float
    cpu: float
    peak: float


def taken(command: Sequence[str], variables: Mapping[str, str]) -> Taken:
    """Run *command*, *variables* added to the environment; raises RuntimeError when it fails."""
    os.sync()  # what was written before is not this one's work
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch, "report")
        ran = subprocess.run(
            [sys.executable, "-I", "-S", str(CHILD), str(report), *command],
            env=os.environ | dict(variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if ran.returncode:
            raise RuntimeError(f"{command[0]} ended with {ran.returncode}: {ran.stdout[-2_000:]}")
        began = time.perf_counter()
        os.sync()
        synced = time.perf_counter() - began
        wall, cpu, peak_kib = (float(each) for each in report.read_text().split())
    return Taken(wall, wall + synced, cpu, peak_kib * 1024 / 10**6)
