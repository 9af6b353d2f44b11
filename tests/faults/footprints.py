"""What a call to AWS touches: two calls that touch nothing in common may come in either order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.faults.crashes import is_read

Place = tuple[str, ...]  # a table, its partition, a row; a bucket, a key: or all that is in one
STATELESS = ("kms",)  # it keeps nothing of what it is asked
PARTITION = re.compile(r"(#\w+) = (:\w+)")  # a query's first condition, as PynamoDB writes it


@dataclass(frozen=True, slots=True)
class Footprint:
    """The *places* that a call looked at or, when it *is_write*, may have changed."""

    is_write: bool
    places: frozenset[Place]

    def meets(self, other: Footprint) -> bool:
        """Whether it matters which of the two comes first."""
        if not (self.is_write or other.is_write):
            return False
        return any(_overlap(one, two) for one in self.places for two in other.places)


def footprint(service: str, operation: str, asked: dict[str, Any]) -> Footprint:
    """
    Return what a call touches; all of a table, a bucket or a service where it is not plain.

    >>> first = footprint("s3", "PutObject", {"Bucket": "b", "Key": "k"})
    >>> first.meets(footprint("s3", "ListObjectsV2", {"Bucket": "b"}))
    True
    >>> first.meets(footprint("s3", "PutObject", {"Bucket": "b", "Key": "another"}))
    False
    """
    places = {"dynamodb": _in_tables, "s3": _in_buckets}.get(service, _in_a_queue)
    touched = () if service in STATELESS else places(service, operation, asked)
    return Footprint(not is_read(operation), frozenset(touched))


def _overlap(one: Place, two: Place) -> bool:
    shared = min(len(one), len(two))
    return one[:shared] == two[:shared]


def _in_tables(service: str, operation: str, asked: dict[str, Any]) -> Iterator[Place]:
    if operation.startswith("Transact"):
        for each in asked["TransactItems"]:
            for action in each.values():
                yield _row(action["TableName"], action.get("Key") or action["Item"])
    elif operation.startswith("Batch"):
        for table, told in asked["RequestItems"].items():
            yield from _rows(table, told)
    elif "Key" in asked or "Item" in asked:
        yield _row(asked["TableName"], asked.get("Key") or asked["Item"])
    elif operation == "Query" and "IndexName" not in asked:
        yield _partition(asked)
    else:
        yield (asked.get("TableName", service),)


def _rows(table: str, told: Any) -> Iterator[Place]:
    if isinstance(told, dict):  # BatchGetItem
        yield from (_row(table, key) for key in told["Keys"])
    else:
        for each in told:
            for action in each.values():
                yield _row(table, action.get("Key") or action["Item"])


def _row(table: str, attributes: dict[str, Any]) -> Place:
    return table, _text(attributes["pk"]), _text(attributes["sk"])


def _partition(asked: dict[str, Any]) -> Place:
    found = PARTITION.search(asked["KeyConditionExpression"])
    assert found, asked["KeyConditionExpression"]
    assert asked["ExpressionAttributeNames"][found[1]] == "pk"
    return asked["TableName"], _text(asked["ExpressionAttributeValues"][found[2]])


def _text(value: Any) -> str:
    """Return a key's text, as PynamoDB (typed) or a resource of boto3 (plain) writes it."""
    return str(value["S"] if isinstance(value, dict) else value)


def _in_buckets(service: str, operation: str, asked: dict[str, Any]) -> Iterator[Place]:  # noqa: ARG001
    bucket = asked["Bucket"]
    if "Key" in asked:
        yield bucket, asked["Key"]
        if "CopySource" in asked:
            yield asked["CopySource"]["Bucket"], asked["CopySource"]["Key"]
    elif operation == "DeleteObjects":
        yield from ((bucket, each["Key"]) for each in asked["Delete"]["Objects"])
    else:
        yield (bucket,)


def _in_a_queue(service: str, operation: str, asked: dict[str, Any]) -> Iterator[Place]:  # noqa: ARG001
    yield service, str(asked.get("QueueUrl", ""))
