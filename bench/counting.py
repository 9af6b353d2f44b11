"""
What AWS counts when it is called: requests by name, DynamoDB's request units by its pricing rules.

Rules: Amazon DynamoDB Developer Guide, "item sizes and formats", "read/write request units" and
"write considerations for global secondary indexes".
"""

from __future__ import annotations

import base64
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from unittest import mock

from botocore.client import BaseClient
from moto.dynamodb.models import dynamodb_backends

from infra.provision import MOTO_ACCOUNT
from infra.template import REGION

WRITE_BYTES, READ_BYTES = 1024, 4096  # of one unit
IN_TRANSACTION = 2  # prepared and committed
SINGLE_WRITES = {"PutItem", "UpdateItem", "DeleteItem"}

Item = Mapping[str, Mapping[str, Any]]  # attribute name -> {"S": ...}, as on the wire


@dataclass
class Tally:
    """What one run asked of AWS, by *step*: what the run says it does at the time."""

    step: str = ""
    calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    write_units: Counter[str] = field(default_factory=Counter)
    read_units: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    def called(self, *operations: str) -> int:
        return sum(count for (_, name), count in self.calls.items() if name in operations)


# --- the rules ---------------------------------------------------------------------------------


def item_bytes(item: Item) -> int:
    """Return an item's size: UTF-8 names and values; a number about half a byte a digit, and 1."""
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def _value_bytes(value: Mapping[str, Any]) -> int:
    ((kind, held),) = value.items()
    match kind:
        case "S":
            size = len(held.encode())
        case "N":
            digits = Decimal(held).normalize().as_tuple().digits
            size = (len(digits) + 1) // 2 + 1
        case "B":  # bytes in botocore's hands, base64 in moto's
            size = len(base64.b64decode(held) if isinstance(held, str) else held)
        case "SS" | "NS" | "BS":
            size = sum(_value_bytes({kind[0]: each}) for each in held)
        case "L":
            size = 3 + sum(1 + _value_bytes(each) for each in held)
        case "M":
            size = 3 + sum(1 + item_bytes({name: each}) for name, each in held.items())
        case _:  # BOOL, NULL
            size = 1
    return size


def write_units(size_bytes: int) -> int:
    """Return the units of a write: one for each KB started, one at least."""
    return max(1, -(-size_bytes // WRITE_BYTES))


def read_units(size_bytes: int, *, consistent: bool) -> float:
    """Return the units of a read: one for each 4 KB started; half of it when not consistent."""
    return max(1, -(-size_bytes // READ_BYTES)) * (1.0 if consistent else 0.5)


def index_units(before: Item, after: Item, keys: Sequence[str]) -> int:
    """Return the units of an index: its entry made, changed or gone; an entry that moves is two."""
    was, is_now = (item if set(keys) <= set(item) else {} for item in (before, after))
    if was == is_now:
        return 0
    if was and is_now and any(was[key] != is_now[key] for key in keys):
        return write_units(item_bytes(was)) + write_units(item_bytes(is_now))
    return write_units(max(item_bytes(was), item_bytes(is_now)))


def units_read(operation: str, asked: Mapping[str, Any], answer: Mapping[str, Any]) -> float:
    """Return a read's units: items one by one, a query as a whole, absent items as one unit."""
    consistent = bool(asked.get("ConsistentRead"))
    match operation:
        case "GetItem":
            return read_units(item_bytes(answer.get("Item", {})), consistent=consistent)
        case "Query":
            size_bytes = sum(item_bytes(each) for each in answer["Items"])
            return read_units(size_bytes, consistent=consistent)
        case "BatchGetItem":
            return sum(
                _batch_units(table, answer["Responses"].get(name, []))
                for name, table in asked["RequestItems"].items()
            )
        case "Scan" | "TransactGetItems":
            raise LookupError(f"nobody told the benchmark what {operation} costs")
    return 0


def _batch_units(table: Mapping[str, Any], found: Sequence[Item]) -> float:
    consistent = bool(table.get("ConsistentRead"))
    absent = len(table["Keys"]) - len(found)
    sizes = [*(item_bytes(each) for each in found), *[0] * absent]
    return sum(read_units(each, consistent=consistent) for each in sizes)


# --- the hook ----------------------------------------------------------------------------------


@contextmanager
def counted(tally: Tally) -> Iterator[None]:
    """Count every AWS call of this process, at botocore's door, into *tally*."""
    make = BaseClient._make_api_call  # noqa: SLF001 - botocore has no other door for all calls

    def counting(client: Any, operation: str, asked: dict[str, Any]) -> Any:
        writes = _writes(operation, asked)
        before = [_row(each) for each in writes]
        try:
            answer = make(client, operation, asked)
        finally:  # a condition that fails is billed as well
            tally.calls[tally.step, operation] += 1
            times = IN_TRANSACTION if operation == "TransactWriteItems" else 1
            for write, was in zip(writes, before, strict=True):
                tally.write_units[tally.step] += _units(write, was, times)
        tally.read_units[tally.step] += units_read(operation, asked, answer)
        return answer

    with mock.patch.object(BaseClient, "_make_api_call", counting):
        yield


def _units(write: Mapping[str, Any], was: Item, times: int) -> int:
    """The larger of the row before and after, and its indexes (not doubled: they follow later)."""
    is_now = _row(write)
    own = write_units(max(item_bytes(was), item_bytes(is_now))) * times
    indexes = _engine().get_table(write["TableName"]).global_indexes
    return own + sum(index_units(was, is_now, each.schema_key_attrs) for each in indexes)


def _writes(operation: str, asked: dict[str, Any]) -> list[Mapping[str, Any]]:
    if operation == "TransactWriteItems":
        return [action for each in asked["TransactItems"] for action in each.values()]
    if operation == "BatchWriteItem":
        return [
            {"TableName": name, **action}
            for name, requests in asked["RequestItems"].items()
            for each in requests
            for action in each.values()
        ]
    return [asked] if operation in SINGLE_WRITES else []


def _row(write: Mapping[str, Any]) -> Item:
    """The row a write is about as moto's table has it now; empty where there is none."""
    found = _engine().get_item(write["TableName"], write.get("Key") or write["Item"])
    return found.to_json()["Attributes"] if found is not None else {}


def _engine() -> Any:
    return dynamodb_backends[MOTO_ACCOUNT][REGION]
