"""HTTP to the service and to storage: one pool of connections, patient with bad lines."""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping
from typing import IO, Any
from urllib.parse import SplitResult, urlsplit

import urllib3

from hokan_agent.errors import AgentError, Interrupted, Unreachable

TRIES = 6
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
PASSING = frozenset({408, 429, 500, 502, 503, 504})  # worth another try
BLOCK_BYTES = 2**18
LOCAL = ("localhost", "127.0.0.1", "::1")

stopped = threading.Event()  # set when the run is to end; every pause ends with it


class Web:
    """Connections, shared by all threads of a run."""

    def __init__(self, connections: int = 8) -> None:
        self._pools = urllib3.PoolManager(
            num_pools=8,
            maxsize=connections,
            block=False,
            retries=False,
            timeout=urllib3.Timeout(connect=10, read=60),
            blocksize=BLOCK_BYTES,
        )

    def close(self) -> None:
        """Give the connections back."""
        self._pools.clear()

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
        try:
            return self._pools.request(
                method,
                _reachable(parts),
                headers={"Host": parts.netloc, **(headers or {})},
                body=body,
                preload_content=not stream,
                redirect=False,
            )
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise Unreachable(f"no answer from {parts.hostname}: {_said(error)}") from None


def go_on() -> None:
    """Raise Interrupted when the run is to end."""
    if stopped.is_set():
        raise Interrupted("ended on request; run it again to go on")


def require_private(parts: SplitResult) -> None:
    """Raise AgentError for an address that would send images in the clear."""
    host = parts.hostname or ""
    is_here = host in LOCAL or host.endswith(".localhost")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_here):
        raise AgentError(f"{parts.scheme}://{host} is not encrypted; the address must be https://")


def pause(attempt: int) -> None:
    """Wait before try *attempt* + 1: longer each time, by a random share (full jitter)."""
    longest = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2**attempt)
    stopped.wait(random.uniform(0, longest))  # noqa: S311 - jitter


def _reachable(parts: SplitResult) -> str:
    """Names under .localhost are this machine (RFC 6761, 6.3); the C library does not know."""
    if not (parts.hostname or "").endswith(".localhost"):
        return parts.geturl()
    port = f":{parts.port}" if parts.port else ""
    return parts._replace(netloc=f"127.0.0.1{port}").geturl()


def _said(error: Any) -> str:
    """Return what happened without the address: a presigned URL is a secret."""
    reason = getattr(error, "reason", error)
    return type(reason).__name__
