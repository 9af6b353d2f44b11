"""The interface does what its description says, whatever is asked by whomever (schemathesis)."""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any, cast
from urllib.parse import unquote

import pytest
import requests
import schemathesis
from chalice.local import LambdaContext
from chalice.test import Client
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.core import NotSet
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from chalicelib.uploads.api import MULTIPART
from tests.access.test_matrix import ROWS, caller
from tests.api import area_scene, capture_scene, inquiry_scene
from tests.api.scene import Scene, build_scene
from tests.dicomweb.sending import MEDIA
from tests.support.people import Anonymous
from tests.support.snapshot import Snapshot, once

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
JSON, FILES = "application/json", "multipart/related"
CASES, MANY = 3, 30  # a route, of each kind of caller who may; others are no further than refused
Request = Case[Any]
# Callers come with a session or a signature of their own.
AS_THEMSELVES = SchemathesisConfig.from_dict({"generation": {"with-security-parameters": False}})
KINDS = ("anonymous", "operator", "admin", "doctor", "agent", "camera")
REFUSED_NOW = {  # the parts have not come; nothing waits for the provider
    MULTIPART + "/complete",
    "/facilities/{facility_id}/contracts/{contract_id}/decline",
    *area_scene.REFUSED_NOW,
    *inquiry_scene.REFUSED_NOW,
}
DOCTORS = capture_scene.DOCTORS | inquiry_scene.DOCTORS
MAY = {(method, path): set(kinds) for method, path, *kinds in ROWS}
schemathesis.serializer.alias(FILES, "application/octet-stream")  # bytes, whatever they are
SAME_EVERY_TIME = settings(
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def scene(cognito: None, client: Client) -> Scene:  # noqa: ARG001
    return once("scene", lambda: build_scene(client)).seen_by(client)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_right_is_served_as_the_description_says(scene: Scene, kind: str) -> None:
    """The test below would pass, too, if everything were refused."""
    somebody, ready = somebody_of(scene, kind), Snapshot()
    for operation in operations():
        refused = REFUSED_NOW | (DOCTORS if kind == "admin" else set())
        if may_call(kind, operation) and operation.path not in refused:
            ready.restore()
            case = right(operation, scene)
            told = answered(somebody, case)
            assert told.status_code < 400, (operation.label, told.content)
            case.validate_response(told, checks=CHECKS)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("amount", [CASES, pytest.param(MANY, marks=pytest.mark.deep)])
def test_whatever_is_asked_is_answered_as_the_description_says(
    scene: Scene, kind: str, amount: int, record_property: Callable[[str, object], None]
) -> None:
    somebody, ready = somebody_of(scene, kind), Snapshot()
    statuses: Counter[int] = Counter()

    def ask(case: Request) -> None:
        ready.restore()
        told = answered(somebody, case)
        case.validate_response(told, checks=CHECKS)
        statuses[told.status_code] += 1

    for operation in operations():
        if may_call(kind, operation):
            asking = given(case=cases(operation, scene))(ask)
            of_its_own = seed(f"{kind}: {operation.label}")  # as another caller, other cases
            settings(SAME_EVERY_TIME, max_examples=amount)(of_its_own(asking))()
    record_property("statuses", dict(statuses))


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_caller_may_not_ask_is_refused_as_the_description_says(
    scene: Scene, kind: str
) -> None:
    somebody = somebody_of(scene, kind)
    for operation in operations():
        if not may_call(kind, operation):
            case = right(operation, scene)
            told = answered(somebody, case)
            assert told.status_code in {401, 403, 404}, (operation.label, told.content)
            case.validate_response(told, checks=CHECKS)


def somebody_of(scene: Scene, kind: str) -> Anonymous:
    return scene.camera if kind == "camera" else caller(scene.world, kind)


def may_call(kind: str, operation: Any) -> bool:
    return not MAY[operation.method.upper(), operation.path].isdisjoint({kind, "anonymous"})


def operations() -> list[Any]:
    """Return what the service describes."""
    from chalicelib.access.description import description

    loaded = schemathesis.openapi.from_dict(description(), config=AS_THEMSELVES)
    found = [each.ok() for each in loaded.get_all_operations() if isinstance(each, Ok)]
    assert len(found) == len(MAY)
    return found


def right(operation: Any, scene: Scene) -> Request:
    """Return a request that is as it should be."""
    kind = {"media_type": kind_of(operation)}
    sent = scene.body(operation.path) if kind_of(operation) == JSON else scene.files()
    body = {"body": sent, **kind} if operation.body else {}
    return cast("Request", operation.Case(path_parameters=real(operation, scene), **body))


def kind_of(operation: Any) -> str:
    """Return the media type of a body of *operation*."""
    return next((each.media_type for each in operation.body), JSON)


def real(operation: Any, scene: Scene) -> dict[str, str]:
    """Return what there is, for the path of *operation*."""
    return {each.name: scene.of(operation.path)[each.name] for each in operation.path_parameters}


def cases(operation: Any, scene: Scene) -> st.SearchStrategy[Request]:
    """
    Return requests by the description and against it, of things that are and that are not.

    Where there is a body, most are right but for one field: they come furthest.
    """
    path = real(operation, scene)
    described = operation.as_strategy(path_parameters=path)
    asked = [described, operation.as_strategy()]
    if operation.body and kind_of(operation) == JSON:
        body = st.just(scene.body(operation.path))
        nearly = st.builds(nearly_right, described, body, st.randoms())
        against = operation.as_strategy(GenerationMode.NEGATIVE, path_parameters=path)
        asked += [nearly, nearly, against]
    return st.one_of(asked)


def nearly_right(case: Request, body: dict[str, Any], random: Random) -> Request:
    """Let *case* have *body*, but for one field of its own."""
    drawn: dict[str, Any] = case.body if isinstance(case.body, dict) else {}
    name = random.choice(sorted(drawn) or [""])
    case.body = body | {each: drawn[each] for each in drawn if each == name}
    return case


def written(body: Any) -> bytes:
    """Return a body as it is sent; what comes as bytes is meant to be no JSON."""
    if isinstance(body, NotSet):
        return b""
    return body if isinstance(body, bytes) else json.dumps(body).encode()


def answered(somebody: Anonymous, case: Request) -> schemathesis.Response:
    """Ask as API Gateway passes it on: what stands in a path arrives decoded."""
    from app import app

    method, path = case.method.upper(), case.formatted_path
    body = written(case.body)
    kind = MEDIA if case.media_type == FILES else JSON
    headers = {"content-type": kind, **somebody.headers(method, path, body)}
    event = {
        "requestContext": {"httpMethod": method, "resourcePath": case.path, "path": path},
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "pathParameters": {name: unquote(each) for name, each in case.path_parameters.items()},
        "multiValueQueryStringParameters": {n: [each] for n, each in case.query.items()} or None,
        "stageVariables": None,
        "body": base64.b64encode(body).decode() or None,
        "isBase64Encoded": bool(body),
    }
    told = app(event, LambdaContext("api_handler", memory_size=1024))
    asked = requests.Request(method, f"https://hokan.invalid{path}", data=body).prepare()
    names = {name: [value] for name, value in told["headers"].items()}
    text = told["body"].encode()
    text = base64.b64decode(text) if told.get("isBase64Encoded") else text
    return schemathesis.Response(told["statusCode"], names, text, asked, elapsed=0, verify=True)
