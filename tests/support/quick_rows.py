"""
moto's DynamoDB as it is, and quicker: a row is a value, which is replaced and never changed.

moto copies a whole table for each item of a transaction, since an update changes its row where it
stands; it searches a whole table for each query; and it weighs a row anew with each attribute.
Rows that are values can be shared instead, by a transaction's way back and by snapshots.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from typing import Any

from moto.dynamodb.exceptions import ItemSizeTooLarge
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import Table

ROW_BYTES = 405_000  # moto's limit
SIMPLE = {"S", "N", "B", "BOOL", "NULL"}  # replaced when they change, where others are changed

_cast_value: Any = DynamoType.cast_value
_update_item = DynamoDBBackend.update_item
_query = Table.query


def quicken_rows() -> None:
    """Let moto keep its rows so."""
    changes: list[tuple[Any, str, Any]] = [
        (DynamoType, "cast_value", property(_value_of)),
        (DynamoDBBackend, "update_item", _update_a_copy),
        (Item, "__init__", _weigh_once),
        (Item, "__deepcopy__", _row_again),
        (Table, "__deepcopy__", _table_again),
        (Table, "all_items", _items_in_order),
        (Table, "query", _query_a_partition),
    ]
    for owner, name, quicker in changes:
        setattr(owner, name, quicker)


def _value_of(attribute: DynamoType) -> Any:
    return attribute.value if attribute.type == "S" else _cast_value.fget(attribute)


def _update_a_copy(backend: DynamoDBBackend, table_name: str, key: Any, **asked: Any) -> Item:
    """Let an update change a copy, and whoever holds the row as it was keep it."""
    table = backend.get_table(table_name)
    found = backend.get_item(table_name, key)
    if found is not None:
        table.items[found.hash_key][found.range_key] = copy.deepcopy(found)
    return _update_item(backend, table_name, key, **asked)


def _weigh_once(row: Item, hash_key: Any, range_key: Any, attrs: dict[str, Any]) -> None:
    row.hash_key, row.range_key, row.attrs = hash_key, range_key, LimitedSizeDict()
    dict.update(row.attrs, {name: DynamoType(value) for name, value in attrs.items()})
    if row.size() > ROW_BYTES:
        raise ItemSizeTooLarge


def _row_again(row: Item, memo: Any) -> Item:
    """Return the row again, with the attributes that an update would change in a copy."""
    again: Item = object.__new__(Item)
    again.hash_key, again.range_key, again.attrs = row.hash_key, row.range_key, LimitedSizeDict()
    dict.update(again.attrs, row.attrs)
    for name, value in row.attrs.items():
        if value.type not in SIMPLE:
            dict.__setitem__(again.attrs, name, copy.deepcopy(value, memo))
    return again


def _table_again(table: Table, memo: Any) -> Table:  # noqa: ARG001 - as deepcopy calls it
    """Return the table again, with the same rows."""
    again = copy.copy(table)
    again.items = defaultdict(dict, {key: dict(rows) for key, rows in table.items.items()})
    return again


def _items_in_order(table: Table) -> list[Item]:
    items = [item for partition in table.items.values() for item in partition.values()]
    return sorted(items, key=_keys_of)


def _keys_of(item: Item) -> tuple[str, str]:
    return item.hash_key.value, item.range_key.value if item.range_key else ""


def _query_a_partition(table: Table, hash_key: Any, *asked: Any, **named: Any) -> Any:
    """Let a query that asks no index look at its partition only."""
    *_, index_name, _, _ = asked
    if index_name is None:
        partition = table.items.get(hash_key, {})
        table = copy.copy(table)
        table.items = {hash_key: partition}  # type: ignore[assignment]
    return _query(table, hash_key, *asked, **named)
