"""
One request and its answer, by libcurl.

libcurl calls back for each block.  What a callback raises is printed there and forgotten, so it is
kept here, and raised again once libcurl has ended.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

import pycurl

from hokan_agent.wire.faults import Failed, Fault
from hokan_agent.wire.pacing import BLOCK_BYTES
from hokan_agent.wire.proxy import Proxy

CONNECT_SECONDS = 10
SILENT_SECONDS = 60  # without a byte in either direction
NO_EXPECT = "Expect:"  # no round trip to ask whether a body is welcome
REFUSE = -1  # what a callback returns that takes no more


class Body(Protocol):
    """What is sent, read block by block."""

    @property
    def size(self) -> int: ...
    def read(self, size: int, /) -> bytes: ...


class Sink(Protocol):
    """Where an answer's body goes as it arrives."""

    def begin(self, status: int) -> None:
        """Look at the status, before the first block or at the end of an empty body."""

    def write(self, block: bytes) -> None: ...


class InMemory:
    """A sink for answers that are short."""

    def __init__(self) -> None:
        self.blocks: list[bytes] = []
        self.write = self.blocks.append

    def begin(self, status: int) -> None: ...


class Answer(NamedTuple):
    """What came back, kept in memory."""

    status: int
    data: bytes
    lines: list[bytes]

    def header(self, name: str) -> str:
        """Return a header of the answer; "" where there is none."""
        wanted = name.lower()
        for line in self.lines:
            found, _, value = line.decode("latin-1").partition(":")
            if found.lower() == wanted:
                return value.strip()
        return ""


class Exchange:
    """One request with a handle of libcurl's, which keeps its connections for the next."""

    def __init__(
        self, handle: pycurl.Curl, url: str, proxy: Proxy | None, headers: Mapping[str, str]
    ) -> None:
        self._handle = handle
        self._lines: list[bytes] = []
        self._raised: BaseException | None = None
        self._has_begun = False
        prepare(handle, url, proxy)
        handle.setopt(pycurl.HTTPHEADER, [*_lines(headers), NO_EXPECT])
        handle.setopt(pycurl.HEADERFUNCTION, self._keep)

    def carry(self, method: str, body: bytes | Body | None) -> None:
        """Say what is asked, and with what body."""
        if isinstance(body, bytes) and body:
            self._handle.setopt(pycurl.POSTFIELDS, body)
        elif body:
            self._handle.setopt(pycurl.UPLOAD, 1)
            self._handle.setopt(pycurl.INFILESIZE_LARGE, body.size)
            self._handle.setopt(pycurl.READFUNCTION, self._reading(body))
        self._handle.setopt(pycurl.CUSTOMREQUEST, method)

    def perform(self, sink: Sink) -> None:
        """
        Send, and give *sink* what comes.

        Raises:
            Failed: There was no answer, or not all of it.
            BaseException: What *sink* or the body raised.
        """
        self._handle.setopt(pycurl.WRITEFUNCTION, self._writing(sink))
        try:
            self._handle.perform()
        except pycurl.error as error:
            raise self._raised or Failed(Fault.of(self._handle, error)) from None
        if not self._has_begun:
            sink.begin(self._status)

    @property
    def _status(self) -> int:
        return int(self._lines[0].split(maxsplit=2)[1])

    def answer(self, data: bytes) -> Answer:
        return Answer(self._status, data, self._lines)

    def _keep(self, line: bytes) -> None:
        """Keep the head of the answer itself: before it come a proxy's, and 100 Continue."""
        if line.startswith(b"HTTP/"):
            self._lines.clear()
        self._lines.append(line)

    def _reading(self, body: Body) -> Callable[[int], bytes | int]:
        def read(size: int) -> bytes | int:
            try:
                return body.read(size)
            except BaseException as error:  # noqa: BLE001 - raised again by `perform`
                self._raised = error
                return pycurl.READFUNC_ABORT

        return read

    def _writing(self, sink: Sink) -> Callable[[bytes], int | None]:
        def write(block: bytes) -> int | None:
            try:
                if not self._has_begun:
                    self._has_begun = True
                    sink.begin(self._status)
                sink.write(block)
            except BaseException as error:  # noqa: BLE001 - raised again by `perform`
                self._raised = error
                return REFUSE
            return None

        return write


def handshake(url: str, proxy: Proxy | None) -> str:
    """
    Connect as requests do, and no further.

    Returns:
        Until when the certificate shown is valid, as OpenSSL writes it; "" without TLS, or where
        libcurl was built with something that does not tell.

    Raises:
        Failed: There is no way, or no trust.
    """
    handle = pycurl.Curl()
    prepare(handle, url, proxy)
    handle.setopt(pycurl.CONNECT_ONLY, 1)
    handle.setopt(pycurl.OPT_CERTINFO, 1)
    try:
        handle.perform()
        shown = handle.getinfo(pycurl.INFO_CERTINFO)
    except pycurl.error as error:
        raise Failed(Fault.of(handle, error)) from None
    finally:
        handle.close()
    return str(dict(shown[0]).get("Expire date", "")) if shown else ""


def prepare(handle: pycurl.Curl, url: str, proxy: Proxy | None) -> None:
    """Forget what was set for another request, but not its connections; set what all have."""
    handle.reset()
    for option, value in ALWAYS:
        handle.setopt(option, value)
    _trust(handle)
    if threading.current_thread() is threading.main_thread():
        handle.setopt(pycurl.NOPROGRESS, 0)
        handle.setopt(pycurl.XFERINFOFUNCTION, _let_signals_in)
    handle.setopt(pycurl.URL, url)
    if proxy is not None:
        handle.setopt(pycurl.PROXY, proxy.url)
        handle.setopt(pycurl.HTTPPROXYTUNNEL, 1)
        handle.setopt(pycurl.PROXYHEADER, _lines(proxy.headers))  # for it alone


def _lines(headers: Mapping[str, str]) -> list[str]:
    return [f"{name}: {value}" for name, value in headers.items()]


def _let_signals_in(*_progress: int) -> None:
    """Do nothing, at least once a second: Python looks for signals only where it runs."""


ALWAYS = (
    (pycurl.NOSIGNAL, 1),  # threads
    (pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1),  # as storage speaks
    (pycurl.SSLVERSION, pycurl.SSLVERSION_TLSv1_2),
    (pycurl.CONNECTTIMEOUT, CONNECT_SECONDS),
    (pycurl.LOW_SPEED_LIMIT, 1),
    (pycurl.LOW_SPEED_TIME, SILENT_SECONDS),
    (pycurl.BUFFERSIZE, BLOCK_BYTES),
    (pycurl.UPLOAD_BUFFERSIZE, BLOCK_BYTES),
    (pycurl.PROXY, ""),  # the environment's is ours to read: see wire/proxy.py
    (pycurl.NOPROXY, ""),
    (pycurl.USERAGENT, "hokan-agent"),
)


def _trust(handle: pycurl.Curl) -> None:
    """Trust as OpenSSL does: SSL_CERT_FILE and SSL_CERT_DIR, else what the system trusts."""
    if sys.platform in {"win32", "darwin"}:
        handle.setopt(pycurl.SSL_OPTIONS, pycurl.SSLOPT_NATIVE_CA)
    for option, variable in ((pycurl.CAINFO, "SSL_CERT_FILE"), (pycurl.CAPATH, "SSL_CERT_DIR")):
        if os.environ.get(variable):
            handle.setopt(option, os.environ[variable])
