"""
Cookies: all ours, all with the ``__Host-`` prefix.

A browser takes such a cookie only over TLS (or from *.localhost), for this very host and every
path of it; a neighbour's subdomain can neither read nor plant one (RFC 6265bis, 4.1.3.2).
"""

from __future__ import annotations

from chalice.app import Request

SESSION = "__Host-sid"
SIGN_IN = "__Host-sign-in"
LANGUAGE = "__Host-language"
PATIENT = "__Host-slip"  # a patient's session, apart from the portal's
PATIENT_FORM = "__Host-slip-form"  # what their sign-in form is bound to
CAMERA = "__Host-camera"  # a paired phone's, which may send and nothing else
CAMERA_FORM = "__Host-camera-form"  # what the form with its code is bound to


def read(request: Request, name: str) -> str:
    """Return the cookie's value, or nothing; what others have set beside it does no harm."""
    return find(str(request.headers.get("cookie", "")), name)


def find(header: str, name: str) -> str:
    """
    Return the value of *name* in a Cookie header.

    >>> find('a={"b": 1}; __Host-sid=abc; c', "__Host-sid"), find("", "a")
    ('abc', '')
    """
    given = (each.partition("=") for each in header.split(";"))
    return next((value.strip() for key, _, value in given if key.strip() == name), "")


def kept(name: str, value: str, *, seconds: int | None = None) -> str:
    """
    Return the header that has the browser keep *value*, until it closes unless *seconds* say so.

    >>> kept("__Host-sid", "abc")
    '__Host-sid=abc; Path=/; Secure; HttpOnly; SameSite=Lax'
    """
    life = "" if seconds is None else f"; Max-Age={seconds}"
    return f"{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax{life}"


def strict(name: str, value: str, *, seconds: int) -> str:
    """
    Return the header that has the browser keep *value*, and send it from pages of ours only.

    >>> strict("__Host-slip", "abc", seconds=900)
    '__Host-slip=abc; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=900'
    """
    return kept(name, value, seconds=seconds).replace("SameSite=Lax", "SameSite=Strict")


def forgotten(name: str) -> str:
    """Return the header that has the browser forget the cookie."""
    return kept(name, "", seconds=0)
