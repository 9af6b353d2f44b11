"""What is told moto's DynamoDB without a request is answered as a request is."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError, ParamValidationError
from botocore.session import Session

from tests.support.quick_calls import by_request

KEY = {"pk": {"S": "A"}, "sk": {"S": "1"}}
OTHER = {"pk": {"S": "A"}, "sk": {"S": "2"}}
WORDS = {"seen": {"N": "1"}, "words": {"SS": ["eins", "二"]}, "more": {"M": {"B": {"S": "["}}}}
ROW, PLAIN = {**KEY, **WORDS, "bytes": {"B": b"\x00\xff"}}, {**OTHER, **WORDS}
NEVER = {"ConditionExpression": "attribute_not_exists(pk)"}


def answer(call: Any, operation: str, asked: dict[str, Any]) -> Any:
    """Return what a client made of the answer or of the refusal, without what a request adds."""
    client = boto3.client("dynamodb")
    try:
        found = call(client, operation, asked)
    except ClientError as refused:
        found = refused.response | {"kind": type(refused).__name__, "text": str(refused)}
    status = found.pop("ResponseMetadata")["HTTPStatusCode"]
    return found, status


@pytest.fixture
def table(aws: dict[str, str]) -> str:
    name = aws["HOKAN_CORE_TABLE"]
    for each in (ROW, PLAIN):
        boto3.client("dynamodb").put_item(TableName=name, Item=each)
    return name


@pytest.mark.parametrize(
    ("operation", "asked"),
    [
        ("GetItem", {"Key": KEY}),
        ("GetItem", {"Key": {"pk": {"S": "A"}}}),
        ("PutItem", {"Item": ROW, "ReturnValues": "ALL_OLD"}),
        ("PutItem", {"Item": ROW, "ReturnValuesOnConditionCheckFailure": "ALL_OLD", **NEVER}),
        ("GetItem", {"Key": OTHER}),
        ("PutItem", {"Item": PLAIN, "ReturnValues": "ALL_OLD"}),
        ("PutItem", {"Item": {**PLAIN, "sk": {"B": b"1"}}}),
        ("Query", {"KeyConditionExpression": "pk = :pk", "Limit": 1}),
        ("Query", {"KeyConditionExpression": "pk = :pk", "ScanIndexForward": False, "Limit": 1}),
        ("Scan", {}),
        ("DescribeTable", {}),
    ],
)
def test_the_answer_is_the_same(table: str, operation: str, asked: dict[str, Any]) -> None:
    if operation == "Query":
        asked = {**asked, "ExpressionAttributeValues": {":pk": KEY["pk"]}}
    asked = {"TableName": table, **asked}
    call = BaseClient._make_api_call
    assert answer(call, operation, asked) == answer(by_request, operation, asked)


@pytest.mark.parametrize("holds", [True, False])
def test_a_transaction_is_answered_and_refused_with_the_same_reasons(
    table: str, *, holds: bool
) -> None:
    put = {"TableName": table, "Item": ROW} | ({} if holds else NEVER)
    other = {"TableName": table, "Item": {**ROW, "sk": {"S": "2"}}}
    asked = {"TransactItems": [{"Put": other}, {"Put": put}]}
    call = BaseClient._make_api_call
    ours = answer(call, "TransactWriteItems", asked)
    assert ours == answer(by_request, "TransactWriteItems", asked)
    assert ("CancellationReasons" in ours[0]) is not holds


def test_a_table_that_is_not_there_is_its_own_error(aws: dict[str, str]) -> None:  # noqa: ARG001
    client = boto3.client("dynamodb")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_item(TableName="none", Key=KEY)


def test_what_botocore_would_not_send_is_not_told(table: str) -> None:
    with pytest.raises(ParamValidationError, match="Unknown parameter"):
        boto3.client("dynamodb").get_item(TableName=table, Key=KEY, Other=1)


def test_a_resource_still_speaks_plain_values(table: str) -> None:
    found = boto3.resource("dynamodb").Table(table).get_item(Key={"pk": "A", "sk": "1"})["Item"]
    assert (found["seen"], found["words"]) == (1, {"eins", "二"})


def test_who_asked_holds_no_row_of_the_table(table: str) -> None:
    client = boto3.client("dynamodb")
    client.get_item(TableName=table, Key=KEY)["Item"]["words"]["SS"].append("drei")
    assert client.get_item(TableName=table, Key=KEY)["Item"]["words"] == ROW["words"]


def test_what_is_registered_with_one_session_is_not_with_another() -> None:
    heard: list[str] = []
    one, other = Session(), Session()
    one.register("provide-client-params.s3", lambda **_: heard.append("one"))
    other.emit("provide-client-params.s3.GetObject", params={}, model=None, context={})
    assert heard == []
