"""
Forms: what came in, and that it came from a page of ours.

Two proofs, each enough by itself against a foreign page: where the browser says the form stood
(Sec-Fetch-Site, Origin), and a token that only a page made for this very session can hold.
"""

from __future__ import annotations

import base64
import hmac
import unicodedata
from urllib.parse import parse_qsl, urlsplit

from chalice.app import Request

from chalicelib.kernel.errors import Invalid, NotAllowed, TooLarge
from chalicelib.web.bodies import raw_body

TYPE = "application/x-www-form-urlencoded"
TOKEN = "csrf"  # noqa: S105 - a field's name
MAX_FORM_BYTES = 100_000
MAX_FIELDS = 200


def fields(request: Request) -> dict[str, str]:
    """
    Return the form's fields; of a name that came twice, the last.

    Raises:
        TooLarge, Invalid: No form of ours is like that.
    """
    raw = raw_body(request)
    if len(raw) > MAX_FORM_BYTES:
        raise TooLarge("the form is larger than 100,000 bytes", limit_bytes=MAX_FORM_BYTES)
    try:
        return dict(parse_qsl(raw.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except ValueError:
        raise Invalid("this is no form of ours") from None


def one_line(typed: str) -> str:
    """
    Read a typed line as its writer meant it: full-width digits and letters are ordinary ones.

    >>> one_line("　１２３ ４５６ ")
    '123 456'
    """
    return unicodedata.normalize("NFKC", typed).strip()


def token(secret: str) -> str:
    """Return the token of whoever holds *secret* (a session id), which it does not tell."""
    digest = hmac.digest(secret.encode(), b"hokan form", "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def check(request: Request, given: str, secret: str) -> None:
    """
    Let pass a form that a page of ours holds, made for the holder of *secret*.

    Args:
        given: The token that came with it.

    Raises:
        NotAllowed: It stood elsewhere, or belongs to another session, or is too old.
    """
    is_ours = bool(secret) and hmac.compare_digest(given.encode(), token(secret).encode())
    if not (is_ours and _is_from_here(request)):
        raise NotAllowed(
            "the form does not come from a page of this session; load the page again",
            code="foreign-form",
        )


def _is_from_here(request: Request) -> bool:
    """Whether the browser says that the form stood on this host; saying nothing is a no."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is None and origin is None:
        return False
    return site in {None, "same-origin"} and (origin is None or _is_this_host(request, origin))


def _is_this_host(request: Request, origin: str) -> bool:
    own = {request.headers.get("host"), request.context.get("domainName")} - {None}
    return urlsplit(origin).netloc in own
