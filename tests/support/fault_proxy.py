"""
A proxy between an agent and the local stack that goes wrong when it is told to.

It stands before service and storage alike: an agent enrols at its address, and where the service
names the stack's own address (presigned URLs do) the proxy puts its own.  Both ways the Host is
changed as well, so signatures hold.  What it does to a request is a function, see ``Fault``.
"""

from __future__ import annotations

import http.client
import io
import math
import socket
import socketserver
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

BLOCK_BYTES = 2**16
TIMEOUT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came, less its body."""

    method: str
    target: str
    headers: http.client.HTTPMessage

    @property
    def length(self) -> int:
        return int(self.headers.get("Content-Length", 0))

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def is_upload(self) -> bool:
        """Whether it carries an object, or a part of one, to storage."""
        return self.method == "PUT" and "X-Amz-Signature" in self.target

    @property
    def is_download(self) -> bool:
        return self.method == "GET" and "X-Amz-Signature" in self.target

    @property
    def body_of(self) -> str:
        """The object, or the part of one, that it carries."""
        part = self.target.partition("partNumber=")[2].partition("&")[0]
        digest = self.path.rpartition("/")[2]
        return f"{digest}#{part}" if part else digest


@dataclass(slots=True)
class Exchange:
    """A request under way: what a fault works with."""

    request: Request
    body: io.BufferedIOBase
    connection: socket.socket
    proxy: FaultProxy
    upstream: http.client.HTTPConnection

    def read(self, size: int | None = None) -> bytes:
        """Read so many bytes of the body, all of it by default; count a body that came whole."""
        wanted = self.request.length if size is None else size
        body = self.body.read(wanted)
        if len(body) < wanted:  # whoever sent it is gone
            self.hang_up()
        if wanted == self.request.length == len(body) and self.request.is_upload:
            self.proxy.note_body(self.request)
        return body

    def forwarded(self) -> bytes:
        """Pass the request on; return the whole answer."""
        return self.proxy.forward(self.upstream, self.request, self.read())

    def answer(self, raw: bytes) -> None:
        self.connection.sendall(raw)

    def hang_up(self) -> None:
        """Say nothing more."""
        raise ConnectionAbortedError

    def reset(self) -> None:
        """End with RST, as a broken line does."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.hang_up()


Fault = Callable[[Exchange], None]


# --- faults ------------------------------------------------------------------------------------


def nothing(exchange: Exchange) -> None:
    """Pass it on."""
    exchange.answer(exchange.forwarded())


def reset_half_way(exchange: Exchange) -> None:
    """The line breaks in the middle of the body; storage never hears of it."""
    exchange.read(exchange.request.length // 2)
    exchange.reset()


def lost_answer(exchange: Exchange) -> None:
    """Everything is done, and nobody learns of it."""
    exchange.forwarded()
    exchange.reset()


def truncated_answer(exchange: Exchange) -> None:
    """Half of an answer comes."""
    raw = exchange.forwarded()
    exchange.answer(raw[: len(raw) // 2])
    exchange.hang_up()


def refused(status: int, code: str) -> Fault:
    """Return what answers like S3 that it will not; nothing is passed on."""

    def refuse(exchange: Exchange) -> None:
        exchange.read()
        exchange.answer(answer(status, f"<Error><Code>{code}</Code></Error>".encode()))

    return refuse


def expired_url(exchange: Exchange) -> None:
    """The URL is a moment too old when it comes to storage, whose own words come back."""
    target = exchange.request.target.replace("X-Amz-Date=2", "X-Amz-Date=1")
    late = Request(exchange.request.method, target, exchange.request.headers)
    exchange.answer(exchange.proxy.forward(exchange.upstream, late, exchange.read()))


def out_of_reach(exchange: Exchange) -> None:
    """Nobody is there."""
    exchange.reset()


def slow(seconds: float) -> Fault:
    """Return what passes a request on after a while."""

    def wait(exchange: Exchange) -> None:
        time.sleep(seconds)
        nothing(exchange)

    return wait


def half_is_kept(keep: Callable[[str, bytes], object]) -> Fault:
    """Return a store without conscience: it *keeps* half of an object and says that all is well."""

    def take(exchange: Exchange) -> None:
        body = exchange.read()
        keep(exchange.request.path, body[: len(body) // 2])
        exchange.answer(answer(200, b""))

    return take


def answer(status: int, body: bytes, kind: str = "application/xml") -> bytes:
    """Return an answer of HTTP/1.1."""
    head = f"HTTP/1.1 {status} {http.client.responses[status]}\r\n"
    head += f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


# --- which requests ----------------------------------------------------------------------------

Which = Callable[[Request], bool]


def uploads(request: Request) -> bool:
    return request.is_upload


def downloads(request: Request) -> bool:
    return request.is_download


def anything(_: Request) -> bool:
    return True


def calls(end: str) -> Which:
    """Return whether a request is made of the service, by how its path ends."""
    return lambda request: request.path.endswith(end)


def first_of_each(which: Which) -> Which:
    """Return *which*, but for each path once: what is tried again gets through."""
    seen: set[tuple[str, str]] = set()

    def is_first(request: Request) -> bool:
        key = (request.method, request.body_of)
        if not which(request) or key in seen:
            return False
        seen.add(key)
        return True

    return is_first


# --- the proxy ---------------------------------------------------------------------------------


@dataclass
class FaultProxy:
    """
    Listens on a port of its own while :meth:`serving`.

    Attributes:
        stack_port: Where the stack answers.
        bodies: How often each object, or part, came whole.
        injected: How many requests met a fault.
        statuses: What storage answered to uploads, counted.
        requests: How many requests have begun.
        spans: When each upload began, and when it ended.
    """

    stack_port: int
    bodies: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    injected: int = 0
    requests: int = 0
    spans: list[list[float]] = field(default_factory=list)
    port: int = 0
    _fault: tuple[Which, Fault] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def url_of(self, url: str) -> str:
        """Return an address of the stack as it is behind this proxy."""
        return url.replace(f":{self.stack_port}", f":{self.port}")

    @contextmanager
    def injecting(self, fault: Fault, which: Which) -> Iterator[None]:
        """Do *fault* to the requests of which *which* is true."""
        self.forget()
        self._fault = (which, fault)
        try:
            yield
        finally:
            self._fault = None

    def forget(self) -> None:
        """Count from nothing."""
        self.bodies.clear()
        self.statuses.clear()
        self.spans.clear()
        self.injected = self.requests = 0

    @contextmanager
    def serving(self) -> Iterator[None]:
        with _Server(("127.0.0.1", 0), self) as server:
            self.port = server.server_address[1]
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
            thread.start()
            try:
                yield
            finally:
                server.shutdown()
                thread.join()

    def await_injected(self) -> None:
        """Wait until the first request has met the fault."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while not self.injected:
            assert time.monotonic() < deadline, "no request met the fault"
            time.sleep(0.02)

    def under_way(self, first: float, last: float) -> int:
        """Return how many uploads were under way between two moments."""
        return sum(begun <= last and ended >= first for begun, ended in self.spans)

    @property
    def second_bodies(self) -> int:
        """How many bodies came whole though the same had come before."""
        return sum(self.bodies.values()) - len(self.bodies)

    # --- for its threads ---

    @contextmanager
    def noting(self, request: Request) -> Iterator[None]:
        """Note that a request is under way, and of an upload, for how long."""
        span = [time.monotonic(), math.inf]
        with self._lock:
            self.requests += 1
            if request.is_upload:
                self.spans.append(span)
        try:
            yield
        finally:
            span[1] = time.monotonic()

    def note_body(self, request: Request) -> None:
        with self._lock:
            self.bodies[request.body_of] += 1

    def fault_for(self, request: Request) -> Fault:
        with self._lock:
            if self._fault is not None and self._fault[0](request):
                self.injected += 1
                return self._fault[1]
        return nothing

    def forward(self, upstream: http.client.HTTPConnection, request: Request, body: bytes) -> bytes:
        """Pass a request on to the stack; return its answer as it goes to the agent."""
        headers = dict(request.headers.items())
        headers["Host"] = headers["Host"].replace(f":{self.port}", f":{self.stack_port}")
        upstream.request(request.method, request.target, body, headers)
        response = upstream.getresponse()
        told = response.read()
        kind = response.headers.get("Content-Type", "")
        if kind.startswith("application/json"):
            told = told.replace(f":{self.stack_port}/".encode(), f":{self.port}/".encode())
        if request.is_upload:
            with self._lock:
                self.statuses[response.status] += 1
        return answer(response.status, told, kind)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], proxy: FaultProxy) -> None:
        self.proxy = proxy
        super().__init__(address, _Connection)


class _Connection(socketserver.StreamRequestHandler):
    server: _Server
    timeout = TIMEOUT_SECONDS

    def handle(self) -> None:
        upstream = http.client.HTTPConnection(
            "127.0.0.1", self.server.proxy.stack_port, timeout=TIMEOUT_SECONDS
        )
        try:
            while request := self._request():
                exchange = Exchange(
                    request, self.rfile, self.connection, self.server.proxy, upstream
                )
                with self.server.proxy.noting(request):
                    self.server.proxy.fault_for(request)(exchange)
        except (OSError, http.client.HTTPException):
            pass  # either side hung up, or a fault did
        finally:
            upstream.close()

    def _request(self) -> Request | None:
        """Return the next request of a connection that is kept, None at its end."""
        line = self.rfile.readline(BLOCK_BYTES).decode("ascii").split()
        if len(line) != 3:
            return None
        return Request(line[0], line[1], http.client.parse_headers(self.rfile))
