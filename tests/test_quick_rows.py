"""What tests make quicker of moto's DynamoDB keeps what it stood for."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.support.quick_rows import ROW_BYTES
from tests.support.snapshot import Snapshot

KEY = {"pk": {"S": "A"}, "sk": {"S": "1"}}
ROW = {**KEY, "seen": {"N": "1"}, "words": {"SS": ["one"]}}
COUNTED = {
    "UpdateExpression": "SET #seen = :two ADD words :more",
    "ExpressionAttributeNames": {"#seen": "seen"},
    "ExpressionAttributeValues": {":two": {"N": "2"}, ":more": {"SS": ["two"]}},
}


class Rows:
    """One table with ROW in it, asked as AWS is asked."""

    def __init__(self, table: str) -> None:
        self._table, self._client = {"TableName": table}, boto3.client("dynamodb")
        self._client.put_item(**self._table, Item=ROW)

    def update(self) -> None:
        self._client.update_item(**self._table, Key=KEY, **COUNTED)

    def count(self, name: str) -> None:
        self.set("SET #name = :two", ExpressionAttributeNames={"#name": name})

    def set(self, expression: str, **names: Any) -> None:
        asked = {"UpdateExpression": expression, "ExpressionAttributeValues": {":two": {"N": "2"}}}
        self._client.update_item(**self._table, Key=KEY, **asked, **names)

    def transact(self, *, holds: bool) -> None:
        condition = f"attribute_{'not_' * holds}exists(pk)"
        check = {"Key": {**KEY, "sk": {"S": "other"}}, "ConditionExpression": condition}
        acts = {"Update": {"Key": KEY, **COUNTED}, "ConditionCheck": check}
        items = [{name: self._table | act} for name, act in acts.items()]
        self._client.transact_write_items(TransactItems=items)

    def put(self, size: int) -> None:
        self._client.put_item(**self._table, Item={**KEY, "text": {"S": "x" * size}})

    def now(self) -> Any:
        return self._client.get_item(**self._table, Key=KEY)["Item"]


@pytest.fixture
def rows(aws: dict[str, str]) -> Rows:
    return Rows(aws["HOKAN_CORE_TABLE"])


def test_an_update_changes_what_a_row_holds(rows: Rows) -> None:
    rows.update()
    assert rows.now() == {**KEY, "seen": {"N": "2"}, "words": {"SS": ["one", "two"]}}


def test_a_refused_transaction_leaves_every_row_as_it_was(rows: Rows) -> None:
    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        rows.transact(holds=False)
    assert rows.now() == ROW


def test_a_transaction_that_holds_is_written(rows: Rows) -> None:
    rows.transact(holds=True)
    assert rows.now()["seen"] == {"N": "2"}


def test_what_is_done_later_is_not_in_a_snapshot(rows: Rows) -> None:
    before = Snapshot()
    for _ in range(2):  # nor is what was done after it was brought back
        rows.update()
        before.restore()
        assert rows.now() == ROW


def test_a_row_that_is_too_large_is_refused(rows: Rows) -> None:
    rows.put(ROW_BYTES - 100)
    with pytest.raises(ClientError, match="size"):
        rows.put(ROW_BYTES + 1)


def test_a_text_that_was_sound_for_one_name_is_refused_for_another(rows: Rows) -> None:
    rows.count("seen")
    for name in ("sk", "sk", "pk"):  # refused once, it is refused again
        with pytest.raises(ClientError, match="part of the key"):
            rows.count(name)
    assert rows.now()["seen"] == {"N": "2"}


@pytest.mark.parametrize("twice", ["SET seen = :two, seen = :two", "SET seen = :two SET sk = :two"])
def test_a_text_that_is_wrong_is_refused_each_time(rows: Rows, twice: str) -> None:
    for _ in range(2):
        with pytest.raises(ClientError, match="Invalid UpdateExpression"):
            rows.set(twice)
    assert rows.now() == ROW
