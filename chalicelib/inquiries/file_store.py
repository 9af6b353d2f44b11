"""
Files that wait for the message they go with.

box  INQUIRYFILE#<home>#<person id>  <file id>   what was announced; for a day
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from chalicelib.access.model import Caller, home_of
from chalicelib.kernel import clock
from chalicelib.tables import BoxTable
from chalicelib.web.cursors import PAGE_ROWS


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """
    A file that somebody announced.

    Attributes:
        name: As its sender calls it; nobody else reads it unless they choose to tell it.
        expires_at: It goes with no message from then on.
    """

    file_id: str
    name: str
    size_bytes: int
    sha256: str
    expires_at: str


class _Waiting(Model):
    class Meta(BoxTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    name = UnicodeAttribute()
    size_bytes = NumberAttribute()
    sha256 = UnicodeAttribute()
    expires_at = NumberAttribute()


def add(caller: Caller, waiting: Waiting) -> None:
    """Note a file that its sender is about to put."""
    row = _Waiting(_pk(caller), waiting.file_id, name=waiting.name, sha256=waiting.sha256)
    row.size_bytes = waiting.size_bytes
    row.expires_at = int(clock.parse(waiting.expires_at).timestamp())
    row.save()


def waiting(caller: Caller, now: datetime) -> list[Waiting]:
    """Return the caller's own files whose time is not over, the newest first."""
    rows = _Waiting.query(
        _pk(caller), scan_index_forward=False, limit=PAGE_ROWS, consistent_read=True
    )
    return [_to_waiting(row) for row in rows if row.expires_at > now.timestamp()]


def forget(caller: Caller, file_ids: Iterable[str]) -> None:
    """Let files wait no more, which went with a message."""
    for each in file_ids:
        _Waiting(_pk(caller), each).delete()


def _pk(caller: Caller) -> str:
    return f"INQUIRYFILE#{home_of(caller)}#{caller.id}"


def _to_waiting(row: _Waiting) -> Waiting:
    return Waiting(
        file_id=row.sk,
        name=row.name,
        size_bytes=int(row.size_bytes),
        sha256=row.sha256,
        expires_at=clock.text(datetime.fromtimestamp(row.expires_at, UTC)),
    )
