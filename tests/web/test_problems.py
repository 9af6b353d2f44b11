"""Every error is a problem (RFC 9457), and tells no more than it should."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from chalice.test import Client, HTTPResponse

from tests.support.canary import CANARY_NAME
from tests.support.world import World


def problem_of(response: HTTPResponse) -> dict[str, Any]:
    assert response.headers["Content-Type"] == "application/problem+json"
    told: dict[str, Any] = json.loads(response.body)
    assert told["status"] == response.status_code
    return told


def code_of(response: HTTPResponse) -> str:
    return str(problem_of(response)["type"]).rpartition("/")[2]


def test_a_method_nobody_serves_is_405(world: World) -> None:
    response = world.admin.call("PUT", "/targets", {})
    assert (response.status_code, code_of(response)) == (405, "method-not-allowed")


def test_a_body_of_another_type_is_415(world: World) -> None:
    headers = {**world.admin.headers("POST", "/targets", b""), "Content-Type": "text/xml"}
    response = world.client.http.post("/targets", headers=headers, body=b"<a/>")
    assert (response.status_code, code_of(response)) == (415, "unsupported-media-type")


@pytest.mark.parametrize("raw", [b"{", b"\xff\xfe", b'{"name": }', b"nonsense"])
def test_a_body_that_is_not_json_says_so(world: World, raw: bytes) -> None:
    response = world.admin.send("POST", "/targets", raw)
    assert (response.status_code, code_of(response)) == (422, "malformed-json")


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"kind": "mass_storage"}, "name"),
        ({"name": 7, "kind": "mass_storage"}, "$.name"),
        ({"name": "x", "kind": "shoebox"}, "$.kind"),
        ({"name": "x", "kind": "mass_storage", "colour": "red"}, "colour"),
    ],
)
def test_a_field_that_is_wrong_is_named(world: World, body: Any, named: str) -> None:
    response = world.admin.call("POST", "/targets", body)
    assert response.status_code == 422
    assert named in problem_of(response)["detail"]


def test_an_unexpected_error_tells_and_logs_nothing_of_what_was_sent(
    world: World, monkeypatch: pytest.MonkeyPatch, log: io.StringIO
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError(CANARY_NAME)

    monkeypatch.setattr("chalicelib.contracts.store.targets_of", broken)
    response = world.admin.call("GET", "/targets")
    assert (response.status_code, code_of(response)) == (500, "internal")
    assert CANARY_NAME not in response.body.decode() + log.getvalue()


def test_the_log_of_an_unexpected_error_names_the_place(
    world: World, monkeypatch: pytest.MonkeyPatch, log: io.StringIO
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("chalicelib.contracts.store.targets_of", broken)
    world.admin.call("GET", "/targets")
    line = next(each for each in log.getvalue().splitlines() if "unexpected" in each)
    assert json.loads(line)["where"].startswith("test_problems.py:")


def test_every_answer_carries_the_correlation_id_the_caller_brought(client: Client) -> None:
    brought = {"Hokan-Correlation-Id": "night-run-0001"}
    response = client.http.get("/health", headers=brought)
    assert response.headers["Hokan-Correlation-Id"] == "night-run-0001"


@pytest.mark.parametrize("brought", ["short", "x" * 65, "with spaces in it", 'quote"quote"quote'])
def test_a_correlation_id_that_is_none_is_replaced(client: Client, brought: str) -> None:
    response = client.http.get("/health", headers={"Hokan-Correlation-Id": brought})
    assert response.headers["Hokan-Correlation-Id"].startswith("req-")


def test_a_refused_caller_is_not_logged_as_the_one_before(world: World, log: io.StringIO) -> None:
    world.admin.get("/me")
    log.truncate(0)
    world.client.http.get("/me", headers={"Authorization": "Bearer nobody"})
    assert "person-facility-admin" not in log.getvalue()


@pytest.mark.parametrize("cursor", ["nonsense", "e30=", "W10=", "bnVsbA=="])
def test_a_cursor_that_is_none_of_ours_is_refused(world: World, cursor: str) -> None:
    path = f"/targets/{world.target_id}/patients?cursor={cursor}"
    assert world.doctor.refused("GET", path) == (422, "invalid")


def test_an_answer_is_kept_by_no_cache(world: World) -> None:
    assert world.admin.call("GET", "/targets").headers["Cache-Control"] == "no-store"
