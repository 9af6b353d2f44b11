"""
botocore and moto as they are, and quicker where a test makes them do a thing over and over.

botocore reads and parses the descriptions of services anew for each session, and each test has
sessions of its own.  moto sorts a whole table for each query, attribute by attribute; our keys
are texts, which sort as they are.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from botocore.loaders import JSONFileLoader
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

_load_file = JSONFileLoader.load_file
_cast_value: Any = DynamoType.cast_value


def quicken() -> None:
    """Let this process read each description once, and sort rows by what their keys hold."""
    JSONFileLoader.load_file = lambda _, path: _read(path)
    DynamoType.cast_value = property(_value_of)  # type: ignore[assignment,method-assign]
    Table.all_items = _items_in_order  # type: ignore[assignment,method-assign]


@cache
def _read(path: str) -> Any:
    return _load_file(JSONFileLoader(), path)


def _value_of(attribute: DynamoType) -> Any:
    return attribute.value if attribute.type == "S" else _cast_value.fget(attribute)


def _items_in_order(table: Table) -> list[Item]:
    items = [item for partition in table.items.values() for item in partition.values()]
    return sorted(items, key=_keys_of)


def _keys_of(item: Item) -> tuple[str, str]:
    return item.hash_key.value, item.range_key.value if item.range_key else ""
