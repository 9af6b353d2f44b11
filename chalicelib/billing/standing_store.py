"""
Invoices that contracts have yet to follow, in DynamoDB (core), on the index of what falls due.

FACILITY#<id>  STANDING#<number>  it has changed: contracts may stand elsewhere now
"""

from __future__ import annotations

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import DeleteError
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib import due
from chalicelib.kernel import clock
from chalicelib.tables import CoreTable, condition_failed

PREFIX = "STANDING#"


class _Standing(Model):
    class Meta(CoreTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    due_shard = UnicodeAttribute()
    due_at = UnicodeAttribute()


def look_in(write: TransactWrite, facility_id: str, number: str) -> None:
    """Let the next minute look at what a change of an invoice means for contracts."""
    row = _row(facility_id, number)
    row.due_shard, row.due_at = due.shard_of(facility_id), clock.text(clock.now())
    write.save(row)


def done(facility_id: str, number: str, due_at: str) -> None:
    """Note that contracts have followed what was due at *due_at*; what came since stays due."""
    try:
        _row(facility_id, number).delete(condition=_Standing.due_at == due_at)
    except DeleteError as error:
        if not condition_failed(error):
            raise


def _row(facility_id: str, number: str) -> _Standing:
    return _Standing(f"FACILITY#{facility_id}", PREFIX + number)
