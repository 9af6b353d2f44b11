"""What libcurl is told, and what of its answers the agent takes."""

from __future__ import annotations

import io
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event
from types import FrameType
from typing import Any

import pycurl
import pytest

from hokan_agent.errors import Barred, Unreachable
from hokan_agent.wire import exchange
from hokan_agent.wire.web import Web
from infra.local.engine import free_port
from tests.support.answering import encrypted
from tests.support.serving import serving

LARGE = b"x" * (2 * 2**20)  # a body of which libcurl would ask first whether it is welcome


@pytest.fixture
def web() -> Iterator[Web]:
    with closing(Web()) as opened:
        yield opened


class _Handler(BaseHTTPRequestHandler):
    """Does what a test says of each request, and remembers its headers."""

    protocol_version = "HTTP/1.1"
    server: Playing

    def do_GET(self) -> None:
        self.server.headers.append(dict(self.headers))
        self.server.act(self)

    def do_PUT(self) -> None:
        self.server.received = self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *_: Any) -> None:
        """Quiet."""


def answer(handler: BaseHTTPRequestHandler, status: int = 200, location: str = "") -> None:
    handler.send_response(status)
    handler.send_header("Content-Length", "0")
    handler.send_header("Location", location)
    handler.end_headers()


class Playing(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.act: Callable[[BaseHTTPRequestHandler], None] = answer
        self.headers: list[dict[str, str]] = []
        self.received = b""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_: Any) -> None:
        """Who hangs up is no news."""


@pytest.fixture
def server() -> Iterator[Playing]:
    with serving(Playing()) as playing:
        yield playing


class Sized(io.BytesIO):
    """A body as it is sent from a file."""

    @property
    def size(self) -> int:
        return len(self.getbuffer())


# --- what is sent ------------------------------------------------------------------------------


def test_a_body_is_sent_as_it_is(web: Web, server: Playing) -> None:
    web.request("PUT", f"{server.url}/a", {}, Sized(LARGE))
    assert server.received == LARGE


def test_a_large_body_is_sent_without_asking_whether_it_is_welcome(
    web: Web, server: Playing
) -> None:
    web.request("PUT", f"{server.url}/a", {}, Sized(LARGE))
    assert "Expect" not in server.headers[0]


def test_a_file_that_became_shorter_is_no_answer(web: Web, server: Playing) -> None:
    class Shrunk(Sized):
        size = len(LARGE)

    with pytest.raises(Unreachable):
        web.request("PUT", f"{server.url}/a", {}, Shrunk(b"less"))


def test_what_reading_a_body_raises_is_raised(web: Web, server: Playing) -> None:
    class Unreadable(Sized):
        def read(self, size: int | None = -1, /) -> bytes:  # noqa: ARG002
            raise PermissionError(13, "Permission denied")

    with pytest.raises(PermissionError):
        web.request("PUT", f"{server.url}/a", {}, Unreadable(LARGE))


def test_what_a_callback_raises_is_not_printed(
    web: Web, server: Playing, capfd: pytest.CaptureFixture[str]
) -> None:
    class Unreadable(Sized):
        def read(self, size: int | None = -1, /) -> bytes:  # noqa: ARG002
            raise PermissionError(13, "CANARY")

    with pytest.raises(PermissionError):
        web.request("PUT", f"{server.url}/a", {}, Unreadable(LARGE))
    assert "".join(capfd.readouterr()) == ""


def test_the_environments_proxy_for_the_clear_is_not_libcurls_to_find(
    web: Web, server: Playing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    assert web.request("GET", server.url).status == 200


# --- what comes back ---------------------------------------------------------------------------


def test_a_connection_is_used_again(web: Web, server: Playing) -> None:
    ports = []

    def act(handler: BaseHTTPRequestHandler) -> None:
        ports.append(handler.client_address[1])
        answer(handler)

    server.act = act
    for _ in range(3):
        web.request("GET", server.url)
    assert len(set(ports)) == 1


def test_what_was_set_for_one_request_is_not_for_the_next(web: Web, server: Playing) -> None:
    web.request("PUT", f"{server.url}/a", {"X-Hokan": "1"}, Sized(b"a body"))
    web.request("GET", server.url)
    assert {"X-Hokan", "Content-Length"} & set(server.headers[1]) == set()


def test_nobody_is_followed_elsewhere(web: Web, server: Playing) -> None:
    server.act = partial(answer, status=302, location="https://elsewhere.example/")
    came = web.request("GET", server.url)
    assert (came.status, came.header("location")) == (302, "https://elsewhere.example/")


def test_a_header_that_is_not_there_is_empty(web: Web, server: Playing) -> None:
    assert web.request("GET", server.url).header("X-None") == ""


def test_an_answer_that_breaks_off_is_none(web: Web, server: Playing) -> None:
    def act(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100")
        handler.end_headers()
        handler.wfile.write(b"half")
        handler.close_connection = True

    server.act = act
    with pytest.raises(Unreachable, match="the line broke"):
        web.request("GET", server.url)


def test_who_says_nothing_is_not_waited_for_without_end(
    web: Web, server: Playing, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon = dict(exchange.ALWAYS) | {pycurl.LOW_SPEED_TIME: 1}
    monkeypatch.setattr(exchange, "ALWAYS", tuple(soon.items()))
    ended = Event()

    def act(_: BaseHTTPRequestHandler) -> None:
        ended.wait(30)

    server.act = act
    try:
        with pytest.raises(Unreachable, match="not in time"):
            web.request("GET", server.url)
    finally:
        ended.set()


def test_a_signal_is_seen_while_an_answer_is_waited_for(web: Web, server: Playing) -> None:
    """The server answers only once the signal was handled."""
    handled = Event()

    def act(handler: BaseHTTPRequestHandler) -> None:
        os.kill(os.getpid(), signal.SIGUSR1)
        answer(handler, 200 if handled.wait(30) else 504)

    def handle(_number: int, _frame: FrameType | None) -> None:
        handled.set()

    server.act = act
    before = signal.signal(signal.SIGUSR1, handle)
    try:
        assert web.request("GET", server.url).status == 200
    finally:
        signal.signal(signal.SIGUSR1, before)


# --- whom is trusted ---------------------------------------------------------------------------


def test_certificates_to_trust_that_cannot_be_read_are_said(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with encrypted(tmp_path) as secured:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
        with pytest.raises(Barred, match="have SSL_CERT_FILE name a file of them"):
            web.request("GET", secured.url)
