"""Servers that stand beside ours in a benchmark: started anew, waited for, their CPU read."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from infra.local.engine import free_port

START_SECONDS = 60
Start = Callable[[Path, int], subprocess.Popen[bytes]]


@contextmanager
def running(start: Start, folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Yield a server that listens, and its port; raises TimeoutError."""
    port = free_port()
    process = start(folder, port)
    try:
        _wait_for(port)
        yield process, port
    finally:
        process.terminate()
        process.wait()


def orthanc(
    folder: Path, settings: Mapping[str, Any], environment: Mapping[str, str] = os.environ
) -> subprocess.Popen[bytes]:
    """Start Debian's Orthanc on an empty *folder*."""
    told = {"StorageDirectory": str(folder), "IndexDirectory": str(folder), **settings}
    (configuration := folder / "orthanc.json").write_text(json.dumps(told))
    command = [shutil.which("Orthanc") or "", str(configuration)]
    return subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)


def _wait_for(port: int) -> None:
    """Wait until somebody listens; raises TimeoutError."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("it does not listen")


def cpu_seconds(pid: int) -> float:
    """Return what a process has used of the processor, its threads included (proc(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
