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
from chalicelib.web import multipart
from chalicelib.web.bodies import raw_body

TYPE = "application/x-www-form-urlencoded"
TOKEN = "csrf"  # noqa: S105 - a field's name
MAX_FORM_BYTES = 100_000
MAX_UPLOAD_BYTES = 1_000_000  # of a form with a file in it
MAX_FIELDS = 200


def fields(request: Request) -> dict[str, str]:
    """
    Return the form's fields; of a name that came twice, the last.

    Raises:
        TooLarge, Invalid: No form of ours is like that.
    """
    if _has_files(request):
        texts = {each.name: each.body for each in _parts(request) if not each.is_file}
        return {name: _text(body) for name, body in texts.items()}
    raw = _body(request, MAX_FORM_BYTES)
    try:
        return dict(parse_qsl(raw.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except ValueError:
        raise Invalid("this is no form of ours") from None


def files(request: Request) -> dict[str, bytes]:
    """
    Return the files in the form, by the name of their field; an empty one where none was chosen.

    Raises:
        TooLarge, Invalid: As :func:`fields`.
    """
    if not _has_files(request):
        return {}
    return {each.name: each.body for each in _parts(request) if each.is_file}


def file_names(request: Request) -> dict[str, str]:
    """
    Return what the files in the form are called, by the name of their field.

    Raises:
        TooLarge, Invalid: As :func:`fields`.
    """
    if not _has_files(request):
        return {}
    return {each.name: each.file_name for each in _parts(request) if each.is_file}


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


def check(request: Request, given: str, secret: str, *, is_anonymous: bool = False) -> None:
    """
    Let pass a form that a page of ours holds, made for the holder of *secret*.

    Args:
        given: The token that came with it.
        is_anonymous: The page sends no referrer, and so its forms name no origin either.

    Raises:
        NotAllowed: It stood elsewhere, or belongs to another session, or is too old.
    """
    is_ours = bool(secret) and hmac.compare_digest(given.encode(), token(secret).encode())
    is_from_here = _is_from_here(request) or (is_anonymous and _is_unnamed(request))
    if not (is_ours and is_from_here):
        raise NotAllowed(
            "the form does not come from a page of this session; load the page again",
            code="foreign-form",
        )


def _has_files(request: Request) -> bool:
    return _content_type(request).lower().startswith(multipart.TYPE)


def _parts(request: Request) -> list[multipart.Part]:
    return multipart.parts(_content_type(request), _body(request, MAX_UPLOAD_BYTES))


def _content_type(request: Request) -> str:
    return str(request.headers.get("content-type", ""))


def _body(request: Request, limit_bytes: int) -> bytes:
    raw = raw_body(request)
    if len(raw) > limit_bytes:
        raise TooLarge(f"the form is larger than {limit_bytes:,} bytes", limit_bytes=limit_bytes)
    return raw


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise Invalid("this is no form of ours") from None


def _is_from_here(request: Request) -> bool:
    """Whether the browser says that the form stood on this host; saying nothing is a no."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is None and origin is None:
        return False
    return site in {None, "same-origin"} and (origin is None or _is_this_host(request, origin))


def _is_unnamed(request: Request) -> bool:
    """Whether the browser keeps to itself where the form stood, as the page told it to."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    return site in {None, "same-origin"} and origin == "null"


def _is_this_host(request: Request, origin: str) -> bool:
    own = {request.headers.get("host"), request.context.get("domainName")} - {None}
    return urlsplit(origin).netloc in own
