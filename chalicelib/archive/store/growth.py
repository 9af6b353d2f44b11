"""
How a target grew, in DynamoDB (catalogue): what each of its batches stored anew.

TARGET#<target id>  GROWTH#<completed at>#<batch id>  size_bytes; of an area also, below zero, what
                                                      was erased (see areas/erasing.py)

Written before a batch is finished, and again from its manifest.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from chalicelib.kernel import clock
from chalicelib.tables import CatalogueTable

_PREFIX = "GROWTH#"


class _Growth(Model):
    class Meta(CatalogueTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    size_bytes = NumberAttribute()


def note(target_id: str, batch_id: str, completed_at: str, size_bytes: int) -> None:
    """Note what a batch stored anew; saying it again changes nothing."""
    sk = f"{_PREFIX}{completed_at}#{batch_id}"
    _Growth(f"TARGET#{target_id}", sk, size_bytes=size_bytes).save()


def of_target(target_id: str) -> Iterator[tuple[datetime, int]]:
    """Yield (when, bytes) of each batch of the target that stored something anew, in order."""
    for row in _Growth.query(
        f"TARGET#{target_id}", _Growth.sk.startswith(_PREFIX), consistent_read=True
    ):
        completed_at = row.sk.removeprefix(_PREFIX).partition("#")[0]
        yield clock.parse(completed_at), int(row.size_bytes)
