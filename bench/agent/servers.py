"""rclone's S3, in memory: an empty one for each tool and round."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.local.engine import free_port

RCLONE = Path(sys.executable).with_name("rclone")
READY_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Storage:
    """An S3 endpoint and the key to it."""

    endpoint: str
    access_key: str
    secret_key: str


@contextmanager
def rclone() -> Iterator[Storage]:
    """Serve S3 from memory, signatures checked."""
    port = free_port()
    storage = Storage(f"http://127.0.0.1:{port}", "bench", secrets.token_hex(20))
    key = f'"{storage.access_key},{storage.secret_key}"'  # rclone reads it as CSV
    command = [str(RCLONE), "serve", "s3", ":memory:", "--addr", f"127.0.0.1:{port}"]
    quiet = {"RCLONE_CONFIG": os.devnull, "RCLONE_AUTH_KEY": key, "RCLONE_LOG_LEVEL": "ERROR"}
    with subprocess.Popen(command, env=os.environ | quiet, stderr=subprocess.DEVNULL) as server:
        try:
            await_answer(storage.endpoint)
            yield storage
        finally:
            server.terminate()


def await_answer(url: str) -> None:
    """Return when something answers at *url*, whatever it says; raises RuntimeError."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url, timeout=2).close()  # noqa: S310
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"nothing answers at {url}")
