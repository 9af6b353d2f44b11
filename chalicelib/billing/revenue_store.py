"""
What was earned, in DynamoDB (core): a sum a month and shard, written with each document.

REVENUE  <yyyy-mm>#<shard>  yen without tax; credit notes take away
"""

from __future__ import annotations

import zlib
from datetime import date

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.tables import CoreTable

REVENUE = "REVENUE"
SHARDS = 8


class _Revenue(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True, default=REVENUE)
    sk = UnicodeAttribute(range_key=True)
    yen = NumberAttribute(default=0)


def earn_in(write: TransactWrite, facility_id: str, on: date, net_yen: int) -> None:
    """Add to what was earned in the month of *on*; nothing where it is nothing."""
    if net_yen:
        shard = zlib.crc32(facility_id.encode()) % SHARDS
        row = _Revenue(REVENUE, f"{on:%Y-%m}#{shard}")
        write.update(row, [_Revenue.yen.add(net_yen)])


def revenue(from_month: str, to_month: str) -> dict[str, int]:
    """Return what was earned, without tax, by month (yyyy-mm), both included."""
    rows = _Revenue.query(REVENUE, _Revenue.sk.between(from_month, f"{to_month}#~"))
    earned: dict[str, int] = {}
    for row in rows:
        month = row.sk.partition("#")[0]
        earned[month] = earned.get(month, 0) + int(row.yen)
    return earned
