"""
The world as it was: a copy of moto's own state, made and brought back in a millisecond.

Rows are values (quick_rows.py), and so a table is the same rows again; buckets and queues are
copied.
"""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any, TypeVar, cast

from moto.backends import get_backend

from infra.provision import MOTO_ACCOUNT
from infra.template import REGION


class Snapshot:
    """
    What DynamoDB, S3 and SQS held at one moment.

    What is played from it on begins as a new process does, the first time and every other.
    """

    def __init__(self) -> None:
        self._queues: dict[str, Any] = dict(sqs().queues)
        waiting = {name: _messages(queue) for name, queue in self._queues.items()}
        self._tables = copy.deepcopy(dynamodb().tables)
        self._kept = pickle.dumps((s3().buckets, waiting))
        self._keys = dict(kms().keys)  # they do not change
        _forget()

    def restore(self) -> None:
        """Bring that moment back."""
        _forget()
        dynamodb().tables = copy.deepcopy(self._tables)
        s3().buckets, waiting = pickle.loads(self._kept)
        sqs().queues = dict(self._queues)
        kms().keys = dict(self._keys)
        for name, messages in waiting.items():
            self._queues[name].__dict__.update(messages)


def _forget() -> None:
    """Let this process remember no answer that a new one would have to ask for."""
    from chalicelib import macs, queues
    from chalicelib.billing import books
    from chalicelib.charging.service import finalise_at
    from chalicelib.contracts.local import forget_zones
    from chalicelib.dicomweb import documents, pixels
    from chalicelib.pictures import single

    books.forget()
    forget_zones()
    queues.forget_connections()
    macs.forget_connections()
    for kept in (finalise_at, documents.read, pixels.opened, single.opened):
        kept.cache_clear()


def _messages(queue: Any) -> dict[str, Any]:
    """Return what a queue of moto holds; the queue itself has a lock and cannot be copied."""
    names = ("_messages", "_pending_messages", "deleted_messages")
    return {name: vars(queue)[name] for name in names}


def dynamodb() -> Any:
    return get_backend("dynamodb")[MOTO_ACCOUNT][REGION]


def s3() -> Any:
    return get_backend("s3")[MOTO_ACCOUNT]["aws"]


def kms() -> Any:
    return get_backend("kms")[MOTO_ACCOUNT][REGION]


def sqs() -> Any:
    return get_backend("sqs")[MOTO_ACCOUNT][REGION]


def user_pools() -> Any:
    return get_backend("cognito-idp")[MOTO_ACCOUNT][REGION].user_pools


def names() -> frozenset[tuple[str, ...]]:
    """Return the names of all rows, objects and queues' messages there are."""
    rows = [
        (name, str(pk.value), str(sk.value))
        for name, table in dynamodb().tables.items()
        for pk, rows in table.items.items()
        for sk in rows
    ]
    objects = [(name, key) for name, bucket in s3().buckets.items() for key in bucket.keys]
    messages = [(name, each.id) for name, queue in sqs().queues.items() for each in queue._messages]
    return frozenset([*rows, *objects, *messages])


_kept: dict[str, tuple[frozenset[tuple[str, ...]], Any, Snapshot]] = {}


T = TypeVar("T")


def once(name: str, make: Callable[[], T]) -> T:
    """
    Return what *make* made the first time, with the world as it was right after it.

    It begins where it began then; what had been done before would be lost without a word.
    """
    now = names()
    if name in _kept:
        before, made, world = _kept[name]
        assert now == before, f"{name}: made once, and begun from another world now"
        world.restore()
        return cast("T", made)
    made = make()
    _kept[name] = (now, made, Snapshot())
    return made
