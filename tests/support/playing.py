"""
What the agent talks to, played on loopback as docs/api.md has it: the service, and storage.

It keeps no rules: whatever is declared is asked for, and whatever is sent is stored.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.serving import serving

BLOCK_BYTES = 2**14
PLAN = {
    "timing": {"kind": "at_once"},
    "batch_scope": "target",
    "patients": {"mode": "all", "patient_ids": []},
    "capacity_bytes": 10**12,
    "available_bytes": 10**12,
}
TARGET: dict[str, Any] = {
    "target_id": "t-1",
    "name": "Endoscopy",
    "kind": "mass_storage",
    "plan": PLAN,
}


class Playing(ThreadingHTTPServer):
    """
    Attributes:
        polls: How often it was asked what is due.
        jobs: What it answers then; a job that is finished goes.
        answers: Those to inquiries that no terminal gave notice of.
        asked: The paths of all requests to the service.
        sent_at: When the first byte of each content came, by SHA-256.
        stored: The contents that came whole.
        received: Bytes of contents, also of those that broke off.
        on_block: Called with each block of a content.
    """

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.lock = threading.Lock()
        self.polls = 0
        self.jobs: list[dict[str, Any]] = []
        self.targets: list[dict[str, Any]] = [TARGET]
        self.answers: list[dict[str, str]] = []
        self.asked: list[str] = []
        self.sent_at: dict[str, float] = {}
        self.stored: dict[str, bytes] = {}
        self.sizes: dict[str, int] = {}
        self.received = 0
        self.on_block: Callable[[], Any] = lambda: None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def answer(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Return what the service answers."""
        with self.lock:
            self.asked.append(f"{method} {path}")
        match path.strip("/").split("/"):
            case ["agent", "poll"]:
                return self._orders()
            case ["agent"]:
                return {"agent_id": "agent-1", "facility_id": "facility-1", **self._orders()}
            case ["agent", "answers"]:
                return {"items": self.answers, "cursor": None}
            case ["agent", "answers", inquiry_id, "shown"]:
                self.answers = [each for each in self.answers if each["inquiry_id"] != inquiry_id]
            case ["agent", "jobs", job_id, "finish"]:
                self.jobs = [each for each in self.jobs if each["job_id"] != job_id]
            case ["targets", _, "batches", *more]:
                return self._of_batch(more, body)
        return {"state": "running"}

    def _of_batch(self, path: list[str], body: dict[str, Any]) -> dict[str, Any]:
        match path:
            case []:
                made = len(self.asked)
                return {"batch_id": f"b-{made}", "batch_entries": 10**6, "chunk_entries": 100}
            case [_, "chunks", _]:
                self.sizes |= {each["sha256"]: each["size"] for each in body["entries"]}
                return {"answers": [self._upload(each["sha256"]) for each in body["entries"]]}
            case [_, "urls"]:
                return {"answers": [self._upload(each) for each in body["sha256"]]}
        return {"state": "complete"}

    def _orders(self) -> dict[str, Any]:
        self.polls += 1
        now = datetime.now(UTC)
        return {
            "service_time": now.isoformat(),
            "next_poll_at": (now + timedelta(minutes=5)).isoformat(),
            "jobs": self.jobs,
            "restores": [],
            "targets": self.targets,
        }

    def _upload(self, sha256: str) -> dict[str, Any]:
        headers = {"Content-Length": str(self.sizes[sha256])}
        return {"state": "upload", "url": f"{self.url}/objects/{sha256}", "headers": headers}

    def handle_error(self, *_: Any) -> None:
        """A connection that a test breaks off is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: Playing
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        if self.path.startswith("/objects/"):
            self._answered(self.server.stored[self.path.rpartition("/")[2]])
        else:
            self._told("GET")

    def do_POST(self) -> None:
        self._told("POST")

    def do_PUT(self) -> None:
        if self.path.startswith("/objects/"):
            self._store(self.path.rpartition("/")[2])
        else:
            self._told("PUT")

    def _told(self, method: str) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        told = self.server.answer(method, self.path.removeprefix("/api"), json.loads(body or b"{}"))
        self._answered(json.dumps(told).encode())

    def _store(self, sha256: str) -> None:
        with self.server.lock:
            self.server.sent_at.setdefault(sha256, time.monotonic())
        content = b"".join(self._blocks())
        self.server.stored[sha256] = content
        self._answered(b"")

    def _blocks(self) -> Iterator[bytes]:
        left = int(self.headers["Content-Length"])
        while left:
            block = self.rfile.read1(min(left, BLOCK_BYTES))
            if not block:
                raise ConnectionError("it broke off")
            left -= len(block)
            with self.server.lock:
                self.server.received += len(block)
            self.server.on_block()
            yield block

    def _answered(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@contextmanager
def playing() -> Iterator[Playing]:
    """Play for a while."""
    with serving(Playing()) as server:
        yield server
