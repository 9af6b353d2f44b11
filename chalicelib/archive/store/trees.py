"""
Rented areas as restores read them; areas/store.py and areas/log.py tell of all rows and changes.

catalogue  TARGET#<target id>  AREA                  the revision that the rows are of
catalogue  TARGET#<target id>  NODE#<node id>        a folder or file, in the tree or in the bin
catalogue  TARGET#<target id>  ERASEDFILE#<node id>  a file that was erased out of the bin
catalogue  TARGET#<target id>  ERASED#<sha256>       a content whose bytes are gone
catalogue  TARGET#<target id>  RIGHT#<person id>     that somebody may read
S3         areas/<target id>/<revision>              a change
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from chalicelib import buckets
from chalicelib.tables import CatalogueTable

AT_ONCE = 32  # changes read at the same time


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """A change, as far as it tells what nodes were before it."""

    at: str
    before: dict[str, str | None] = {}


class _Area(Model):
    class Meta(CatalogueTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    revision = NumberAttribute()


class _Row(Model):
    class Meta(CatalogueTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    body = UnicodeAttribute()


def revision(target_id: str) -> int:
    """Return the revision of an area, read consistently; 0 for what is none, or empty."""
    try:
        return int(_Area.get(f"TARGET#{target_id}", "AREA", consistent_read=True).revision)
    except _Area.DoesNotExist:
        return 0


def bodies(target_id: str, keys: Iterable[str]) -> dict[str, str]:
    """Return those rows of *keys* that there are, read consistently."""
    wanted = [(f"TARGET#{target_id}", each) for each in dict.fromkeys(keys)]
    return {row.sk: row.body for row in _Row.batch_get(wanted, consistent_read=True)}


def after(target_id: str, prefix: str, identifier: str, rows: int) -> dict[str, str]:
    """Return the next *rows* under *prefix* behind *identifier*, in order, read consistently."""
    found = _Row.query(
        f"TARGET#{target_id}",
        _Row.sk.between(f"{prefix}{identifier} ", f"{prefix}~"),
        consistent_read=True,
        limit=rows,
    )
    return {row.sk: row.body for row in found}


def changes_back_from(target_id: str, newest: int) -> Iterator[Past]:
    """Yield an area's changes, newest first, some read ahead."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for last in range(newest, 0, -AT_ONCE):
            some = range(last, max(last - AT_ONCE, 0), -1)
            yield from pool.map(lambda each: _change(target_id, each), some)


def _change(target_id: str, number: int) -> Past:
    body = buckets.read(f"areas/{target_id}/{number:012}")
    return msgspec.json.decode(body, type=Past)
