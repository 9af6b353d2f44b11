"""What libcurl says of a request that has no answer."""

from __future__ import annotations

import os
from typing import NamedTuple, cast

import pycurl

CONNECTED = 200
NO_WAY = frozenset({pycurl.E_COULDNT_RESOLVE_PROXY, pycurl.E_COULDNT_CONNECT})
BROKEN = frozenset({pycurl.E_OPERATION_TIMEDOUT, pycurl.E_RECV_ERROR, pycurl.E_GOT_NOTHING})


class Fault(NamedTuple):
    """
    What libcurl says of a request without an answer.

    Attributes:
        code: CURLE_*.
        said: In its words; they may hold an address.
        errno: The system's, of a connection that was refused; else 0.
        tunnel: The status of the proxy's answer to CONNECT; 0 where there was none.
        is_new: Whether its connection was a new one, and TLS had not begun.
        verified: What OpenSSL said of the certificate, X509_V_*.
    """

    code: int
    said: str
    errno: int
    tunnel: int
    is_new: bool
    verified: int

    @classmethod
    def of(cls, handle: pycurl.Curl, error: pycurl.error) -> Fault:
        code, said = cast("tuple[int, str]", error.args)
        return cls(
            code,
            said,
            handle.getinfo(pycurl.OS_ERRNO),
            handle.getinfo(pycurl.HTTP_CONNECTCODE),
            handle.getinfo(pycurl.NUM_CONNECTS) > 0 and handle.getinfo(pycurl.APPCONNECT_TIME) == 0,
            handle.getinfo(pycurl.SSL_VERIFYRESULT),
        )

    @property
    def reason(self) -> str:
        """Why there was no connection."""
        return os.strerror(self.errno) if self.errno else "no answer in time"

    @property
    def is_distrust(self) -> bool:
        """Whether the certificate was not trusted."""
        return self.code in {pycurl.E_PEER_FAILED_VERIFICATION, pycurl.E_SSL_CACERT_BADFILE}

    @property
    def is_before_tunnel(self) -> bool:
        """Whether the proxy itself did not answer."""
        return self.code in NO_WAY or (self.code in BROKEN and self.is_new and not self.tunnel)

    @property
    def is_of_tunnel(self) -> bool:
        """Whether the proxy said no."""
        return self.tunnel not in {0, CONNECTED}


class Failed(Exception):
    """A request has no answer, or not all of one."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault
