"""What only the real gateway, storage and roles can prove."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3
from botocore.exceptions import ClientError

from hokan_agent.machine.home import Home
from hokan_agent.wire.service import Service
from hokan_agent.wire.web import Web
from infra.local.engine import EngineError
from infra.local.people import Person
from infra.local.stack import LocalStack
from tests.journeys.conftest import Facility

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("stack")]

BODY = b"one image"
SHA256 = hashlib.sha256(BODY).hexdigest()


def ask(stack: LocalStack, method: str, path: str, body: bytes = b"") -> tuple[int, Any]:
    """Ask the gateway as a stranger; return status and JSON."""
    host = f"{stack.outputs['RestAPIId']}.execute-api.localhost:{stack.engine.port}"
    answer = urllib3.request(
        method,
        f"{stack.engine.endpoint}/api{path}",
        headers={"Host": host, "Content-Type": "application/json"},
        body=body,
    )
    assert answer.headers["Content-Type"] in {"application/json", "application/problem+json"}
    return answer.status, json.loads(answer.data)


# --- the gateway -------------------------------------------------------------------------------


def test_a_path_nobody_serves_is_a_problem(stack: LocalStack) -> None:
    status, told = ask(stack, "GET", "/nowhere")
    assert (status, told["type"].rpartition("/")[2]) == (404, "not-found")


def test_a_method_nobody_serves_is_a_problem(stack: LocalStack) -> None:
    status, told = ask(stack, "POST", "/health")
    assert (status, told["type"].rpartition("/")[2]) == (404, "not-found")


def test_a_stranger_gets_nothing(stack: LocalStack) -> None:
    assert ask(stack, "GET", "/facilities")[0] == 401


def test_nonsense_is_refused_with_the_reason(stack: LocalStack) -> None:
    status, told = ask(stack, "POST", "/sessions", b"{")
    assert (status, told["type"].rpartition("/")[2]) == (422, "malformed-json")


# --- presigned URLs ----------------------------------------------------------------------------


@pytest.fixture
def answer(facility: Facility) -> Iterator[dict[str, Any]]:
    """What the service answers for one image: where to put it."""
    web = Web()
    service = Service.of(Home(facility.agent.home), web)
    batch_id = service.post(f"{facility.target}/batches")["batch_id"]
    entry = {"path": "a", "size": len(BODY), "sha256": SHA256, "examination": None}
    path = f"{facility.target}/batches/{batch_id}/chunks/0"
    yield service.put(path, {"examinations": [], "entries": [entry]})["answers"][0]
    web.close()


def put(answer: dict[str, Any], body: bytes = BODY, **headers: str | None) -> int:
    """PUT as the answer says, but for *headers* (None: leave it out); return the status."""
    changed = {name.replace("_", "-"): value for name, value in headers.items()}
    all_headers = {**answer["headers"], **changed}
    sent = {name: value for name, value in all_headers.items() if value is not None}
    return int(urllib3.request("PUT", answer["url"], headers=sent, body=body).status)


def test_the_very_bytes_are_taken(answer: dict[str, Any]) -> None:
    assert put(answer) == 200


def test_the_same_bytes_again_are_there_already(answer: dict[str, Any]) -> None:
    put(answer)
    assert put(answer) == 412


@pytest.mark.parametrize(
    ("what", "body", "headers"),
    [
        ("other bytes", b"an0ther..", {}),
        ("more bytes", BODY + b"!", {"content_length": "10"}),
        ("another type", BODY, {"content_type": "text/html"}),
        ("no encryption", BODY, {"x_amz_server_side_encryption": None}),
        ("weaker encryption", BODY, {"x_amz_server_side_encryption": "AES256"}),
        ("another key", BODY, {"x_amz_server_side_encryption_aws_kms_key_id": "alias/other"}),
        ("writing over", BODY, {"if_none_match": None}),
        ("another checksum", BODY, {"x_amz_checksum_sha256": "A" * 43 + "="}),
    ],
)
def test_a_url_takes_nothing_but_what_was_announced(
    answer: dict[str, Any], what: str, body: bytes, headers: dict[str, str | None]
) -> None:
    assert put(answer, body, **headers) in {400, 403}, what


@pytest.mark.parametrize(
    ("before", "after"),
    [(SHA256, "0" * 64), ("X-Amz-Expires=300", "X-Amz-Expires=900"), ("Signature=", "Signature=0")],
)
def test_a_url_that_was_changed_is_refused(answer: dict[str, Any], before: str, after: str) -> None:
    assert before in answer["url"]
    assert put(answer | {"url": answer["url"].replace(before, after)}) == 403


def test_a_url_to_write_does_not_read(answer: dict[str, Any]) -> None:
    put(answer)
    assert urllib3.request("GET", answer["url"]).status == 403


def test_nobody_reads_an_object_without_a_url(answer: dict[str, Any]) -> None:
    put(answer)
    assert urllib3.request("GET", answer["url"].partition("?")[0]).status == 403


# --- what is stored stays ----------------------------------------------------------------------


def stored_version(facility: Facility, answer: dict[str, Any]) -> dict[str, str]:
    put(answer)
    bucket = facility.stack.outputs["ObjectsBucketName"]
    key = f"t/{facility.target_id}/{SHA256}"
    head = facility.stack.session.client("s3").head_object(Bucket=bucket, Key=key)
    return {"Bucket": bucket, "Key": key, "VersionId": head["VersionId"]}


def test_not_even_an_administrator_deletes_a_version(
    facility: Facility, answer: dict[str, Any]
) -> None:
    version = stored_version(facility, answer)
    with pytest.raises(ClientError, match="AccessDenied"):
        facility.stack.session.client("s3").delete_object(**version)


def test_a_stored_object_is_encrypted_with_our_key(
    facility: Facility, answer: dict[str, Any]
) -> None:
    version = stored_version(facility, answer)
    head = facility.stack.session.client("s3").head_object(**version)
    assert head["ServerSideEncryption"] == "aws:kms"


# --- roles -------------------------------------------------------------------------------------


def test_the_deployed_sweep_only_reads_core_and_changes_single_rows_of_it(
    stack: LocalStack,
) -> None:
    """It gives capacity back, tells when it runs out, notes what waits for a place; no more."""
    iam = stack.session.client("iam")
    role = next(
        each["RoleName"] for each in iam.list_roles()["Roles"] if "SweepRole" in each["RoleName"]
    )
    policies = iam.list_role_policies(RoleName=role)["PolicyNames"]
    document = iam.get_role_policy(RoleName=role, PolicyName=policies[0])["PolicyDocument"]
    core = [
        statement["Action"]
        for statement in document["Statement"]
        if "core" in json.dumps(statement["Resource"])
    ]
    single = ["dynamodb:PutItem", "dynamodb:UpdateItem"]
    assert core == [["dynamodb:GetItem", "dynamodb:Query", *single]]


# --- starting and stopping ---------------------------------------------------------------------


def test_data_outlive_a_restart_and_events_go_on(tmp_path: Path) -> None:
    first = LocalStack(port=0, home=tmp_path / "home")
    first.start()
    Person(first, "operator@hokan.example", "operators").post("/facilities", {"name": "Kept"})
    first.stop()
    second = LocalStack(port=first.engine.port, home=tmp_path / "home")
    second.start()
    try:
        listed = Person(second, "other@hokan.example", "operators").get("/facilities")["items"]
        quarantined = quarantine_of(second, b"nobody announced this")
    finally:
        second.stop()
    assert [each["name"] for each in listed] == ["Kept"]
    assert quarantined == ["nobody-claimed"]


def quarantine_of(stack: LocalStack, body: bytes) -> list[str]:
    """Store *body* unannounced; return why it was set aside, once S3's event has come through."""
    operator = Person(stack, "third@hokan.example", "operators")
    key = f"t/target-nobodys/{hashlib.sha256(body).hexdigest()}"
    stack.session.client("s3").put_object(
        Bucket=stack.outputs["ObjectsBucketName"], Key=key, Body=body, ChecksumAlgorithm="SHA256"
    )
    for _ in range(100):
        listed = operator.get("/quarantine")["items"]
        if listed:
            return [each["reason"] for each in listed]
        time.sleep(0.2)
    return []


def test_a_port_that_is_taken_is_said(stack: LocalStack, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=f"port {stack.engine.port} is taken"):
        LocalStack(port=stack.engine.port, home=tmp_path).start()


def test_no_stack_running_is_said() -> None:
    with pytest.raises(EngineError, match="make local"):
        LocalStack.running(port=9)
