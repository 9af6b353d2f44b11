"""
Patients' sessions in DynamoDB (box).

PATIENTVISIT#<sha256>  VISIT   which slip it came in by; the id itself stands in its cookie only
"""

from __future__ import annotations

from datetime import datetime

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist, TransactWriteError
from pynamodb.models import Model

from chalicelib.access.store import hashed
from chalicelib.kernel import clock
from chalicelib.patient_charts.slips import store as slip_store
from chalicelib.patient_charts.slips.model import Slip
from chalicelib.tables import BoxTable, condition_failed, transaction


class _Visit(Model):
    class Meta(BoxTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="VISIT")
    facility_id = UnicodeAttribute()
    patient_key = UnicodeAttribute()
    slip_id = UnicodeAttribute()
    ends_at = UnicodeAttribute()
    expires_at = NumberAttribute()


class Session(msgspec.Struct, frozen=True):
    facility_id: str
    patient_key: str
    slip_id: str
    ends_at: str


def begin(session_id: str, slip: Slip, ends_at: datetime, *, give_back: bool) -> bool:
    """
    Begin a session by *slip*; False where that opens nothing any more.

    Args:
        give_back: A try was counted at the slip, and was right.
    """
    row = _Visit(hashed("PATIENTVISIT", session_id), facility_id=slip.facility_id)
    row.patient_key, row.slip_id = slip.patient_key, slip.slip_id
    row.ends_at, row.expires_at = clock.text(ends_at), int(ends_at.timestamp())
    try:
        with transaction() as write:
            slip_store.open_in(write, slip, clock.now(), give_back=give_back)
            write.save(row)
    except TransactWriteError as error:
        if not condition_failed(error):
            raise
        return False
    return True


def session(session_id: str) -> Session | None:
    """Return the session as it is kept, over or not (the TTL deletes late)."""
    try:
        row = _Visit.get(hashed("PATIENTVISIT", session_id), "VISIT", consistent_read=True)
    except DoesNotExist:
        return None
    return Session(row.facility_id, row.patient_key, row.slip_id, row.ends_at)


def end(session_id: str) -> None:
    """End a session; ending one that is over changes nothing."""
    _Visit(hashed("PATIENTVISIT", session_id), "VISIT").delete()
