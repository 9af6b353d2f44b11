"""
What falls due, of any kind: rows of core that carry ``due_shard`` and ``due_at``.

They stand on core's sparse index ``due`` in 8 shards, by time, whatever kind they are: a minute
in which nothing is due costs 8 queries.  The prefix of a row's sort key tells its kind; who writes
such rows sets the two attributes, and takes them away when nothing is due any more.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from chalicelib.sessions import session
from chalicelib.settings import settings

SHARDS = tuple(f"DUE#{number}" for number in range(8))
INDEX = "due"
ROWS = 1_000  # of one shard at a time; what is left comes next minute


@dataclass(frozen=True, slots=True)
class DueRow:
    """
    A row that is due.

    Attributes:
        due_at: RFC 3339; writes hold to it, so that two who saw the row do not both act.
        attributes: Its other texts and numbers, as texts.
    """

    pk: str
    sk: str
    due_at: str
    attributes: dict[str, str]

    @property
    def facility_id(self) -> str:
        return self.pk.removeprefix("FACILITY#")


def shard_of(key: str) -> str:
    """
    Return the shard for what belongs to *key*; the same one in every process.

    >>> shard_of("target-1") == shard_of("target-1")
    True
    """
    return SHARDS[zlib.crc32(key.encode()) % len(SHARDS)]


def rows(shard: str, until: str) -> list[DueRow]:
    """Return what is due in *shard* by the moment *until*, oldest first, at most ROWS."""
    found: list[DueRow] = []
    for item in _items(shard, until):
        found.append(_to_row(item))
        if len(found) == ROWS:
            break
    # The index does not order what is due at the same moment.
    return sorted(found, key=lambda each: (each.due_at, each.sk))


def every_row(shard: str, until: str) -> Iterator[DueRow]:
    """Yield all that is due in *shard* by the moment *until*, however much it is, oldest first."""
    return map(_to_row, _items(shard, until))


def forget_connections() -> None:
    """Let the next call connect afresh (tests change the world between them)."""
    _client.cache_clear()


def _items(shard: str, until: str) -> Iterator[dict[str, Any]]:
    query: dict[str, Any] = {
        "TableName": settings().core_table,
        "IndexName": INDEX,
        "KeyConditionExpression": "due_shard = :shard AND due_at <= :until",
        "ExpressionAttributeValues": {":shard": {"S": shard}, ":until": {"S": until}},
        "Limit": ROWS,
    }
    while True:
        page = _client().query(**query)
        yield from page["Items"]
        if "LastEvaluatedKey" not in page:
            return
        query["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def _to_row(item: dict[str, Any]) -> DueRow:
    texts = {
        name: value.get("S", value.get("N"))
        for name, value in item.items()
        if "S" in value or "N" in value
    }
    key = texts.pop("pk"), texts.pop("sk"), texts.pop("due_at")
    return DueRow(*key, attributes=texts)


@cache
def _client() -> Any:
    return session().create_client("dynamodb")
