"""An HTTP proxy on loopback: it takes CONNECT, and every name leads to one port of this machine."""

from __future__ import annotations

import base64
import socket
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import Any


class ConnectProxy(ThreadingTCPServer):
    """
    Attributes:
        credentials: "user:password", asked for where it is not "".
        answer: The status it answers instead of leading on; 0: none.
        asked: The names it was asked to lead to.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.leads_to = port
        self.credentials = ""
        self.answer = 0
        self.asked: list[str] = []

    @property
    def name(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    def status(self, authorization: str) -> int:
        wanted = "Basic " + base64.b64encode(self.credentials.encode()).decode()
        if self.credentials and authorization != wanted:
            return 407
        return self.answer or 200

    def handle_error(self, *_: Any) -> None:
        """A connection that a test breaks off is no news."""


class _Handler(StreamRequestHandler):
    server: ConnectProxy

    def handle(self) -> None:
        method, name, _ = self.rfile.readline().decode().split()
        self.server.asked.append(f"{method} {name}")
        headers = dict(self._headers())
        status = self.server.status(headers.get("proxy-authorization", ""))
        self.wfile.write(f"HTTP/1.1 {status} Said\r\nProxy-Authenticate: Basic\r\n\r\n".encode())
        if status == 200:
            with socket.create_connection(("127.0.0.1", self.server.leads_to)) as onward:
                back = Thread(target=_relay, args=(onward, self.connection))
                back.start()
                _relay(self.connection, onward)
                back.join()

    def _headers(self) -> list[tuple[str, str]]:
        found = []
        while line := self.rfile.readline().decode().strip():
            name, _, value = line.partition(": ")
            found.append((name.lower(), value))
        return found


def _relay(source: socket.socket, sink: socket.socket) -> None:
    """Pass on what comes; at its end, say so."""
    try:
        while block := source.recv(65_536):
            sink.sendall(block)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        source.close()
