"""Why there was no answer: a sentence, and after the semicolon its cure."""

from __future__ import annotations

import pycurl

from hokan_agent.errors import Barred, Unreachable, WrongPassword
from hokan_agent.wire.faults import Fault
from hokan_agent.wire.proxy import Proxy

PASSWORD_WANTED = 407
PASSING_FROM = 500  # of a proxy: what lies behind it does not answer
EXPIRED, NOT_YET_VALID = 10, 9  # OpenSSL's X509_V_ERR_*
NOT_LOOKED_AT = frozenset({0, 1})  # libcurl compares the name first, and says so in words alone
REASONS = {
    pycurl.E_COULDNT_RESOLVE_HOST: "its name is not found",
    pycurl.E_COULDNT_CONNECT: "no connection",
    pycurl.E_OPERATION_TIMEDOUT: "not in time",
    pycurl.E_SSL_CONNECT_ERROR: "it does not speak TLS as it should",
}


def failure(host: str, fault: Fault, proxy: Proxy | None) -> Unreachable:
    """Return what *fault* means, without the address: a presigned URL is a secret."""
    if proxy is not None and fault.is_of_tunnel:
        return refused_by(proxy, host, fault.tunnel)
    if proxy is not None and fault.is_before_tunnel:
        return no_way_to(proxy, fault.reason)
    if fault.is_distrust:
        why, cure = distrust(fault)
        return Barred(f"the certificate of {host} is not trusted: {why}; {cure}")
    return Unreachable(f"no answer from {host}: {REASONS.get(fault.code, 'the line broke')}")


def distrust(fault: Fault) -> tuple[str, str]:
    """Return why a certificate was not trusted, and what to do about it."""
    if fault.code == pycurl.E_SSL_CACERT_BADFILE:
        return "those to trust cannot be read", "have SSL_CERT_FILE name a file of them (PEM)"
    return fault.said.rpartition(": ")[2], cure_of(fault.verified)


def no_way_to(proxy: Proxy, reason: str) -> Unreachable:
    """Return that a proxy cannot be reached."""
    mend = f"check {proxy.variable}, and that this machine may reach the proxy"
    return Unreachable(f"no connection to the proxy {proxy.name}: {reason}; {mend}")


def refused_by(proxy: Proxy, host: str, status: int) -> Unreachable:
    """Return why a proxy does not lead to *host*."""
    if status == PASSWORD_WANTED:
        mend = f"put user and password into {proxy.variable}: http://USER:PASSWORD@{proxy.name}"
        if proxy.authorization:
            return WrongPassword(f"the proxy {proxy.name} refuses this user and password; {mend}")
        return Barred(f"the proxy {proxy.name} asks for a password; {mend}")
    if status >= PASSING_FROM:
        mend = "try again; then ask whoever runs the proxy"
        return Unreachable(f"the proxy {proxy.name} does not reach {host} ({status}); {mend}")
    mend = f"have it let {host}:443 through"
    return Barred(f"the proxy {proxy.name} does not let {host} through ({status}); {mend}")


def cure_of(code: int) -> str:
    """Return what to do about a certificate OpenSSL did not trust."""
    if code == EXPIRED:
        return "check this machine's date; if it is right, tell the provider"
    if code == NOT_YET_VALID:
        return "check this machine's date"
    if code in NOT_LOOKED_AT:
        return "check the service's address; another machine may answer in its place"
    return (
        "if your firewall opens TLS, exempt this host, or put its CA's certificate (PEM) into a "
        "file with the public ones and name that in SSL_CERT_FILE"
    )
