"""The network half of `hokan-agent doctor`: names, ports, certificates, the clock, the proxy."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit
from urllib.request import getproxies_environment

from hokan_agent.errors import AgentError
from hokan_agent.machine.findings import Finding, Level, attention, ok, wrong
from hokan_agent.machine.home import Home, Identity
from hokan_agent.wire.service import Service
from hokan_agent.wire.web import Web, require_private

SECONDS = 10
SKEW_TOLD = timedelta(seconds=60)
SKEW_REFUSED = timedelta(seconds=300)  # the service refuses signatures beyond
EXPIRY_TOLD = timedelta(days=14)
EXPIRED, NOT_YET_VALID, OTHER_NAMES = 10, 9, {62, 64}  # OpenSSL's X509_V_ERR_*


@dataclass(frozen=True, slots=True)
class Endpoint:
    """
    Where something answers.

    Attributes:
        what: "service" or "storage".
        at: What to connect to: names under .localhost are this machine (RFC 6761).
    """

    what: str
    host: str
    at: str
    port: int
    is_encrypted: bool

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
        return cls(what, host, at, port, parts.scheme == "https")


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
    """Say which proxy variables are set: never their values, which may hold a password."""
    names = sorted(f"{name}_proxy" for name in getproxies_environment() if name != "no")
    if names:
        mend = "let this machine reach service and storage directly, on port 443"
        return attention("proxy", f"{', '.join(names)} set, which this agent does not use", mend)
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
        socket.create_connection((endpoint.at, endpoint.port), SECONDS).close()
    except socket.gaierror:
        mend = "check the address and this machine's DNS servers (resolvectl status)"
        return wrong(endpoint.what, f"the name {endpoint.host} is not found", mend)
    except OSError as error:
        why = error.strerror or "no answer in time"
        mend = f"let outbound TCP to {name} through the firewall"
        return wrong(endpoint.what, f"no connection to {name}: {why}", mend)
    return ok(endpoint.what, f"{name} answers")


def certificate(endpoint: Endpoint) -> Finding:
    """Say whether the certificate is trusted, by the rules the agent itself connects by."""
    check = f"{endpoint.what} TLS"
    trusting = ssl.create_default_context()  # as urllib3: SSL_CERT_FILE and SSL_CERT_DIR count
    try:
        with (
            socket.create_connection((endpoint.at, endpoint.port), SECONDS) as plain,
            trusting.wrap_socket(plain, server_hostname=endpoint.host) as secured,
        ):
            shown = secured.getpeercert() or {}
    except ssl.SSLCertVerificationError as error:
        return wrong(check, f"not trusted: {error.verify_message}", _trust(error.verify_code))
    except OSError as error:
        found = f"{endpoint.host} does not speak TLS as it should ({type(error).__name__})"
        return wrong(check, found, "have the firewall pass it through unchanged")
    seconds = ssl.cert_time_to_seconds(str(shown["notAfter"]))
    return _expiry(check, datetime.fromtimestamp(seconds, UTC))


def _expiry(check: str, until: datetime) -> Finding:
    found = f"valid until {until:%Y-%m-%d}"
    if until - datetime.now(UTC) < EXPIRY_TOLD:
        return attention(check, found, "tell the provider, or whoever runs the firewall, to renew")
    return ok(check, found)


def _trust(code: int) -> str:
    """Return the cure for what OpenSSL found."""
    if code == EXPIRED:
        return "check this machine's date; if it is right, tell the provider"
    if code == NOT_YET_VALID:
        return "check this machine's date"
    if code in OTHER_NAMES:
        return "check the service's address; another machine may answer in its place"
    return (
        "if your firewall opens TLS, exempt this host, or put its CA's certificate (PEM) into a "
        "file with the public ones and name that in SSL_CERT_FILE"
    )


def clock(service: str) -> Finding:
    """Compare this machine's clock with the service's, as its answers say (RFC 9110, 6.6.1)."""
    web = Web()
    began = time.time()
    try:
        said = web.request("GET", f"{service}/health").headers.get("Date", "")
        theirs = parsedate_to_datetime(said).timestamp()
    except AgentError as error:
        return wrong("clock", f"not compared: {error}", "try again; then check the firewall")
    except ValueError:
        return attention("clock", "the answer has no date", "check the service's address")
    finally:
        web.close()
    here = (began + time.time()) / 2
    return _skew(timedelta(seconds=round(here - theirs)))


def _skew(ahead: timedelta) -> Finding:
    seconds = round(ahead.total_seconds())
    found = f"{abs(seconds)} s {'ahead of' if seconds > 0 else 'behind'} the service"
    mend = "timedatectl set-ntp true, or set the clock right"
    if abs(ahead) > SKEW_REFUSED:
        return wrong("clock", f"{found}; beyond 300 s, signatures are refused", mend)
    if abs(ahead) > SKEW_TOLD:
        return attention("clock", found, mend)
    return ok("clock", f"right to {abs(seconds)} s")


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
