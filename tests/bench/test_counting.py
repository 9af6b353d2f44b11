"""AWS's rules of size and price, as the benchmark counts by them."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from bench.counting import Tally, counted, index_units, item_bytes, read_units, units_read
from bench.counting import write_units as units_written

KEYS = ["shard", "at"]


@pytest.mark.parametrize(
    ("value", "size_bytes"),
    [
        pytest.param({"S": "カルテ"}, 9, id="text in UTF-8"),
        pytest.param({"N": "-12300"}, 3, id="a number's significant digits"),
        pytest.param({"N": "0"}, 2, id="zero"),
        pytest.param({"B": b"123"}, 3, id="bytes"),
        pytest.param({"B": "MTIz"}, 3, id="bytes as moto holds them"),
        pytest.param({"BOOL": True}, 1, id="a flag"),
        pytest.param({"SS": ["a", "bc"]}, 3, id="a set"),
        pytest.param({"L": [{"S": "a"}, {"NULL": True}]}, 7, id="a list"),
        pytest.param({"M": {"ab": {"S": "c"}}}, 7, id="a map"),
    ],
)
def test_an_item_is_its_names_and_values(value: dict[str, Any], size_bytes: int) -> None:
    assert item_bytes({"名": value}) == 3 + size_bytes


@pytest.mark.parametrize(("size_bytes", "units"), [(0, 1), (1024, 1), (1025, 2)])
def test_a_write_is_a_unit_for_each_kilobyte_started(size_bytes: int, units: int) -> None:
    assert units_written(size_bytes) == units


@pytest.mark.parametrize(("size_bytes", "units"), [(0, 1), (4096, 1), (4097, 2)])
def test_a_read_is_a_unit_for_each_four_kilobytes_started(size_bytes: int, units: int) -> None:
    assert read_units(size_bytes, consistent=True) == units


def test_a_read_that_may_be_stale_costs_half() -> None:
    assert read_units(5000, consistent=False) == 1


def test_a_batch_of_reads_is_rounded_item_by_item_and_absent_ones_cost_too() -> None:
    asked = {"RequestItems": {"t": {"Keys": [{}, {}, {}], "ConsistentRead": True}}}
    answer = {"Responses": {"t": [{"a": {"S": "x"}}, {"a": {"S": "x" * 4096}}]}}
    assert units_read("BatchGetItem", asked, answer) == 1 + 2 + 1


def test_a_query_is_rounded_as_a_whole() -> None:
    answer = {"Items": [{"a": {"S": "x" * 100}}] * 40}
    assert units_read("Query", {"ConsistentRead": True}, answer) == 1


@pytest.mark.parametrize(
    ("before", "after", "units"),
    [
        pytest.param({}, {"a": {"S": ""}}, 0, id="a row that is not in it"),
        pytest.param({}, {"shard": {"S": "1"}, "at": {"S": "2"}}, 1, id="a row enters"),
        pytest.param({"shard": {"S": "1"}, "at": {"S": "2"}}, {"at": {"S": "2"}}, 1, id="leaves"),
        pytest.param(*[{"shard": {"S": "1"}, "at": {"S": "2"}}] * 2, 0, id="nothing changes"),
        pytest.param(
            {"shard": {"S": "1"}, "at": {"S": "2"}},
            {"shard": {"S": "1"}, "at": {"S": "3"}},
            2,
            id="its key changes",
        ),
    ],
)
def test_an_index_is_paid_for_what_changes_in_it(before: Any, after: Any, units: int) -> None:
    assert index_units(before, after, KEYS) == units


def test_what_a_transaction_writes_costs_twice(aws: dict[str, str]) -> None:
    put = {"TableName": aws["HOKAN_BOX_TABLE"], "Item": {"pk": {"S": "a"}, "sk": {"S": "b"}}}
    tally = Tally(step="now")
    with counted(tally):
        boto3.client("dynamodb").transact_write_items(TransactItems=[{"Put": put}])
    assert tally.write_units == {"now": 2}


def test_an_update_is_priced_by_the_larger_of_the_row_before_and_after(aws: dict[str, str]) -> None:
    dynamodb, table = boto3.client("dynamodb"), aws["HOKAN_BOX_TABLE"]
    key = {"pk": {"S": "a"}, "sk": {"S": "b"}}
    dynamodb.put_item(TableName=table, Item={**key, "body": {"S": "x" * 2000}})
    tally = Tally(step="now")
    with counted(tally):
        dynamodb.update_item(TableName=table, Key=key, UpdateExpression="REMOVE body")
    assert tally.write_units == {"now": 2}
