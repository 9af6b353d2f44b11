"""
Who opened a patient's documents, as the patient is told, in DynamoDB.

box  PATIENTREAD#<patient key>  READ#<reading id>   one reading, never rewritten; goes after a year

The audit keeps all of it for good.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from chalicelib.kernel import clock, ids
from chalicelib.tables import BoxTable

NEWEST = 100  # on a page
KEPT = timedelta(days=365)


class Reader(StrEnum):
    PATIENT = "patient"  # or whoever holds the slip
    STAFF = "staff"


class _Reading(Model):
    class Meta(BoxTable):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    reading = UnicodeAttribute()
    expires_at = NumberAttribute()


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """
    Attributes:
        document: Its number.
        version: Of the document, as it was shown.
    """

    at: str
    reader: Reader
    document: str
    version: int


def note(patient_key: str, reader: Reader, document: str, version: int, now: datetime) -> None:
    """Write down that a document is about to be shown."""
    reading = Reading(at=clock.text(now), reader=reader, document=document, version=version)
    row = _Reading(f"PATIENTREAD#{patient_key}", f"READ#{ids.new_id('reading', now)}")
    row.reading = msgspec.json.encode(reading).decode()
    row.expires_at = int((now + KEPT).timestamp())
    row.save()


def newest(patient_key: str) -> list[Reading]:
    """Return the newest readings of a patient's documents, newest first."""
    rows = _Reading.query(f"PATIENTREAD#{patient_key}", scan_index_forward=False, limit=NEWEST)
    return [msgspec.json.decode(each.reading, type=Reading) for each in rows]
