"""Why there was no answer: a sentence, and after the semicolon its cure."""

from __future__ import annotations

import re
import ssl

from urllib3.exceptions import ProxyError

from hokan_agent.errors import Barred, Unreachable, WrongPassword
from hokan_agent.wire.proxy import Proxy

PASSWORD_WANTED = 407
PASSING_FROM = 500  # of a proxy: what lies behind it does not answer
EXPIRED, NOT_YET_VALID, OTHER_NAMES = 10, 9, {62, 64}  # OpenSSL's X509_V_ERR_*
_STATUS = re.compile(r"Tunnel connection failed: (\d{3})")  # as http.client says it


def failure(host: str, error: Exception, proxy: Proxy | None) -> Unreachable:
    """Return what *error* means, without the address: a presigned URL is a secret."""
    if isinstance(error, ProxyError) and proxy is not None:
        return behind(proxy, host, error.original_error)
    cause = error.args[0] if error.args else None
    if isinstance(cause, ssl.SSLCertVerificationError):
        why, cure = cause.verify_message, cure_of(cause.verify_code)
        return Barred(f"the certificate of {host} is not trusted: {why}; {cure}")
    reason = getattr(error, "reason", error)
    return Unreachable(f"no answer from {host}: {type(reason).__name__}")


def behind(proxy: Proxy, host: str, error: Exception) -> Unreachable:
    """Return what keeps a proxy from leading to *host*."""
    said = _STATUS.match(str(error))
    if said is None:
        reason = getattr(error.__cause__ or error, "strerror", None) or "no answer in time"
        mend = f"check {proxy.variable}, and that this machine may reach the proxy"
        return Unreachable(f"no connection to the proxy {proxy.name}: {reason}; {mend}")
    status = int(said[1])
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
    if code in OTHER_NAMES:
        return "check the service's address; another machine may answer in its place"
    return (
        "if your firewall opens TLS, exempt this host, or put its CA's certificate (PEM) into a "
        "file with the public ones and name that in SSL_CERT_FILE"
    )
