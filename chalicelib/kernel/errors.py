"""
Every error a caller can do something about.

* HokanError                     status  title
  - Unauthenticated               401    nobody we know, or no longer
  - NotAllowed                    403    known caller, action refused
  - NotFound                      404    no such thing, or not yours to see
  - NotAcceptable                 406    there, but in no form the caller takes
  - Conflict                      409    right request, wrong moment
    + QuotaExceeded               409    the contract's capacity would be passed
  - TooLarge                      413    more than one request may carry
  - UnsupportedType               415    a body of a kind this route does not read
  - Invalid                       422    the request itself is wrong
  - TooMany                       429    the same was tried too often; wait
  - Unavailable                   503    try again later; nothing was changed

Anything else that escapes a view is a bug, and answers 500 without detail.
"""

from __future__ import annotations

from typing import ClassVar

Fact = str | int | bool | None | list[str] | list[int]


class HokanError(Exception):
    """
    Base class: a message for people, a *code* for programs, facts for both.

    Attributes:
        code: Stable, kebab-case; becomes the last part of the problem type URI.
            An instance may name a narrower one than its class.
        status: The HTTP status the web layer answers with.
        facts: JSON-ready details, in the units their names say.  Never personal data:
            facts are logged.
    """

    code: str = "error"
    title: ClassVar[str] = "Something went wrong"
    status: ClassVar[int] = 500

    def __init__(self, message: str, *, code: str | None = None, **facts: Fact) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code
        self.facts = facts


class Unauthenticated(HokanError):
    code, title, status = "unauthenticated", "Sign in first", 401


class NotAllowed(HokanError):
    code, title, status = "not-allowed", "Not allowed", 403


class NotFound(HokanError):
    """Also raised for things the caller may not see, so that ids cannot be probed."""

    code, title, status = "not-found", "Not found", 404


class NotAcceptable(HokanError):
    code, title, status = "not-acceptable", "Not in the form asked for", 406


class Conflict(HokanError):
    code, title, status = "conflict", "Not possible in the current state", 409


class QuotaExceeded(Conflict):
    """Storing *incoming_bytes* more would pass the contract's capacity."""

    code, title = "quota-exceeded", "The contract's capacity is used up"

    def __init__(self, *, available_bytes: int, incoming_bytes: int, limit_bytes: int) -> None:
        super().__init__(
            f"{incoming_bytes} bytes do not fit: {available_bytes} of the contract's"
            f" {limit_bytes} bytes are free",
            available_bytes=available_bytes,
            incoming_bytes=incoming_bytes,
            limit_bytes=limit_bytes,
        )


class TooLarge(HokanError):
    code, title, status = "too-large", "Too much for one request", 413


class UnsupportedType(HokanError):
    code, title, status = "unsupported-media-type", "Unsupported Media Type", 415


class Invalid(HokanError):
    code, title, status = "invalid", "The request is not valid", 422


class TooMany(HokanError):
    code, title, status = "too-many", "Tried too often", 429


class Unavailable(HokanError):
    code, title, status = "unavailable", "Not available right now", 503
