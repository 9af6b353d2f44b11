"""The facility's proxy, as HTTPS_PROXY, ALL_PROXY and NO_PROXY name it."""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

from hokan_agent.errors import AgentError
from hokan_agent.wire.addresses import is_here

VARIABLES = frozenset({"https_proxy", "all_proxy"})
USUAL_PORT = 8080
LOOKS_LIKE = "it looks like http://proxy.example:8080"


@dataclass(frozen=True, slots=True)
class Proxy:
    """
    What connections go through (CONNECT: RFC 9110, 9.3.6).

    Attributes:
        variable: Where its address comes from.
        authorization: How it is told user and password; "" where it asks for none.
        exempt: The names that are connected to straight, as NO_PROXY has them.
    """

    variable: str
    host: str
    port: int
    authorization: str = field(repr=False)
    exempt: str

    @property
    def name(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """Its address, less the password."""
        return f"http://{self.name}"

    @property
    def headers(self) -> dict[str, str]:
        return {"Proxy-Authorization": self.authorization} if self.authorization else {}

    def leads_to(self, parts: SplitResult) -> bool:
        """Whether an address is connected to through it; this machine never is."""
        from urllib.request import proxy_bypass

        if is_here(parts.hostname or ""):
            return False
        return not proxy_bypass(parts.netloc, {"no": self.exempt})


def configured() -> Proxy | None:
    """
    Return the environment's proxy for HTTPS: in the clear, the agent speaks to this machine alone.

    Raises:
        AgentError: The variable holds no proxy's address; it is not shown, it may hold a password.
    """
    if not any(name.lower() in VARIABLES for name in os.environ):
        return None  # most have none, and what reads them is a tenth of what the agent imports
    from urllib.request import getproxies_environment

    named = getproxies_environment()
    scheme = "https" if "https" in named else "all"
    if scheme not in named:
        return None
    variable, address = f"{scheme.upper()}_PROXY", named[scheme]
    try:
        parts = urlsplit(address if "://" in address else f"http://{address}")
        host, port = parts.hostname, parts.port or USUAL_PORT
    except ValueError:
        raise AgentError(f"{variable} holds no address; {LOOKS_LIKE}") from None
    if parts.scheme != "http" or not host:
        raise AgentError(f"{variable} names no HTTP proxy; {LOOKS_LIKE}")
    return Proxy(variable, host, port, _authorization(parts), named.get("no", ""))


def proxy_to(parts: SplitResult) -> Proxy | None:
    """Return the proxy on the way to an address; raises AgentError as `configured` does."""
    proxy = configured()
    return proxy if proxy is not None and proxy.leads_to(parts) else None


def _authorization(parts: SplitResult) -> str:
    """Return the Basic credentials of an address (RFC 7617), in UTF-8."""
    if parts.username is None:
        return ""
    shown = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return "Basic " + base64.b64encode(shown.encode()).decode()
