"""
The local AWS: a MiniStack process, started, watched and ended by its process id.

AUTH=true lets it check signatures and IAM policies as AWS does.  It writes its state on SIGTERM
only: a SIGKILL keeps S3 and loses the rest, so nothing here ever sends one.
"""

from __future__ import annotations

import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from infra.template import REGION

READY_SECONDS = 30
STOP_SECONDS = 30


class EngineError(RuntimeError):
    """The local AWS does not run; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """An access key and its secret."""

    access_key: str
    secret_key: str


class Engine:
    """
    One MiniStack.

    Args:
        home: Its state, objects and log.
        port: Where it answers, on 127.0.0.1 only.
        root: The account's root key.
    """

    def __init__(self, home: Path, port: int, root: Credentials) -> None:
        self.home = home
        self.port = port
        self.root = root
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.home / "engine.log"

    @property
    def _unpacked(self) -> Path:
        """Where each function unpacks itself: 120 MB for every worker, of no use afterwards."""
        return self.home / "tmp"

    def start(self) -> None:
        """Start, and return when it answers; raises EngineError."""
        if importlib.util.find_spec("ministack") is None:
            raise EngineError("MiniStack is not installed: run `make setup`")
        _refuse_taken(self.port)
        shutil.rmtree(self._unpacked, ignore_errors=True)
        self._unpacked.mkdir(parents=True)
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "ministack"],
                env=os.environ | self._environment(),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is ours: it ends by SIGTERM, and saves
            )
        self._await_answer()

    def stop(self) -> None:
        """Let it save and end."""
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            raise EngineError(
                f"the local AWS (process {process.pid}) still saves its state; "
                "give it time, a kill would lose the tables"
            ) from None
        shutil.rmtree(self._unpacked, ignore_errors=True)

    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def answers(self) -> bool:
        """Whether an engine answers at this port."""
        try:
            with urllib.request.urlopen(f"{self.endpoint}/_ministack/health", timeout=2) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def session(self, credentials: Credentials | None = None) -> boto3.Session:
        """Return a session whose clients speak to this engine."""
        return LocalSession(self.endpoint, credentials or self.root)

    def _environment(self) -> dict[str, str]:
        return {
            "AUTH": "true",
            "AWS_ACCESS_KEY_ID": self.root.access_key,
            "AWS_SECRET_ACCESS_KEY": self.root.secret_key,
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
            "IOT_MTLS_ENABLED": "0",  # its MQTT broker would listen on every address
            "LOG_LEVEL": "WARNING",
            "MINISTACK_REGION": REGION,
            "PERSIST_STATE": "1",
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(self.home / "s3"),
            "STATE_DIR": str(self.home / "state"),
            "TMPDIR": str(self._unpacked),
        }

    def _await_answer(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if not self.is_alive():
                raise EngineError(f"the local AWS ended at once; its log: {self.log}")
            if self.answers():
                return
            time.sleep(0.1)
        self.stop()
        raise EngineError(f"the local AWS did not answer in {READY_SECONDS} s; log: {self.log}")


class LocalSession(boto3.Session):  # type: ignore[misc]
    """A boto3 session whose every client speaks to one endpoint."""

    def __init__(self, endpoint: str, credentials: Credentials) -> None:
        super().__init__(credentials.access_key, credentials.secret_key, region_name=REGION)
        self._endpoint = endpoint

    def client(self, *args: Any, **kwargs: Any) -> Any:
        return super().client(*args, **({"endpoint_url": self._endpoint} | kwargs))


def new_credentials() -> Credentials:
    """Return a key nobody else has."""
    return Credentials(f"AKIA{secrets.token_hex(8).upper()}", secrets.token_urlsafe(30))


def free_port() -> int:
    """Return a port nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise EngineError(
                f"port {port} is taken: end what listens there, or choose another with PORT=..."
            ) from None
