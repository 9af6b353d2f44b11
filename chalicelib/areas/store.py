"""
Areas in DynamoDB (catalogue).  All of it follows from the log in S3 (see log.py).

TARGET#<t>  AREA                                 the revision that the rows are of
TARGET#<t>  NODE#<node id>                       a folder or file, in the tree or in the bin
TARGET#<t>  CHILD#<folder>#<digest of the name>  which node has a name in a folder
TARGET#<t>  BINNED#<binned at>#<node id>         what was put into the bin, by itself
TARGET#<t>  FILEVERSION#<node id>#<number>       an earlier content of a file
TARGET#<t>  REFERENCE#<sha256>#<node id>         a file has, or had, this content
TARGET#<t>  UNREFERENCED#<sha256>                no file has this content any more
TARGET#<t>  ERASED#<sha256>                      and it was erased on purpose, or is about to be
TARGET#<t>  ERASEDFILE#<node id>                 a file that was erased out of the bin
TARGET#<t>  RIGHT#<person id>                    what somebody may do
TARGET#<t>  SHARE#<share id>                     what somebody may read until when
TARGET#<t>  PLACED#<batch id>                    how much of a batch is in the tree

No name stands in a key: a folder is read whole, in small rows, and ordered then.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import TransactWriteError
from pynamodb.models import Model

from chalicelib.archive.store.trees import bodies, revision
from chalicelib.areas.log import Entry
from chalicelib.kernel.errors import Unavailable
from chalicelib.tables import CatalogueTable, expecting, transaction

__all__ = [  # the archive reads an area, too
    "PREFIXES",
    "apply",
    "bodies",
    "put_missing",
    "revision",
    "starting",
]

PREFIXES = (
    "NODE#",
    "CHILD#",
    "BINNED#",
    "FILEVERSION#",
    "REFERENCE#",
    "UNREFERENCED#",
    "ERASED#",
    "ERASEDFILE#",
    "RIGHT#",
    "SHARE#",
    "PLACED#",
)
TRIES = 6
PUT_BACK = 99  # rows a transaction, which takes 100 actions
_OVERTAKEN = {"ConditionalCheckFailed", "TransactionConflict", "None"}


class _Area(Model):
    class Meta(CatalogueTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="AREA")
    revision = NumberAttribute()


class _Row(Model):
    class Meta(CatalogueTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    body = UnicodeAttribute()


# --- reading -----------------------------------------------------------------------------------


def starting(
    target_id: str, prefix: str, *, limit: int | None = None, newest_first: bool = False
) -> Iterator[tuple[str, str]]:
    """Yield the rows (sort key, JSON) whose keys begin with *prefix*, read consistently."""
    for row in _Row.query(
        f"TARGET#{target_id}",
        _Row.sk.startswith(prefix),
        consistent_read=True,
        limit=limit,
        scan_index_forward=not newest_first,
    ):
        yield row.sk, row.body


# --- writing -----------------------------------------------------------------------------------


def apply(entry: Entry) -> None:
    """
    Bring the rows from the revision before *entry* to its own; nothing happens if they are there.

    Raises:
        Unavailable: Others were at the same rows all the time.
    """
    for attempt in range(TRIES):
        try:
            _apply(entry)
        except TransactWriteError as error:
            reasons = {each.code if each else "None" for each in error.cancellation_reasons}
            if not reasons or reasons - _OVERTAKEN:
                raise
            if revision(entry.target_id) >= entry.revision:
                return
            time.sleep(random.uniform(0, 0.05) * 2**attempt)  # noqa: S311 - jitter
        else:
            return
    raise Unavailable("the area is being changed by many at once; try again")


def put_missing(target_id: str, revision: int, held: dict[str, str]) -> None:
    """Put back those of the rows *held* that are lost; raises Conflict once the area changed."""
    there = {sk for prefix in PREFIXES for sk, _ in starting(target_id, prefix)}
    missing = [sk for sk in held if sk not in there]
    pk = f"TARGET#{target_id}"
    for start in range(0, len(missing), PUT_BACK):
        with expecting("the area was changed meanwhile: call again"), transaction() as write:
            write.condition_check(_Area, pk, "AREA", condition=_Area.revision == revision)
            for sk in missing[start : start + PUT_BACK]:
                write.save(_Row(pk, sk, body=held[sk]))


def _apply(entry: Entry) -> None:
    pk = f"TARGET#{entry.target_id}"
    before = _Area.revision == entry.revision - 1
    with transaction() as write:
        write.update(
            _Area(pk),
            [_Area.revision.set(entry.revision)],
            condition=_Area.pk.does_not_exist() if entry.revision == 1 else before,
        )
        for sk, body in entry.puts.items():
            write.save(_Row(pk, sk, body=body))
        for sk in entry.drops:
            write.delete(_Row(pk, sk))
