"""
The three DynamoDB tables, named by the settings when first used, not when imported.

Three because TTL, streams, point-in-time recovery, IAM and growth differ:

core       facilities, people, contracts, usage, restores, audit rows
catalogue  patients, examinations, objects, batches; a thousand times the volume
box        everything with an end (sessions, codes, nonces, chunks); the one with a TTL

PynamoDB models stay inside ``store.py`` files, each for one kind of row and told apart by the
prefix of its sort key: no discriminators, so none can be forgotten in an upsert.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from pynamodb.connection import Connection
from pynamodb.exceptions import (
    DeleteError,
    PutError,
    PynamoDBException,
    TransactWriteError,
    UpdateError,
)
from pynamodb.transactions import TransactWrite

from chalicelib.kernel.errors import Conflict
from chalicelib.sessions import share_with_models
from chalicelib.settings import settings

share_with_models()


class _NamedBySettings:
    """A table name that is looked up at use: modules import without an environment."""

    def __init__(self, setting: str) -> None:
        self._setting = setting

    def __get__(self, instance: object, owner: type) -> str:
        name: str = getattr(settings(), self._setting)
        return name


class CoreTable:
    """``class Meta(CoreTable): pass`` puts a PynamoDB model in the core table."""

    table_name = _NamedBySettings("core_table")


class CatalogueTable:
    """``class Meta(CatalogueTable): pass`` puts a model in the catalogue table."""

    table_name = _NamedBySettings("catalogue_table")


class BoxTable:
    """``class Meta(BoxTable): pass`` puts a model in the box table."""

    table_name = _NamedBySettings("box_table")


_connections: list[Connection] = []


def transaction() -> TransactWrite:
    """One all-or-nothing write of up to 100 rows of any of the tables (DynamoDB's limit)."""
    if not _connections:
        _connections.append(Connection())
    return TransactWrite(connection=_connections[0])


def condition_failed(error: PynamoDBException) -> bool:
    """
    Whether a write was refused for its condition, or a transaction for one of its conditions.

    PynamoDB's own ``cause_response_code`` breaks on a connection that was lost: botocore's error
    then has a response that is None.
    """
    if isinstance(error, TransactWriteError):
        reasons = {each.code for each in error.cancellation_reasons if each is not None}
        return "ConditionalCheckFailed" in reasons
    answer: Any = getattr(error.cause, "response", None) or {}
    return bool(answer.get("Error", {}).get("Code") == "ConditionalCheckFailedException")


def held(write: Callable[[], object]) -> bool:
    """Write one row under a condition; return whether that held, and raise whatever else it was."""
    try:
        write()
    except (PutError, UpdateError, DeleteError) as error:
        if not condition_failed(error):
            raise
        return False
    return True


@contextmanager
def expecting(reason: str, code: str = "conflict") -> Iterator[None]:
    """Turn a transaction that was refused for a condition into a Conflict with *reason*."""
    try:
        yield
    except TransactWriteError as error:
        if not condition_failed(error):
            raise
        raise Conflict(reason, code=code) from error


def forget_connections() -> None:
    """Let the next transaction connect afresh (tests change the world between them)."""
    _connections.clear()
