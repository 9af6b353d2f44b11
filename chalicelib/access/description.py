"""What the JSON routes say of themselves, as one OpenAPI document."""

from __future__ import annotations

import inspect
from functools import cache
from types import NoneType
from typing import Any, get_type_hints

from chalicelib.access.guard import JSON_ROUTES, JsonRoute
from chalicelib.access.model import Role
from chalicelib.access.policy import POLICY
from chalicelib.web import openapi


@cache
def description() -> dict[str, Any]:
    """Return the document of every route that is registered by now."""
    return openapi.document(told(route) for route in JSON_ROUTES.values())


def told(route: JsonRoute) -> openapi.Route:
    """Return *route* with what its view's annotations and the policy say of it."""
    hints = get_type_hints(route.view, include_extras=True)
    answers = hints.pop("return")
    return openapi.Route(
        method=route.method,
        path=route.path,
        operation=route.operation.value,
        tag=route.view.__module__.split(".")[1],
        says=inspect.getdoc(route.view) or "",
        # Patients have pages; no credential of theirs is taken here.
        roles=tuple(each.value for each in POLICY[route.operation] if each is not Role.PATIENT),
        body=route.body,
        answers=None if answers is NoneType or route.media else answers,
        media=route.media,
        status=route.status,
        parameters=hints,
        problems=route.problems,
        paged=route.paged,
        answer_kind=route.answer_kind,
        takes=route.takes,
        also=route.also,
    )
