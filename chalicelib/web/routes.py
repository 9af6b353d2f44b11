"""
Routes whose views may raise, and answers a view may give.

Chalice turns a view's exception into a bare 500 before any middleware sees it, so the view
itself is wrapped.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Generic, TypeVar

import msgspec
from chalice.app import Blueprint, Request, Response

from chalicelib.kernel import ids
from chalicelib.kernel.clock import now
from chalicelib.telemetry import logger
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


def correlation_id() -> str:
    """The id of the request being answered, for rows that a later event continues from."""
    return logger.get_correlation_id() or "none"


def _acceptable(brought: str) -> bool:
    return 8 <= len(brought) <= 64 and brought.isascii() and brought.replace("-", "").isalnum()
