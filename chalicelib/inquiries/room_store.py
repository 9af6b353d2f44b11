"""
How many inquiries a facility has open, and how many it filed in the last hour.

core  FACILITY#<id>  INQUIRIES#   open; when the newest ones were filed

Both change in the transaction that files or ends one, so no limit can be passed by being quick.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.inquiries.model import MOST_AN_HOUR, MOST_OPEN
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Conflict, TooMany
from chalicelib.tables import CoreTable

HOUR = timedelta(hours=1)


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """
    Attributes:
        open: Inquiries that have not ended.
        filed: When the newest were filed, the oldest first; at most MOST_AN_HOUR of them.
    """

    open: int = 0
    filed: list[str] = []

    def check(self, now: datetime) -> None:
        """
        Let one more pass.

        Raises:
            Conflict: ``too-many-open``: MOST_OPEN are.
            TooMany: ``too-many-an-hour``; ``again_at`` tells when there is room.
        """
        if self.open >= MOST_OPEN:
            raise Conflict(
                f"your facility has {MOST_OPEN} open inquiries; close one that is settled",
                code="too-many-open",
            )
        if len(self.filed) == MOST_AN_HOUR and now < clock.parse(self.filed[0]) + HOUR:
            again_at = clock.text(clock.parse(self.filed[0]) + HOUR)
            raise TooMany(
                f"your facility filed {MOST_AN_HOUR} inquiries within an hour; wait a little",
                code="too-many-an-hour",
                again_at=again_at,
            )


class _Room(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    open = NumberAttribute(null=True)
    filed = UnicodeAttribute(null=True)


def of(facility_id: str) -> Room:
    """Return a facility's room, read consistently."""
    try:
        row = _Room.get(f"FACILITY#{facility_id}", "INQUIRIES#", consistent_read=True)
    except _Room.DoesNotExist:
        return Room()
    return Room(open=int(row.open or 0), filed=_read(row.filed))


def take_in(write: TransactWrite, facility_id: str, seen: Room, now: datetime) -> None:
    """Take room for one inquiry; the transaction fails where it is not as it was *seen*."""
    filed = [*seen.filed, clock.text(now)][-MOST_AN_HOUR:]
    is_seen = _Room.filed == _written(seen.filed) if seen.filed else _Room.filed.does_not_exist()
    write.update(
        _Room(f"FACILITY#{facility_id}", "INQUIRIES#"),
        [_Room.filed.set(_written(filed)), _Room.open.add(1)],
        condition=is_seen & (_Room.open.does_not_exist() | (_Room.open < MOST_OPEN)),
    )


def give_in(write: TransactWrite, facility_id: str) -> None:
    """Give the room of one inquiry back."""
    write.update(_Room(f"FACILITY#{facility_id}", "INQUIRIES#"), [_Room.open.add(-1)])


def _read(written: str | None) -> list[str]:
    return msgspec.json.decode(written, type=list[str]) if written else []


def _written(filed: list[str]) -> str:
    return msgspec.json.encode(filed).decode()
