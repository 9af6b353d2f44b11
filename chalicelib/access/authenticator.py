"""An authenticator's secret, for the eye of a phone and for a hand that types."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

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
    import segno
    from markupsafe import Markup

    code = segno.make(uri(account, secret), error="m", micro=False)
    drawn = code.svg_inline(scale=5, border=3, dark="#000", light="#fff", omitsize=False)
    return Markup(drawn)  # noqa: S704 - drawn by segno; the account is dots in it


def in_groups(secret: str) -> str:
    """
    Return *secret* as a person types it.

    >>> in_groups("ABCDEFGHIJ")
    'ABCD EFGH IJ'
    """
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
