"""Errors as RFC 9457 problem details: the one place that turns an exception into HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from chalice.app import ChaliceViewError, Request, Response

from chalicelib.kernel.errors import Fact, HokanError, Unavailable
from chalicelib.telemetry import logger, place
from chalicelib.web.troubles import is_passing

PROBLEM_JSON = "application/problem+json"
HTML = "text/html; charset=utf-8"  # of a page, which says what is wrong to a person
CHALICES = {None, "application/json", "text/plain"}  # what errors have that are not ours
TYPE_PREFIX = "https://hokan.example/problems/"


def problem_from(error: Exception) -> Response:
    """Return the response for *error*; details of unexpected ones stay in the log."""
    found = told(error)
    return problem(found.status, found.code, found.title, found.detail, found.facts)


@dataclass(frozen=True, slots=True)
class Told:
    """What a caller hears of an error."""

    status: int
    code: str
    title: str
    detail: str | None = None
    facts: Mapping[str, Fact] | None = None


def told(error: Exception) -> Told:
    """Log *error*; return what its caller may know of it."""
    match error:
        case HokanError():
            logger.info("request refused", extra={"problem": error.code, **error.facts})
            return Told(error.status, error.code, error.title, str(error), error.facts)
        case ChaliceViewError():
            status = HTTPStatus(error.STATUS_CODE)
            return Told(status, code_of(status), status.phrase, str(error))
        case _ if is_passing(error):
            logger.warning(
                "AWS in trouble", extra={"error": type(error).__name__, "where": place(error)}
            )
            return told(Unavailable("storage is busy; the same request may work shortly"))
        case _:
            # The exception's text may hold what a caller sent, a patient's name included.
            logger.error(
                "unexpected error",
                extra={"error": type(error).__name__, "where": place(error)},
            )
            return Told(500, "internal", "Something went wrong on our side")


def problems_only(event: Request, get_response: Callable[[Request], Response]) -> Response:
    """HTTP middleware: rewrite the errors that Chalice answers by itself (405, 415, ...)."""
    response = get_response(event)
    headers = dict(response.headers)
    if response.status_code < 400 or headers.get("Content-Type") not in CHALICES:
        return response
    body = response.body if isinstance(response.body, dict) else {}
    status = HTTPStatus(response.status_code)
    return problem(status, code_of(status), status.phrase, body.get("Message"))


def problem(
    status: int,
    code: str,
    title: str,
    detail: str | None = None,
    facts: Mapping[str, Fact] | None = None,
) -> Response:
    """Return a problem+json response; *facts* become extension members (RFC 9457, 3.2)."""
    body: dict[str, Any] = {"type": TYPE_PREFIX + code, "title": title, "status": int(status)}
    if detail:
        body["detail"] = detail
    body.update(facts or {})
    return Response(
        json.dumps(body, ensure_ascii=False),
        {"Content-Type": PROBLEM_JSON, "Cache-Control": "no-store"},
        int(status),
    )


def code_of(status: HTTPStatus) -> str:
    """
    Return the problem code of a status nobody gave a narrower one.

    >>> code_of(HTTPStatus.METHOD_NOT_ALLOWED)
    'method-not-allowed'
    """
    return status.phrase.lower().replace(" ", "-").replace("'", "")
