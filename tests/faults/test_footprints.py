"""What two who are at once touch decides at which moments one is interrupted: none is left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest

from chalicelib.settings import settings
from tests.faults.footprints import footprint
from tests.faults.interleaving import interrupted

PUT = {"TransactItems": [{"Put": {"TableName": "t", "Item": {"pk": {"S": "p"}, "sk": {"S": "s"}}}}]}


@pytest.fixture
def count(aws: dict[str, str]) -> Callable[[str], int]:  # noqa: ARG001 - its bucket
    """Return what an object counts."""
    for key in ("a", "b"):
        boto3.client("s3").put_object(Bucket=settings().objects_bucket, Key=key, Body=b"0")
    return counted


def counted(key: str) -> int:
    got = boto3.client("s3").get_object(Bucket=settings().objects_bucket, Key=key)
    return int(got["Body"].read())


def adding(key: str) -> None:
    """Count one more: what another added since it was read is lost."""
    more = str(counted(key) + 1).encode()
    boto3.client("s3").put_object(Bucket=settings().objects_bucket, Key=key, Body=more)


def test_an_update_that_is_lost_between_a_read_and_a_write_is_found(
    count: Callable[[str], int],
) -> None:
    assert {count("a") for _ in interrupted(lambda: adding("a"), lambda: adding("a"))} == {1, 2}


def test_two_who_touch_nothing_in_common_are_played_once(count: Callable[[str], int]) -> None:
    played = [count("a") for _ in interrupted(lambda: adding("a"), lambda: adding("b"))]
    assert played == [1]


@pytest.mark.parametrize(
    ("operation", "asked", "meets"),
    [
        ("GetItem", {"Key": {"pk": {"S": "p"}, "sk": {"S": "s"}}}, True),
        ("GetItem", {"Key": {"pk": {"S": "p"}, "sk": {"S": "another"}}}, False),
        ("Query", {"IndexName": "any"}, True),
        ("Scan", {}, True),
    ],
)
def test_a_write_meets_who_reads_its_row_and_nobody_else(
    operation: str, asked: dict[str, Any], *, meets: bool
) -> None:
    reading = footprint("dynamodb", operation, {"TableName": "t"} | asked)
    assert footprint("dynamodb", "TransactWriteItems", PUT).meets(reading) is meets


@pytest.mark.parametrize(("partition", "meets"), [("p", True), ("another", False)])
def test_a_write_meets_who_lists_its_partition(partition: str, *, meets: bool) -> None:
    listing = {
        "TableName": "t",
        "KeyConditionExpression": "#0 = :0",
        "ExpressionAttributeNames": {"#0": "pk"},
        "ExpressionAttributeValues": {":0": {"S": partition}},
    }
    written = footprint("dynamodb", "TransactWriteItems", PUT)
    assert written.meets(footprint("dynamodb", "Query", listing)) is meets
