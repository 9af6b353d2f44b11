"""An OpenAPI document of routes: what follows from what."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import pytest

from chalicelib.web.openapi import Route, document, operation_id, refusals
from chalicelib.web.routes import Page


class Thing(msgspec.Struct):
    name: str


class Change(msgspec.Struct):
    name: str = ""


def a_route(**changes: Any) -> Route:
    usual: dict[str, Any] = {
        "method": "GET",
        "path": "/things",
        "operation": "see_things",
        "tag": "things",
        "says": "List things.",
        "roles": ("doctor",),
        "body": None,
        "answers": Thing,
        "status": 200,
        "parameters": {},
        "problems": (),
        "paged": False,
    }
    return Route(**usual | changes)


def told(**changes: Any) -> Any:
    """Return what the document says of one route."""
    route = a_route(**changes)
    return document([route])["paths"][route.path][route.method.lower()]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"roles": ("doctor",)}, 403),
        ({"path": "/things/{thing_id}"}, 404),
        ({"problems": (409,)}, 409),
        ({"method": "POST", "body": Thing}, 413),
        ({"method": "POST"}, 415),
        ({"method": "POST", "body": Thing}, 422),
        ({"paged": True}, 422),
    ],
)
def test_a_problem_follows_from_the_route(changes: dict[str, Any], status: int) -> None:
    assert status in refusals(a_route(**changes))
    assert status not in refusals(a_route(roles=("anonymous",)))


def test_anybody_may_come_with_a_session_that_is_over_and_in_bad_times() -> None:
    assert refusals(a_route(roles=("anonymous",))) == [401, 503]


@pytest.mark.parametrize(
    ("roles", "security"),
    [
        (("doctor", "operator"), [{"session": []}]),
        (("agent",), [{"agent": []}]),
        (("agent", "doctor"), [{"agent": []}, {"session": []}]),
        (("anonymous", "agent", "doctor"), []),
    ],
)
def test_a_caller_proves_itself_by_its_kind(
    roles: tuple[str, ...], security: list[dict[str, list[str]]]
) -> None:
    assert told(roles=roles)["security"] == security


def test_an_answer_is_described_by_its_type() -> None:
    schema = told()["responses"]["200"]["content"]["application/json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/Thing"}


def test_a_page_is_named_by_what_it_lists() -> None:
    schema = told(answers=Page[Thing])["responses"]["200"]["content"]["application/json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/PageOfThing"}


def test_no_content_is_described_where_there_is_none() -> None:
    assert "content" not in told(answers=None, status=204)["responses"]["204"]


def test_a_problem_is_described_as_rfc_9457_has_it() -> None:
    answers = document([a_route()])["components"]["responses"]["Problem401"]
    assert answers["description"] == "Sign in first"
    assert list(answers["content"]) == ["application/problem+json"]


def test_a_body_has_to_come_where_a_field_of_it_has_to() -> None:
    assert told(method="POST", body=Thing)["requestBody"]["required"] is True


def test_a_body_may_be_left_out_where_all_of_it_may() -> None:
    assert told(method="POST", body=Change)["requestBody"]["required"] is False


def test_a_parameter_is_described_by_its_type() -> None:
    number = Annotated[str, msgspec.Meta(pattern="^[0-9]+$")]
    asked = told(path="/things/{number}", parameters={"number": number})["parameters"]
    schema = {"type": "string", "pattern": "^[0-9]+$"}
    assert asked == [{"name": "number", "in": "path", "required": True, "schema": schema}]


def test_a_listing_takes_a_cursor() -> None:
    assert [each["name"] for each in told(paged=True)["parameters"]] == ["cursor"]


def test_an_operation_is_named_by_what_it_does_and_where() -> None:
    route = a_route(path="/things/{thing_id}")
    assert operation_id(route) == "see_things_get_things_thing_id"
