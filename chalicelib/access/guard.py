"""Routes that ask who calls and whether they may, before the view sees anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalice.app import Request

from chalicelib.access import service, signatures
from chalicelib.access.model import ANONYMOUS, Caller
from chalicelib.access.policy import Operation, require
from chalicelib.kernel import clock
from chalicelib.kernel.errors import NotAllowed, Unauthenticated
from chalicelib.telemetry import count, logger
from chalicelib.web.bodies import raw_body
from chalicelib.web.routes import Routes

OPERATIONS: dict[tuple[str, str], Operation] = {}  # (method, path) -> what it does


class GuardedRoutes(Routes):
    """
    Routes that name their operation; the view gets the caller first.

    ``@routes.on("PUT", "/things/{thing_id}", Operation.CHANGE_THING)``
    """

    def on(self, method: str, path: str, operation: Operation) -> Callable[..., Any]:
        OPERATIONS[method, path] = operation
        register = self.route(path, methods=[method], name=f"{method} {path}")

        def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
            def guarded(**path_parameters: str) -> Any:
                caller = caller_of(self.request)
                logger.append_keys(caller=caller.id, operation=operation.value)
                permit(caller, operation)
                return view(caller, **path_parameters)

            decorated: Callable[..., Any] = register(guarded)
            return decorated

        return decorate


def permit(caller: Caller, operation: Operation) -> None:
    """Let pass what the policy table allows; count, log and audit what it refuses."""
    try:
        require(caller, operation)
    except Unauthenticated:
        count("CallersRefused")
        raise
    except NotAllowed:
        count("CallersRefused")
        service.audit(caller, operation, "refused", outcome="denied")
        raise


def caller_of(request: Request) -> Caller:
    """Return who made *request*: a session's holder, a signing agent, or nobody."""
    headers = {name.lower(): value for name, value in dict(request.headers).items()}
    if "signature-input" in headers:
        return signatures.caller_of(_as_signed(request, headers), raw_body(request), clock.now())
    scheme, _, session_id = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and session_id:
        return service.caller_of_session(session_id)
    return ANONYMOUS


def session_of(request: Request) -> str:
    """Return the session id a staff request carries."""
    return str(request.headers.get("authorization", "")).partition(" ")[2]


def _as_signed(request: Request, headers: dict[str, str]) -> signatures.SignedMessage:
    """The request as the agent saw it: API Gateway tells the path before the stage was cut."""
    if request.query_params:
        raise Unauthenticated("agents send no query string", code="bad-signature")
    path = request.context.get("path") or request.path
    host = headers.get("host", "hokan.invalid")
    return signatures.SignedMessage(request.method, f"https://{host}{path}", headers)
