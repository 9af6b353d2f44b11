"""HTTP to the service and to storage: connections that are kept, patient with bad lines."""

from __future__ import annotations

import math
import random
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import SplitResult, urlsplit

import pycurl

from hokan_agent.errors import Interrupted, WrongPassword
from hokan_agent.wire.addresses import reachable, require_private
from hokan_agent.wire.exchange import Answer, Body, Exchange, InMemory, Sink
from hokan_agent.wire.failures import failure
from hokan_agent.wire.faults import Failed
from hokan_agent.wire.pacing import Pacing, Unlimited
from hokan_agent.wire.proxy import Proxy, configured

TRIES = 6
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
PASSING = frozenset({408, 429, 500, 502, 503, 504})  # worth another try
PASSWORD_AGAIN_SECONDS = 900.0  # directories lock out after some five in so long

stopped = threading.Event()  # set when the run is to end; every pause ends with it


class Web:
    """
    Connections, shared by all threads of a run.

    Attributes:
        pacing: How fast the bytes of files move over them.
    """

    def __init__(self, pacing: Pacing | None = None) -> None:
        """Connect as the environment says; raises AgentError for a proxy that is none."""
        self.pacing = pacing or Pacing(Unlimited(), stopped.wait)
        self._wrong_password = (-math.inf, "")  # not to be sent until, and why
        self._proxy = configured()
        self._idle: list[pycurl.Curl] = []  # each with its connections; the last used comes next

    def close(self) -> None:
        """Give the connections back."""
        while self._idle:
            self._idle.pop().close()

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | Body | None = None,
    ) -> Answer:
        """Send once, and keep what comes in memory; raises Unreachable when there is no answer."""
        sink = InMemory()
        with self._exchange(method, url, headers or {}, body) as exchange:
            exchange.perform(sink)
            return exchange.answer(b"".join(sink.blocks))

    def fetch(self, url: str, headers: Mapping[str, str], sink: Sink) -> None:
        """GET once, and give *sink* what comes; raises Unreachable, and what *sink* raises."""
        with self._exchange("GET", url, headers, None) as exchange:
            exchange.perform(sink)

    @contextmanager
    def _exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | Body | None
    ) -> Iterator[Exchange]:
        """Prepare a request; what libcurl says of it is raised as Unreachable."""
        go_on()
        parts = urlsplit(url)
        require_private(parts)
        proxy = self._proxy_to(parts)
        handle = self._handle()
        exchange = Exchange(handle, reachable(parts), proxy, {"Host": parts.netloc, **headers})
        exchange.carry(method, body)
        try:
            yield exchange
        except Failed as error:
            raised = failure(parts.hostname or "", error.fault, proxy)
            if isinstance(raised, WrongPassword):
                self._wrong_password = (time.monotonic() + PASSWORD_AGAIN_SECONDS, str(raised))
            raise raised from None
        finally:
            self._idle.append(handle)

    def _handle(self) -> pycurl.Curl:
        """Return a handle nobody uses: as many are made as there are requests at a time."""
        try:
            return self._idle.pop()
        except IndexError:
            return pycurl.Curl()

    def _proxy_to(self, parts: SplitResult) -> Proxy | None:
        """Return what leads to an address; raises WrongPassword without sending it again."""
        if self._proxy is None or not self._proxy.leads_to(parts):
            return None
        until, why = self._wrong_password
        if time.monotonic() < until:
            raise WrongPassword(why)
        return self._proxy


def go_on() -> None:
    """Raise Interrupted when the run is to end."""
    if stopped.is_set():
        raise Interrupted("ended on request; run it again to go on")


def pause(attempt: int) -> None:
    """Wait before try *attempt* + 1."""
    stopped.wait(pause_seconds(attempt))


def pause_seconds(attempt: int) -> float:
    """Return how long to wait: longer at each try, a random share of it (full jitter)."""
    longest = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2**attempt)
    return random.uniform(0, longest)  # noqa: S311 - jitter
