"""
The other side of the agent's wire, small enough to misbehave on purpose.

It answers as docs/api.md says, on loopback, and keeps nothing of what is sent but its size.  What
the real service does is proven in tests/journeys.
"""

from __future__ import annotations

import hashlib
import http.server
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.support.serving import serving

TARGET = "t-1"
PLAN = {
    "patients": {"mode": "all"},
    "batch_scope": "facility",
    "timing": {"kind": "nightly", "at": "02:00"},
    "capacity_bytes": 10**12,
    "available_bytes": 10**12,
}
PART_BYTES = 16 * 2**20
MULTIPART_BYTES = 64 * 2**20


@dataclass
class Loopback:
    """
    What was asked, and what is answered.

    Attributes:
        when_declared: Called when a chunk has come, before it is answered.
        entries: Everything that was declared, by path.
        batch_entries: How many files a batch takes.
        arrived: How many bytes were put.
        left_out: What the agent told of at each batch's end.
        granted: Files of the one restore, by path.
        named: What that restore only names.
        erased: Digests of what was erased after it was listed.
        gets: The Range of every download, "" where there was none.
        has_ranges: Whether a download may begin in the middle.
        breaks_after: Cut a download off after so many bytes, once for each number.
    """

    url: str = ""
    batch_entries: int = 5000
    when_declared: Callable[[], object] = int
    entries: dict[str, dict[str, Any]] = field(default_factory=dict)
    arrived: int = 0
    left_out: list[list[dict[str, str]]] = field(default_factory=list)
    granted: dict[str, bytes] = field(default_factory=dict)
    named: list[dict[str, Any]] = field(default_factory=list)
    erased: set[str] = field(default_factory=set)
    finished: list[dict[str, int]] = field(default_factory=list)
    gets: list[str] = field(default_factory=list)
    has_ranges: bool = True
    breaks_after: list[int] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, method: str, path: str, body: dict[str, Any]) -> Any:
        """Return what docs/api.md says of a route."""
        for route, answer in ROUTES.items():
            found = re.fullmatch(route, f"{method} {path}")
            if found:
                return answer(self, body, *found.groups())
        raise AssertionError(f"no such route: {method} {path}")

    def object(self, sha256: str) -> bytes | None:
        return next((each for each in self.granted.values() if _digest(each) == sha256), None)

    def parts(self, sha256: str) -> dict[str, Any]:
        count = -(-self.sizes[sha256] // PART_BYTES)
        return {"part_bytes": PART_BYTES, "part_count": count, "uploaded": []}

    def end(self, exceptions: list[dict[str, str]]) -> dict[str, str]:
        self.left_out.append(exceptions)
        return {"state": "partial" if exceptions else "complete"}

    def end_restore(self, counts: dict[str, int]) -> dict[str, str]:
        self.finished.append(counts)
        return {"state": "done"}

    def declared(self, entry: dict[str, Any]) -> dict[str, Any]:
        self.when_declared()
        self.entries[entry["path"]] = entry
        self.sizes[entry["sha256"]] = entry["size"]
        if entry["size"] > MULTIPART_BYTES:
            return {"sha256": entry["sha256"], "state": "multipart"}
        told = {"sha256": entry["sha256"], "state": "upload"}
        return told | self.upload(entry["sha256"], entry["size"])

    def upload(self, sha256: str, size: int) -> dict[str, Any]:
        headers = {"Content-Length": str(size)}
        return {"url": f"{self.url}/storage/{sha256}", "headers": headers}

    def file(self, path: str) -> dict[str, Any]:
        body = self.granted[path]
        facts = {"path": path, "sha256": _digest(body), "size": len(body)}
        return facts | {"examination_id": None, "backed_up_at": "2026-04-01T00:00:00Z"}

    def address(self, sha256: str) -> dict[str, str]:
        return {"sha256": sha256, "url": f"{self.url}/storage/{sha256}"}


_BATCHES = "/api/targets/t-1/batches"
_LARGE = f"POST {_BATCHES}/b-1/multipart/(\\w+)"
ROUTES: dict[str, Callable[..., Any]] = {
    "GET /api/agent": lambda _, __: {
        "targets": [{"target_id": TARGET, "name": "Endoscopy", "plan": PLAN}]
    },
    f"POST {_BATCHES}": lambda service, _: {
        "batch_id": "b-1",
        "chunk_entries": 97,
        "batch_entries": service.batch_entries,
    },
    f"PUT {_BATCHES}/b-1/chunks/\\d+": lambda service, body: {
        "answers": [service.declared(each) for each in body["entries"]]
    },
    _LARGE: lambda service, _, sha256: service.parts(sha256),
    f"{_LARGE}/parts": lambda service, body, sha256: {
        "parts": [
            {"number": each["number"], **service.upload(sha256, each["size"])}
            for each in body["parts"]
        ]
    },
    f"{_LARGE}/complete": lambda *_: {"state": "uploaded"},
    f"POST {_BATCHES}/b-1/finish": lambda service, body: service.end(body["exceptions"]),
    "GET /api/agent/restores": lambda _, __: {"items": [{"restore_id": "r-1"}]},
    "POST /api/restores/r-1/files": lambda service, _: {
        "items": [service.file(path) for path in service.granted],
        "left_out": service.named,
        "cursor": None,
    },
    "POST /api/restores/r-1/urls": lambda service, body: {
        "urls": [service.address(each) for each in body["sha256"] if each not in service.erased],
        "erased": [{"sha256": each, "at": "2026-04-01T00:00:00Z"} for each in service.erased],
    },
    "POST /api/restores/r-1/finish": lambda service, body: service.end_restore(body),
}


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    service: Loopback

    def do_GET(self) -> None:
        self._object() if self.path.startswith("/storage/") else self._route()

    def do_POST(self) -> None:
        self._route()

    def do_PUT(self) -> None:
        if not self.path.startswith("/storage/"):
            return self._route()
        left = int(self.headers["Content-Length"])
        block = memoryview(bytearray(2**18))
        while left and (count := self.rfile.readinto(block[: min(left, len(block))])):
            left -= count
            with self.service.lock:
                self.service.arrived += count
        return self._send(200, b"")

    def _route(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with self.service.lock:
            told = self.service.answer(self.command, self.path, json.loads(body or b"{}"))
        self._send(200, json.dumps(told).encode())

    def _object(self) -> None:
        """Give an object as S3 does, or the part of it that a Range asks for."""
        service, wanted = self.service, self.headers.get("Range", "")
        body = service.object(self.path.rpartition("/")[2])
        if body is None:
            return self._send(404, b"")
        with service.lock:
            service.gets.append(wanted)
            breaks_after = service.breaks_after.pop(0) if service.breaks_after else None
        wanted = wanted if service.has_ranges else ""
        start = int(wanted.removeprefix("bytes=").removesuffix("-") or 0) if wanted else 0
        if wanted and start >= len(body):
            return self._send(416, b"")
        status = 206 if wanted else 200
        if breaks_after is None:
            return self._send(status, body[start:])
        self._head(status, len(body) - start)
        self.wfile.write(body[start:][:breaks_after])
        self.close_connection = True
        return None

    def _send(self, status: int, body: bytes) -> None:
        self._head(status, len(body))
        self.wfile.write(body)

    def _head(self, status: int, size: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(size))
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def loopback() -> Iterator[Loopback]:
    """Serve for a while."""
    service = Loopback()
    handler = type("Handler", (_Handler,), {"service": service})
    with serving(http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)) as server:
        service.url = f"http://127.0.0.1:{server.server_port}"
        yield service


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
