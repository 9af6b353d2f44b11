"""An authenticator's secret, for the eye of a phone and for a hand that types."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from chalicelib.web.qr import drawn

ISSUER = "Hokan"


def uri(account: str, secret: str) -> str:
    """
    Return what authenticators read (the Key URI Format).

    >>> uri("a@b.example", "ABCD")
    'otpauth://totp/Hokan:a%40b.example?secret=ABCD&issuer=Hokan'
    """
    return f"otpauth://totp/{ISSUER}:{quote(account, safe='')}?" + urlencode(
        {"secret": secret, "issuer": ISSUER}
    )


def qr(account: str, secret: str) -> Any:
    """Return the URI as a QR code: an SVG image that stands in the page itself."""
    return drawn(uri(account, secret))


def in_groups(secret: str) -> str:
    """
    Return *secret* as a person types it.

    >>> in_groups("ABCDEFGHIJ")
    'ABCD EFGH IJ'
    """
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
