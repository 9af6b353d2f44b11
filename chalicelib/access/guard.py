"""
Routes that ask who calls and whether they may, before the view sees anything.

A route says what it takes; what it answers is what its view is annotated to return.  Both are
what really happens: the guard reads the body and writes the answer, and mypy holds the view to
its types.  docs/api/openapi.json is made of these (chalicelib.access.description).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar, overload

import msgspec
from chalice.app import Request, Response

from chalicelib.access import service, signatures
from chalicelib.access.model import ANONYMOUS, Caller
from chalicelib.access.policy import Operation, require
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import NotAllowed, NotFound, Unauthenticated, UnsupportedType
from chalicelib.telemetry import count, logger
from chalicelib.web.bodies import raw_body, read
from chalicelib.web.routes import JSON, Came, Routes, Sent, answer, asked, nothing, sent

OPERATIONS: dict[tuple[str, str], Operation] = {}  # (method, path) -> what it does

P = ParamSpec("P")
B = TypeVar("B")
A = TypeVar("A")


class JsonRoute(msgspec.Struct, frozen=True):
    """
    What a route of the JSON interface says of itself.

    Attributes:
        body: What comes in; None where nothing does.
        status: Of the answer when all is well.
        problems: Statuses of errors that follow from neither policy, path nor body.
        paged: It is a listing that takes a cursor.
        media: The types it answers, for one whose view answers :class:`Sent`; it is asked for by
            query and Accept, which its view gets as ``asked``.
        takes: The type of a body other than JSON, which its view gets as ``came``.
        also: Other statuses that it answers with *media*.
        answer_kind: The media type of its answer: JSON, or a kind of it.
    """

    method: str
    path: str
    operation: Operation
    view: Callable[..., Any]
    body: type | None
    status: int
    problems: tuple[int, ...]
    paged: bool
    media: tuple[str, ...] = ()
    answer_kind: str = JSON
    takes: str = ""
    also: tuple[int, ...] = ()


JSON_ROUTES: dict[tuple[str, str], JsonRoute] = {}


class GuardedRoutes(Routes):
    """
    Routes that name their operation; the view gets the caller first, then the body if any.

    ``@routes.on("PUT", "/things/{thing_id}", Operation.CHANGE_THING, body=NewThing)``
    """

    @overload
    def on(
        self,
        method: str,
        path: str,
        operation: Operation,
        *,
        status: int = 200,
        problems: tuple[int, ...] = (),
        paged: bool = False,
        answer_kind: str = JSON,
    ) -> Callable[[Callable[Concatenate[Caller, P], A]], Any]: ...

    @overload
    def on(
        self,
        method: str,
        path: str,
        operation: Operation,
        *,
        body: type[B],
        status: int = 200,
        problems: tuple[int, ...] = (),
    ) -> Callable[[Callable[Concatenate[Caller, B, P], A]], Any]: ...

    def on(  # noqa: PLR0913 - all that a route says of itself
        self,
        method: str,
        path: str,
        operation: Operation,
        *,
        body: type | None = None,
        status: int = 200,
        problems: tuple[int, ...] = (),
        paged: bool = False,
        answer_kind: str = JSON,
    ) -> Callable[[Callable[..., Any]], Any]:
        says = {"body": body, "status": status, "problems": problems, "paged": paged}
        return self._on(method, path, operation, answer_kind=answer_kind, **says)

    def sending(
        self,
        method: str,
        path: str,
        operation: Operation,
        *,
        media: tuple[str, ...],
        problems: tuple[int, ...] = (),
        takes: str | type = "",
        also: tuple[int, ...] = (),
    ) -> Callable[[Callable[Concatenate[Caller, P], Sent]], Any]:
        """
        Answer other than JSON of ours; the view gets query and Accept last, as ``asked``.

        Args:
            takes: What comes in as JSON, the view's second argument; or the media type of any
                other body, which the view gets as ``came``.
        """
        is_json = isinstance(takes, type)
        says = {"body": takes if is_json else None, "takes": "" if is_json else takes}
        more = {"status": 200, "problems": problems, "paged": False}
        return self._on(method, path, operation, media=media, also=also, **says, **more)

    def _on(
        self, method: str, path: str, operation: Operation, **says: Any
    ) -> Callable[[Callable[..., Any]], Any]:
        OPERATIONS[method, path] = operation
        # Chalice would refuse another type before anybody asked who sends it.
        types: dict[str, Any] = {"content_types": []} if says.get("takes") else {}
        register = self.route(path, methods=[method], name=f"{method} {path}", **types)

        def decorate(view: Callable[..., Any]) -> Any:
            route = JsonRoute(method=method, path=path, operation=operation, view=view, **says)
            JSON_ROUTES[method, path] = route

            def guarded(**path_parameters: str) -> Response:
                return answered(self.request, route, path_parameters)

            return register(guarded)

        return decorate


def answered(request: Request, route: JsonRoute, parts: dict[str, str]) -> Response:
    """Answer *request* by the view of *route*, if its caller may ask that."""
    caller = caller_of(request)
    logger.append_keys(caller=caller.id, operation=route.operation.value)
    permit(caller, route.operation)
    check_ids(parts)
    taken: tuple[Any, ...] = (read(request, route.body),) if route.body else ()
    more: dict[str, Any] = {"cursor": _cursor(request)} if route.paged else {}
    more |= {"asked": asked(request)} if route.media else {}
    more |= {"came": came(request, route.takes)} if route.takes else {}
    found = route.view(caller, *taken, **parts, **more)
    if isinstance(found, Sent):
        return sent(found)
    return nothing() if found is None else answer(found, route.status, route.answer_kind)


def came(request: Request, media: str) -> Came:
    """Return the body of *request*; raises UnsupportedType where it is of another type."""
    said = str(request.headers.get("content-type", ""))
    if said.partition(";")[0].strip().lower() != media:
        raise UnsupportedType(f"this takes {media}")
    return Came(said, raw_body(request))


def check_ids(parts: dict[str, str]) -> None:
    """Let pass what can be an id; DynamoDB would break off at a key that is too long."""
    if any(len(each) > ids.LONGEST for each in parts.values()):
        raise NotFound("no id is that long")


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


def _cursor(request: Request) -> str | None:
    parameters = request.query_params
    return parameters.get("cursor") if parameters else None


def _as_signed(request: Request, headers: dict[str, str]) -> signatures.SignedMessage:
    """The request as the agent saw it: API Gateway tells the path before the stage was cut."""
    if request.query_params:
        raise Unauthenticated("agents send no query string", code="bad-signature")
    path = request.context.get("path") or request.path
    host = headers.get("host", "hokan.invalid")
    return signatures.SignedMessage(request.method, f"https://{host}{path}", headers)
