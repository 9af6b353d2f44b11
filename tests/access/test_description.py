"""The interface's description: every route is in it, and it says what the code says."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import is_dataclass
from types import UnionType
from typing import Any, get_args, get_origin

import msgspec
import pytest
import schemathesis
from chalice.test import Client

from chalicelib.access import description, guard
from infra import openapi
from tests.access.test_matrix import ROWS
from tests.support.people import Anonymous


@pytest.fixture
def described(client: Client) -> Any:  # noqa: ARG001 - it imports the application
    return description.description()


def operations(described: Any) -> dict[tuple[str, str], Any]:
    return {
        (method.upper(), path): told
        for path, methods in described["paths"].items()
        for method, told in methods.items()
    }


def test_every_json_route_is_described(described: Any) -> None:
    assert set(operations(described)) == {(method, path) for method, path, *_ in ROWS}


def test_every_json_route_says_what_it_answers(client: Client) -> None:  # noqa: ARG001
    for route in guard.JSON_ROUTES.values():
        answers = description.told(route).answers
        either = get_args(answers) if isinstance(answers, UnionType) else (answers,)
        shapes = [get_origin(each) or each for each in either]
        typed = all(
            isinstance(each, type) and (issubclass(each, msgspec.Struct) or is_dataclass(each))
            for each in shapes
        )
        is_silent = answers is None and route.status == 204
        assert typed or is_silent or route.media, (route.method, route.path)


def test_every_json_route_says_what_it_does(described: Any) -> None:
    assert [told for told in operations(described).values() if not told["summary"]] == []


def test_every_operation_has_a_name_of_its_own(described: Any) -> None:
    names = Counter(told["operationId"] for told in operations(described).values())
    assert [name for name, times in names.items() if times > 1] == []


def test_who_may_call_is_told_as_the_matrix_has_it(described: Any) -> None:
    """Cameras may do what anybody may, clerks what all staff may; the matrix has what is more."""
    names = {"admin": "facility-admin"}
    staff = {"operator", "admin", "doctor"}
    told = {route: set(each["x-roles"]) for route, each in operations(described).items()}
    assert told == {
        (method, path): {names.get(kind, kind) for kind in kinds} - {"-"}
        | ({"camera"} if "anonymous" in kinds else set())
        | ({"clerk"} if staff <= set(kinds) else set())
        for method, path, *kinds in ROWS
    }


def test_the_description_is_openapi(described: Any) -> None:
    schemathesis.openapi.from_dict(described).validate()


def test_the_document_in_the_repository_is_of_this_code(described: Any) -> None:  # noqa: ARG001
    kept = openapi.DOCUMENT.read_text(encoding="utf-8")
    assert kept == openapi.written(), "run make openapi"


def test_anybody_gets_the_description(client: Client) -> None:
    assert Anonymous(client).get("/openapi.json") == json.loads(openapi.written())


def test_two_shapes_never_share_a_name(described: Any) -> None:
    """Else msgspec would tell them apart by module: names that change when a file is moved."""
    assert [name for name in described["components"]["schemas"] if "chalicelib" in name] == []
