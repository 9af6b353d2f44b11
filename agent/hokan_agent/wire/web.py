"""HTTP to the service and to storage: one pool of connections, patient with bad lines."""

from __future__ import annotations

import math
import random
import threading
import time
from collections.abc import Mapping
from typing import IO, Any
from urllib.parse import SplitResult, urlsplit

import urllib3

from hokan_agent.errors import Interrupted, WrongPassword
from hokan_agent.wire.addresses import reachable, require_private
from hokan_agent.wire.failures import failure
from hokan_agent.wire.pacing import BLOCK_BYTES, Pacing, Unlimited
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

    def __init__(self, connections: int = 8, pacing: Pacing | None = None) -> None:
        """Connect as the environment says; raises AgentError for a proxy that is none."""
        self.pacing = pacing or Pacing(Unlimited(), stopped.wait)
        kept: dict[str, Any] = {
            "num_pools": 8,
            "maxsize": connections,
            "block": False,
            "retries": False,
            "timeout": urllib3.Timeout(connect=10, read=60),
            "blocksize": BLOCK_BYTES,
        }
        self._wrong_password = (-math.inf, "")  # not to be sent until, and why
        self._proxy = configured()
        self._straight = urllib3.PoolManager(**kept)
        self._proxied = (
            urllib3.ProxyManager(self._proxy.url, proxy_headers=self._proxy.headers, **kept)
            if self._proxy is not None
            else self._straight
        )

    def close(self) -> None:
        """Give the connections back."""
        self._straight.clear()
        self._proxied.clear()

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | IO[bytes] | None = None,
        *,
        stream: bool = False,
    ) -> urllib3.BaseHTTPResponse:
        """Send once; raises Unreachable when there is no answer."""
        go_on()
        parts = urlsplit(url)
        require_private(parts)
        pools, proxy = self._way(parts)
        try:
            return pools.request(
                method,
                reachable(parts),
                headers={"Host": parts.netloc, **(headers or {})},
                body=body,
                preload_content=not stream,
                redirect=False,
            )
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raised = failure(parts.hostname or "", error, proxy)
            if isinstance(raised, WrongPassword):
                self._wrong_password = (time.monotonic() + PASSWORD_AGAIN_SECONDS, str(raised))
            raise raised from None

    def _way(self, parts: SplitResult) -> tuple[urllib3.PoolManager, Proxy | None]:
        """Return what leads to an address; raises WrongPassword without sending it again."""
        if self._proxy is None or not self._proxy.leads_to(parts):
            return self._straight, None
        until, why = self._wrong_password
        if time.monotonic() < until:
            raise WrongPassword(why)
        return self._proxied, self._proxy


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
