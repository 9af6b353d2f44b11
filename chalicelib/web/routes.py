"""
Routes whose views may raise, and answers a view may give.

Chalice turns a view's exception into a bare 500 before any middleware sees it, so the view
itself is wrapped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Generic, TypeVar

import msgspec
from chalice.app import Blueprint, CaseInsensitiveMapping, Request, Response

from chalicelib.kernel import ids
from chalicelib.kernel.clock import now
from chalicelib.telemetry import logger
from chalicelib.web import links
from chalicelib.web.problems import problem_from

CORRELATION_HEADER = "Hokan-Correlation-Id"
JSON = "application/json"

T = TypeVar("T")


class Page(msgspec.Struct, Generic[T], frozen=True):
    """
    A list, or a part of it.

    Attributes:
        cursor: Goes into ``?cursor=`` for the next page; null on the last one.
    """

    items: list[T]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """
    What a request asks for beside its path and body.

    Attributes:
        query: Names and values, percent-decoded, in order; a name may come more than once.
        accepts: The types its sender takes.
        address: The scheme, host and path that this interface is under, for links in answers.
    """

    query: list[tuple[str, str]]
    accepts: str
    address: str


@dataclass(frozen=True, slots=True)
class Came:
    """A body of another kind than JSON, as it came in."""

    media: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Sent:
    """An answer of another kind than JSON of ours, as it goes out: text, or bytes."""

    body: bytes | str
    media: str
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


class Routes(Blueprint):
    """A Blueprint whose views may raise: every exception becomes a problem."""

    def route(self, path: str, **kwargs: Any) -> Callable[..., Any]:
        register = super().route(path, **kwargs)

        def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
            decorated: Callable[..., Any] = register(answering_with_problems(view))
            return decorated

        return decorate

    @property
    def request(self) -> Request:
        """The request being answered."""
        return self.current_request


def answering_with_problems(view: Callable[..., Any]) -> Callable[..., Any]:
    """Return *view* with every exception turned into a problem response."""

    @wraps(view)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return view(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - the outermost handler
            return problem_from(error)

    return wrapped


def answer(body: Any, status: int = 200, kind: str = JSON) -> Response:
    """Answer *body* (dataclass, struct, dict) as JSON, of some *kind*, that no cache keeps."""
    return Response(
        msgspec.json.encode(body).decode(),
        {"Content-Type": kind, "Cache-Control": "no-store"},
        status,
    )


def sent(answer: Sent) -> Response:
    """Answer a body of any kind, which no cache keeps."""
    headers = {"Content-Type": answer.media, "Cache-Control": "no-store", **answer.headers}
    return Response(answer.body, dict(headers), answer.status)


def asked(request: Request) -> Asked:
    """Return what *request* asks for."""
    parameters = request.query_params
    query = (
        [(name, value) for name in parameters for value in parameters.getlist(name)]
        if parameters
        else []
    )
    headers = {name.lower(): value for name, value in dict(request.headers).items()}
    scheme = headers.get("x-forwarded-proto", "https")
    address = f"{scheme}://{headers.get('host', '')}{links.prefix_of(request)}"
    return Asked(query, headers.get("accept", "*/*"), address)


def nothing() -> Response:
    """Answer 204: done, and there is nothing to say."""
    return Response("", {"Cache-Control": "no-store"}, 204)


def correlated(event: Request, get_response: Callable[[Request], Response]) -> Response:
    """HTTP middleware: one id through logs, answers and queues; the caller may bring its own."""
    brought = event.headers.get(CORRELATION_HEADER, "")
    logger.set_correlation_id(brought if _acceptable(brought) else ids.new_id("req", now()))
    response = get_response(event)
    response.headers = {**response.headers, CORRELATION_HEADER: correlation_id()}
    return response


def anything_accepted(event: Request, get_response: Callable[[Request], Response]) -> Response:
    """HTTP middleware: who names no type takes any (RFC 9110, 12.5.1); Chalice forgets that."""
    if "accept" not in event.headers:
        event.headers = CaseInsensitiveMapping({**event.headers, "accept": "*/*"})
    return get_response(event)


def correlation_id() -> str:
    """The id of the request being answered, for rows that a later event continues from."""
    return logger.get_correlation_id() or "none"


def _acceptable(brought: str) -> bool:
    return 8 <= len(brought) <= 64 and brought.isascii() and brought.replace("-", "").isalnum()
