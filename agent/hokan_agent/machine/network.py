"""The network half of `hokan-agent doctor`: names, ports, certificates, the clock, the proxy."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ssl import cert_time_to_seconds
from typing import NamedTuple
from urllib.parse import urlsplit
from urllib.request import getproxies_environment

from pycurl import E_COULDNT_RESOLVE_HOST

from hokan_agent.errors import AgentError
from hokan_agent.machine.findings import Finding, Level, attention, ok, wrong
from hokan_agent.machine.home import Home, Identity
from hokan_agent.wire import clocks
from hokan_agent.wire.addresses import require_private
from hokan_agent.wire.exchange import handshake
from hokan_agent.wire.failures import distrust, failure, no_way_to
from hokan_agent.wire.faults import Failed, Fault
from hokan_agent.wire.proxy import Proxy, configured, proxy_to
from hokan_agent.wire.service import Service
from hokan_agent.wire.web import Web

SECONDS = 10
SKEW_REFUSED = timedelta(seconds=300)  # the service refuses signatures beyond
EXPIRY_TOLD = timedelta(days=14)


class Endpoint(NamedTuple):
    """
    Where something answers.

    Attributes:
        what: "service" or "storage".
        at: What to connect to: names under .localhost are this machine (RFC 6761).
        proxy: What leads there, if anything does.
    """

    what: str
    host: str
    at: str
    port: int
    is_encrypted: bool
    proxy: Proxy | None

    @classmethod
    def of(cls, what: str, url: str) -> Endpoint:
        """Take an address apart; raises AgentError when it is none, or not private."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        try:
            port = parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError:
            raise AgentError(f"{url} is no address; it looks like https://.../api") from None
        if not host:
            raise AgentError(f"{url} is no address; it looks like https://.../api")
        require_private(parts)
        at = "127.0.0.1" if host.endswith(".localhost") else host
        return cls(what, host, at, port, parts.scheme == "https", proxy_to(parts))

    def connect(self, scheme: str) -> str:
        """Connect as the agent's requests do; return and raise as `handshake` does."""
        at = f"[{self.at}]" if ":" in self.at else self.at
        return handshake(f"{scheme}://{at}:{self.port}/", self.proxy)


def examined(home: Home, identity: Identity | None, service: str | None) -> Iterator[Finding]:
    """Check the way to the service and, through what it says, to storage."""
    yield proxy()
    address = service or (identity.service if identity else None)
    if address is None:
        mend = "hokan-agent doctor --service URL, before enrolling"
        yield attention("service", "not tried: this agent knows no service yet", mend)
        return
    way = list(path_to("service", address))
    yield from way
    if _is_blocked(way):
        return
    yield clock(address.rstrip("/"))
    if identity is not None and address.rstrip("/") == identity.service:
        yield from known(home, identity)


def proxy() -> Finding:
    """Say which proxy connections go through, and whether it is there; never its password."""
    try:
        used = configured()
    except AgentError as error:
        found, _, cure = str(error).partition("; ")
        return wrong("proxy", found, cure)
    if used is None:
        return _without_proxy()
    try:
        socket.create_connection((used.host, used.port), SECONDS).close()
    except OSError as error:
        reason = error.strerror or "no answer in time"
        found, _, cure = str(no_way_to(used, reason)).partition("; ")
        return wrong("proxy", found, cure)
    how = "with a password" if used.authorization else "without a password"
    return ok("proxy", f"connections go through {used.name} ({used.variable}), {how}")


def _without_proxy() -> Finding:
    if "http" in getproxies_environment():
        found = "HTTP_PROXY is set, which is not for HTTPS; connections go straight"
        return attention("proxy", found, "set HTTPS_PROXY, if this machine needs the proxy")
    return ok("proxy", "none set; connections go straight to service and storage")


def path_to(what: str, url: str) -> Iterator[Finding]:
    """Follow the way to an address: its name, its port, its certificate."""
    try:
        endpoint = Endpoint.of(what, url)
    except AgentError as error:
        found, _, cure = str(error).partition("; ")
        yield wrong(what, found, cure)
        return
    reached = port(endpoint)
    yield reached
    if reached.level is Level.OK and endpoint.is_encrypted:
        yield certificate(endpoint)


def port(endpoint: Endpoint) -> Finding:
    """Say whether a name is known and its port answers."""
    name = f"{endpoint.host}:{endpoint.port}"
    try:
        endpoint.connect("http")
    except Failed as error:
        return wrong(endpoint.what, *_no_way(endpoint, name, error.fault))
    by = f", through {endpoint.proxy.name}" if endpoint.proxy else ""
    return ok(endpoint.what, f"{name} answers{by}")


def _no_way(endpoint: Endpoint, name: str, fault: Fault) -> tuple[str, str]:
    """Return why there is no connection, and its cure."""
    if endpoint.proxy is not None:
        found, _, mend = str(failure(endpoint.host, fault, endpoint.proxy)).partition("; ")
        return found, mend
    if fault.code == E_COULDNT_RESOLVE_HOST:
        mend = "check the address and this machine's DNS servers (resolvectl status)"
        return f"the name {endpoint.host} is not found", mend
    mend = f"let outbound TCP to {name} through the firewall"
    return f"no connection to {name}: {fault.reason}", mend


def certificate(endpoint: Endpoint) -> Finding:
    """Say whether the certificate is trusted, by the rules the agent itself connects by."""
    check = f"{endpoint.what} TLS"
    try:
        until = endpoint.connect("https")
    except Failed as error:
        if error.fault.is_distrust:
            why, cure = distrust(error.fault)
            return wrong(check, f"not trusted: {why}", cure)
        found = f"{endpoint.host} does not speak TLS as it should"
        return wrong(check, found, "have the firewall pass it through unchanged")
    if not until:
        return ok(check, "trusted")
    return _expiry(check, datetime.fromtimestamp(cert_time_to_seconds(until), UTC))


def _expiry(check: str, until: datetime) -> Finding:
    found = f"valid until {until:%Y-%m-%d}"
    if until - datetime.now(UTC) < EXPIRY_TOLD:
        return attention(check, found, "tell the provider, or whoever runs the firewall, to renew")
    return ok(check, found)


def clock(service: str) -> Finding:
    """Compare this machine's clock with the service's, as its answers say (RFC 9110, 6.6.1)."""
    web = Web()
    try:
        date = web.request("GET", f"{service}/health").header("Date")
    except AgentError as error:
        return wrong("clock", f"not compared: {error}", "try again; then check the firewall")
    finally:
        web.close()
    ahead = clocks.difference(date)
    if ahead is None:
        return attention("clock", "the answer has no date", "check the service's address")
    return _skew(ahead)


def _skew(theirs_ahead: timedelta) -> Finding:
    found = clocks.said(theirs_ahead)
    if abs(theirs_ahead) > SKEW_REFUSED:
        return wrong("clock", f"{found}; beyond 300 s, signatures are refused", clocks.MEND)
    if abs(theirs_ahead) > clocks.TOLD:
        return attention("clock", found, clocks.MEND)
    return ok("clock", f"right to {round(abs(theirs_ahead).total_seconds())} s")


def known(home: Home, identity: Identity) -> Iterator[Finding]:
    """Say whether the service knows this agent; follow the way to the storage it names."""
    web = Web()
    try:
        told = Service(web, identity, home.key()).get("/agent")
    except AgentError as error:
        yield wrong("identity", str(error), "if it was revoked, enrol anew (hokan-agent enrol)")
        return
    finally:
        web.close()
    yield ok("identity", f"the service knows this agent; it has {len(told['targets'])} targets")
    if "storage" in told:  # an older service does not say
        yield from path_to("storage", told["storage"])


def _is_blocked(way: list[Finding]) -> bool:
    return any(each.level is Level.WRONG for each in way)
