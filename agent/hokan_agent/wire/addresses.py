"""Which addresses the agent speaks to, and how this machine reaches them."""

from __future__ import annotations

from urllib.parse import SplitResult

from hokan_agent.errors import AgentError

LOCAL = ("localhost", "127.0.0.1", "::1")


def is_here(host: str) -> bool:
    """Whether *host* is this machine: names under .localhost are, too (RFC 6761, 6.3)."""
    return host in LOCAL or host.endswith(".localhost")


def require_private(parts: SplitResult) -> None:
    """Raise AgentError for an address that would send images in the clear."""
    host = parts.hostname or ""
    if parts.scheme != "https" and not (parts.scheme == "http" and is_here(host)):
        raise AgentError(f"{parts.scheme}://{host} is not encrypted; the address must be https://")


def reachable(parts: SplitResult) -> str:
    """Return the address to connect to: the C library does not know names under .localhost."""
    if not (parts.hostname or "").endswith(".localhost"):
        return parts.geturl()
    port = f":{parts.port}" if parts.port else ""
    return parts._replace(netloc=f"127.0.0.1{port}").geturl()
