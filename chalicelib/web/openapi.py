"""
The JSON interface as an OpenAPI 3.1 document, made of the types that routes take and answer.

Nothing here is written by hand that the code says already, so the document cannot differ from
what the service does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import msgspec

from chalicelib.kernel.errors import HokanError
from chalicelib.web.problems import PROBLEM_JSON, TYPE_PREFIX
from chalicelib.web.routes import JSON

Node = dict[str, Any]

VERSION = "1"  # of the interface; what is added to it does not change it
SCHEMAS = "#/components/schemas/{name}"
PROBLEM = {"$ref": "#/components/schemas/Problem"}
_PARAMETER = re.compile(r"\{(\w+)\}")
_PAGE = re.compile(r"\bPage_(\w+?)_(?!\w)")  # as msgspec names Page[Thing]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """
    What there is to tell of a route.

    Attributes:
        operation: What it does, in one word or some: ``sign_in``.
        tag: The capability it belongs to.
        says: What it does, as a sentence.
        roles: Who may call it.
        answers: The type of its answer; None where it answers 204.
        parameters: The types of what stands in its path, by name.
        problems: Statuses of errors that follow from nothing else told here.
        paged: It takes a cursor.
        media: The types of its answer, where that is not JSON of ours.
        answer_kind: The media type of its answer: JSON, or a kind of it.
        takes: The type of its body, where that is not JSON.
        also: Other statuses that it answers with *media*.
    """

    method: str
    path: str
    operation: str
    tag: str
    says: str
    roles: tuple[str, ...]
    body: Any
    answers: Any
    status: int
    parameters: dict[str, Any]
    problems: tuple[int, ...]
    paged: bool
    media: tuple[str, ...] = ()
    answer_kind: str = JSON
    takes: str = ""
    also: tuple[int, ...] = ()


def document(routes: Iterable[Route]) -> Node:
    """Return the OpenAPI document of *routes*."""
    told = sorted(routes, key=lambda route: (route.path, route.method))
    shapes = [shape for route in told for shape in (route.body, route.answers) if shape]
    refs, schemas = msgspec.json.schema_components(shapes, ref_template=SCHEMAS)
    known = dict(zip(shapes, refs, strict=True))
    paths: dict[str, Node] = {}
    for route in told:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, known)
    return _with_plain_names(
        {
            "openapi": "3.1.0",
            "info": {"title": "Hokan", "version": VERSION, "description": ABOUT},
            "servers": [{"url": "/api"}],
            "paths": paths,
            "components": {
                "securitySchemes": SCHEMES,
                "schemas": {**schemas, "Problem": PROBLEM_SCHEMA},
                "responses": {f"Problem{status}": _problem(status) for status in _statuses(told)},
            },
        }
    )


ABOUT = """\
Bodies are JSON in UTF-8. Times are RFC 3339 in UTC with a Z, local dates YYYY-MM-DD, sizes bytes, SHA-256 64 lower-case hex digits.
Every error is a problem (RFC 9457); the last part of its `type` is stable. What is not the caller's own answers 404.
Every answer carries `Hokan-Correlation-Id`. The protocol, and the codes of problems, are told in docs/api.md."""  # noqa: E501

BYTES = {"type": "string", "format": "binary"}
ELSEWHERE = "What is too large for an answer is there, for five minutes."

SCHEMES: Node = {
    "session": {
        "type": "http",
        "scheme": "bearer",
        "description": "Of staff: the `session` that POST /sessions answers.",
    },
    "agent": {
        "type": "apiKey",
        "in": "header",
        "name": "Signature-Input",
        "description": "Of agents: an HTTP message signature (RFC 9421) with Ed25519, label `hokan`, over "  # noqa: E501
        "`@method`, `@path` and `content-digest`, in the headers Signature-Input, Signature and Content-Digest.",  # noqa: E501
    },
}

PROBLEM_SCHEMA: Node = {
    "title": "Problem",
    "description": "Problem details (RFC 9457); some have more members, with the facts.",
    "type": "object",
    "properties": {
        "type": {"type": "string", "pattern": f"^{re.escape(TYPE_PREFIX)}[a-z0-9-]+$"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "For people."},
    },
    "required": ["type", "title", "status"],
}


def _operation(route: Route, known: dict[Any, Node]) -> Node:
    told: Node = {
        "operationId": operation_id(route),
        "tags": [route.tag],
        "summary": route.says,
        "security": _security(route.roles),
        "x-roles": list(route.roles),
        "parameters": list(_parameters(route)),
        "responses": {str(route.status): _success(route, known)}
        | ({"307": {"description": ELSEWHERE}} if route.media and route.method == "GET" else {})
        | _refusals(route)
        | {str(each): _mixed(route, each) for each in route.also},
    }
    if route.takes:
        told["requestBody"] = {"required": True, "content": {route.takes: {"schema": BYTES}}}
    if route.body:
        has_to_come = any(field.required for field in msgspec.structs.fields(route.body))
        content = {JSON: {"schema": known[route.body]}}
        told["requestBody"] = {"required": has_to_come, "content": content}
    return told


def operation_id(route: Route) -> str:
    """Return a name that no other route has: ``see_targets_get_targets_target_id_usage``."""
    words = re.findall(r"\w+", route.path)
    return "_".join([route.operation, route.method.lower(), *words])


def _security(roles: tuple[str, ...]) -> list[dict[str, list[str]]]:
    """Return which schemes let one of *roles* in; none is needed where nobody is refused."""
    if "anonymous" in roles:
        return []
    schemes = {"agent" if role == "agent" else "session" for role in roles}
    return [{scheme: []} for scheme in sorted(schemes)]


def _parameters(route: Route) -> Iterator[Node]:
    for name in _PARAMETER.findall(route.path):
        schema = msgspec.json.schema(route.parameters[name])
        yield {"name": name, "in": "path", "required": True, "schema": schema}
    if route.paged:
        yield {
            "name": "cursor",
            "in": "query",
            "description": "Of the page before this one.",
            "schema": {"type": "string"},
        }


def _success(route: Route, known: dict[Any, Node]) -> Node:
    described = HTTPStatus(route.status).phrase
    if route.media:
        return {"description": described, "content": {each: {} for each in route.media}}
    if not route.answers:
        return {"description": described}
    return {
        "description": described,
        "content": {route.answer_kind: {"schema": known[route.answers]}},
    }


def _mixed(route: Route, status: int) -> Node:
    """Describe a status that tells of parts of a request, or is a problem of all of it."""
    media: Node = {each: {} for each in route.media}
    problem = {PROBLEM_JSON: {"schema": PROBLEM}} if status >= HTTPStatus.BAD_REQUEST else {}
    return {"description": HTTPStatus(status).phrase, "content": media | problem}


def _refusals(route: Route) -> Node:
    return {
        str(each): {"$ref": f"#/components/responses/Problem{each}"} for each in refusals(route)
    }


def refusals(route: Route) -> list[int]:
    """Return the statuses of every problem that *route* may answer with."""
    found = {401, 503, *route.problems}  # whoever brings a session brings one that runs
    if "anonymous" not in route.roles:
        found.add(403)
    if "{" in route.path:
        found.add(404)
    if route.method in {"POST", "PUT"}:
        found.add(415)
    if route.body or route.takes:
        found |= {413, 422}
    if route.paged:
        found.add(422)
    return sorted(found)


def _statuses(routes: Iterable[Route]) -> list[int]:
    return sorted({status for route in routes for status in refusals(route)})


def _problem(status: int) -> Node:
    titles = {each.status: each.title for each in HokanError.__subclasses__()}
    described = titles.get(status, HTTPStatus(status).phrase)
    return {"description": described, "content": {PROBLEM_JSON: {"schema": PROBLEM}}}


def _with_plain_names(told: Node) -> Node:
    """Let a page of things be called PageOfThing, and not as msgspec calls it."""
    plain = _PAGE.sub(r"PageOf\1", msgspec.json.encode(told).decode())
    return dict(msgspec.json.decode(plain))
